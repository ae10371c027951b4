// Whether threads may share the rows of a batch: every flow, likelihood and objective that is a mean over rows, and
// losses that mix rows.
import { rowsMeetAt, traceGraph } from '@flowvae/compiler';
import { drawNormal, fold, key } from '@flowvae/random';
import {
  layers,
  type NamedVariables,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tf,
} from '@flowvae/tensor';
import { adam, type FitStart, fit, type TrainingProblem } from '@flowvae/training';
import { completeConfig, experiment, likelihoods, parseObjective, type TrainConfig, training } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { lossAndTerms } from '../../packages/training/src/steps/gradient-step.ts';
import { fitsPrior } from '../cases/prior-flows.ts';
import { formulasAt } from '../cases/table-formulas.ts';
import { tinyData, tinySettings } from '../flowvae/tiny-run.ts';
import { valuesOf } from './problems.ts';

const PRIMES = [67, 71] as const;

/** Where the rows of x and noise meet; undefined where loss and terms are means. */
function meetingPlace({ loss, inputShapes }: Pick<TrainingProblem, 'loss' | 'inputShapes'>, variables: NamedVariables) {
  const [a, b] = PRIMES.map((rows) => {
    const shapes = Object.entries(inputShapes).map(([name, shape]) => [
      name,
      ['x', 'noise'].includes(name) ? [rows, ...shape.slice(1)] : shape,
    ]);
    return traceGraph(lossAndTerms(loss, variables), Object.fromEntries(shapes), { variables });
  });
  return rowsMeetAt([a!, b!], ['x', 'noise'], PRIMES);
}

const data = tinyData();

async function meetingPlaceOf(changes: Partial<TrainConfig>) {
  const parts = await experiment(completeConfig({ ...tinySettings, latent: 3, evalImages: 1, data, ...changes }));
  const { problem } = training(parts);
  const place = meetingPlace(problem, parts.model.variables);
  tf.dispose({ ...parts.model.variables });
  return { place, mayShare: problem.batchInputs !== undefined };
}

const formulas = formulasAt(3);
const objectives = [
  'elbo-analytic',
  'beta(4)',
  'iwae(3)',
  'renyi(0.5,3)',
  'inclusive-kl(3)',
  'free-bits(0.1)',
  'free-bits-total(4)',
];
const configs: readonly (readonly [string, Partial<TrainConfig>])[] = [
  ...formulas.flatMap((flow) =>
    (['flow', 'none'] as const).map((amortize) => [`${flow}, amortize ${amortize}`, { flow, amortize }] as const),
  ),
  ...formulas
    .filter((formula) => fitsPrior(formula, 3))
    .map((prior) => [`prior ${prior}`, { flow: 'none', prior }] as const),
  ...likelihoods.map(({ name, data: form }) => {
    return [name, { likelihood: name, binarize: form === 'bits' ? 'dynamic' : 'none' }] as const;
  }),
  ...objectives.map((objective) => [objective, { objective, flow: 'none' }] as const),
  ...objectives
    .filter((objective) => parseObjective(objective).needs('path') !== 'factorised')
    .map((objective) => [`${objective} of planar*2`, { objective, flow: 'planar*2' }] as const),
];

describe('rows of a batch', () => {
  it.each(configs)('stay apart where the objective says so: %s', async (_, changes) => {
    const { place, mayShare } = await meetingPlaceOf(changes);
    expect([place, mayShare]).toEqual(mayShare ? [undefined, true] : ['Maximum', false]); // the floor of free bits
  });

  type Loss = (x: Tensor2D, w: Tensor2D) => Tensor;
  const perRow = (x: Tensor2D, w: Tensor2D): Tensor1D => tf.sum(tf.square(tf.tanh(tf.matMul(x, w))), 1);
  const place = (loss: Loss) => {
    const w = tf.tidy(() => tf.variable(tf.fill([3, 4], 0.3))) as unknown as Tensor2D;
    const at = (inputs: Readonly<Record<string, Tensor>>) => ({
      loss: loss(inputs.x as Tensor2D, w) as Scalar,
      terms: {},
    });
    const found = meetingPlace({ loss: at, inputShapes: { x: [8, 3] } }, { w } as unknown as NamedVariables);
    w.dispose();
    return found;
  };

  const images = (x: Tensor2D) =>
    tf.reshape(tf.tile(x, [1, 12]), [-1, 6, 6, 1]) as unknown as Parameters<typeof tf.conv2d>[0];
  const kernel = () => tf.ones([3, 3, 1, 2]) as unknown as Parameters<typeof tf.conv2d>[1];
  it.each<[string, Loss]>([
    ['a mean', (x, w) => tf.mean(perRow(x, w))],
    ['a sum over the number of rows', (x, w) => tf.div(tf.sum(perRow(x, w)), x.shape[0])],
    ['a sum over the number of rows, scaled', (x, w) => tf.mul(tf.div(tf.sum(perRow(x, w)), x.shape[0]), 0.3)],
    ['a scaled sum over the number of rows', (x, w) => tf.div(tf.mul(tf.sum(perRow(x, w)), 0.3), x.shape[0])],
    ['a mean over rows and columns', (x) => tf.mean(tf.exp(x))],
    [
      'a mean with a penalty of the weights',
      (x, w) => tf.add(tf.mean(perRow(x, w)), tf.mul(1e-3, tf.sum(tf.square(w)))),
    ],
    ['a difference of means, scaled', (x, w) => tf.mul(-2, tf.sub(tf.mean(perRow(x, w)), tf.mean(x)))],
    ['a mean of columns, summed', (x, w) => tf.sum(tf.mean(tf.matMul(x, w), 0))],
    ['rows normalised by themselves', (x) => tf.mean(tf.square(tf.softmax(tf.sub(x, tf.mean(x, 1, true)))))],
    [
      'several draws of a row, averaged in the log',
      (x, w) => {
        const draws = tf.reshape(
          tf.matMul(tf.reshape(tf.tile(tf.expandDims(x, 1), [1, 5, 1]), [-1, 3]), w),
          [-1, 5, 4],
        );
        return tf.mean(tf.logSumExp(tf.sum(draws, 2), 1));
      },
    ],
    [
      'matrices of each row',
      (x) => {
        const column = tf.expandDims(x, 2);
        return tf.mean(tf.matMul(column, tf.transpose(column, [0, 2, 1])));
      },
    ],
    ['rows last', (x, w) => tf.mean(tf.square(tf.matMul(tf.transpose(w), tf.transpose(x))))],
    [
      'cut, joined, padded and picked columns',
      (x) => {
        const [a, b] = tf.split(tf.reverse(x, 1), [1, 2], 1) as [Tensor2D, Tensor2D];
        return tf.mean(
          tf.square(
            tf.gather(
              tf.concat(
                [
                  b,
                  a,
                  tf.pad(a, [
                    [0, 0],
                    [1, 0],
                  ]),
                ],
                1,
              ),
              [0, 2, 4],
              1,
            ),
          ),
        );
      },
    ],
    [
      'a table that rows look up',
      (x, w) => tf.mean(tf.gather(w, tf.cast(tf.clipByValue(tf.sum(x, 1), 0, 2), 'int32'))),
    ],
    ['the largest of a row', (x, w) => tf.mean(tf.topk(tf.matMul(x, w), 2).values)],
    ['the place of the largest of a row', (x, w) => tf.mean(tf.gather(w, tf.argMax(x, 1)))],
    ['the place of the smallest of a column’s axis', (x) => tf.mean(tf.cast(tf.argMin(x, -1), 'float32'))],
    ['a product by names that keeps the rows', (x, w) => tf.mean(tf.square(tf.einsum('bi,ij->bj', x, w)))],
    ['a product by names of rows with themselves', (x) => tf.mean(tf.exp(tf.einsum('bi,bi->b', x, tf.tanh(x))))],
    ['a product by names that turns the rows', (x, w) => tf.mean(tf.square(tf.einsum('bi,ij->jb', x, w)))],
    [
      'images under convolutions',
      (x) => tf.mean(tf.square(tf.maxPool(tf.conv2d(images(x), kernel(), 1, 'same'), 2, 2, 'valid'))),
    ],
  ])('stay apart in %s', (_, loss) => {
    expect(place(loss)).toBe(undefined);
  });

  it.each<[string, Loss]>([
    [
      'statistics of the batch',
      (x, w) => {
        const { mean, variance } = tf.moments(x, 0);
        return tf.mean(perRow(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-3))) as Tensor2D, w));
      },
    ],
    ['a sum that is no mean', (x, w) => tf.sum(perRow(x, w))],
    ['a sum over a number of the user’s', (x, w) => tf.div(tf.sum(perRow(x, w)), 100)],
    ['a function of the mean', (x, w) => tf.log(tf.mean(perRow(x, w)))],
    ['a product of means', (x, w) => tf.mul(tf.mean(perRow(x, w)), tf.mean(x))],
    ['the largest of the rows', (x, w) => tf.max(perRow(x, w))],
    ['a softmax over rows', (x, w) => tf.mean(tf.mul(tf.softmax(perRow(x, w)), perRow(x, w)))],
    ['distances of pairs', (x) => tf.mean(tf.square(tf.sub(tf.expandDims(x, 0), tf.expandDims(x, 1))))],
    ['products of pairs', (x) => tf.mean(tf.square(tf.matMul(x, x, false, true)))],
    ['a covariance', (x) => tf.mean(tf.square(tf.matMul(x, x, true, false)))],
    ['the largest of a column', (x) => tf.mean(tf.topk(tf.transpose(x), 1).values)],
    ['the place of the largest of a column', (x) => tf.mean(tf.cast(tf.argMax(x, 0), 'float32'))],
    ['a product by names that sums over rows', (x, w) => tf.sum(tf.square(tf.einsum('bi,bj->ij', x, tf.matMul(x, w))))],
    ['a product by names of pairs', (x) => tf.mean(tf.einsum('bi,ci->bc', x, x))],
    [
      'a product by names with weights of the rows',
      (x) => tf.mean(tf.square(tf.einsum('bi,b->bi', x, tf.range(0, x.shape[0], 1, 'float32')))),
    ],
    ['rows turned round', (x, w) => tf.mean(tf.mul(perRow(x, w), tf.reverse(perRow(x, w), 0)))],
    ['sums up to a row', (x, w) => tf.mean(tf.square(tf.cumsum(perRow(x, w), 0)))],
    ['some of the rows', (x, w) => tf.mean(tf.slice(perRow(x, w), 0, 3))],
    ['rows with weights of their own', (x, w) => tf.mean(tf.mul(perRow(x, w), tf.range(0, x.shape[0], 1, 'float32')))],
    ['rows below each other', (x, w) => tf.mean(tf.square(tf.concat([x, tf.mul(x, tf.mean(w))], 0)))],
    ['a mean times the number of rows', (x, w) => tf.mul(tf.mean(perRow(x, w)), x.shape[0])],
    [
      'a penalty divided by the number of rows',
      (x, w) => tf.add(tf.mean(perRow(x, w)), tf.div(tf.sum(tf.square(w)), x.shape[0])),
    ],
    ['a sum over the square of the number of rows', (x, w) => tf.div(tf.sum(perRow(x, w)), x.shape[0] ** 2)],
    ['rows scaled by the root of their number', (x) => tf.mean(tf.tanh(tf.div(x, Math.sqrt(x.shape[0]))))],
    ['a mean that the number of rows is added to', (x, w) => tf.add(tf.mean(perRow(x, w)), x.shape[0])],
    ['a sum over a large number of the user’s', (x, w) => tf.div(tf.sum(perRow(x, w)), 1e6)],
    ['a sum times a small number', (x, w) => tf.mul(tf.sum(perRow(x, w)), 1e-6)],
    [
      'matrices of a batch times others',
      (x) =>
        tf.mean(
          tf.matMul(
            tf.reshape(x, [-1, 1, 3]),
            tf.tile(tf.reshape(tf.range(0, x.shape[0], 1, 'float32'), [-1, 1, 1]), [1, 3, 1]),
          ),
        ),
    ],
    [
      'numbers of rows scattered among them',
      (x) =>
        tf.mean(
          tf.tensorScatterUpdate(tf.transpose(x), [[0]], tf.reshape(tf.range(0, x.shape[0], 1, 'float32'), [1, -1])),
        ),
    ],
    ['operations that change with the number of rows', (x) => tf.mean(x.shape[0] > 70 ? tf.exp(x) : x)],
    ['rows shifted', (x, w) => tf.mean(tf.mul(perRow(x, w), tf.slice(tf.pad(perRow(x, w), [[1, 0]]), 0, x.shape[0])))],
  ])('meet in %s', (_, loss) => {
    expect(place(loss)).toEqual(expect.any(String));
  });
});

it('statistics of the batch are of all its rows, for any number of threads', async () => {
  const [rows, width] = [8, 3];
  const trained = async (threads: number) => {
    const dense = layers.layers.dense({ units: 2, kernelInitializer: 'ones' });
    dense.apply(tf.zeros([1, width]));
    const variables = { kernel: dense.weights[0]!.read(), bias: dense.weights[1]!.read() } as unknown as NamedVariables;
    const starts: FitStart[] = [];
    const { history } = await fit({
      loss({ x }) {
        const { mean, variance } = tf.moments(x!, 0);
        const error = tf.sum(
          tf.square(dense.apply(tf.div(tf.sub(x!, mean), tf.sqrt(variance))) as Tensor2D),
          1,
        ) as Tensor1D;
        return { loss: tf.mean<Scalar>(error), terms: { error } };
      },
      inputShapes: { x: [rows, width] },
      batchInputs: ['x'],
      batch: (step) => ({ x: drawNormal(fold(key(3), step), rows * width) }),
      variables,
      optimizer: adam(1e-2),
      steps: 3,
      entryEvery: 1,
      threads,
      callbacks: [{ onStart: (start) => void starts.push(start) }],
    });
    const values = [...history.map(({ loss }) => loss), ...valuesOf(variables)];
    dense.dispose();
    return { values, reason: starts[0]!.rowsTogether };
  };
  const [alone, two, four] = [await trained(1), await trained(2), await trained(4)];
  expect(alone.reason).toBe(undefined);
  for (const { values, reason } of [two, four]) {
    expect(reason).toMatch(/^rows of a batch meet at /);
    values.forEach((value, i) => void expect(value).toBeCloseTo(alone.values[i]!, 4));
  }
});

it('a loss that takes no single row is computed as a whole', async () => {
  const w = tf.tidy(() => tf.variable(tf.scalar(2)));
  const starts: FitStart[] = [];
  await fit({
    loss: ({ x }) => {
      if (x!.shape[0] === 1) throw new Error('one row has no deviation');
      return { loss: tf.mean<Scalar>(tf.square(tf.mul(x!, w))), terms: {} };
    },
    inputShapes: { x: [3, 1] },
    batchInputs: ['x'],
    batch: () => ({ x: Float32Array.of(1, 2, 3) }),
    variables: { w },
    optimizer: adam(0.1),
    steps: 2,
    threads: 2,
    callbacks: [{ onStart: (start) => void starts.push(start) }],
  });
  expect(starts[0]!.rowsTogether).toContain('the loss takes no batch of 1 row (one row has no deviation)');
  expect(w.dataSync()[0]).toBeCloseTo(1.8, 2);
  w.dispose();
});
