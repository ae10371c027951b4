// Variables that some steps do not use: their gradient is 0 there, in both engines, against the float64 optimisers.
import { type Scalar, type Tensor1D, tf } from '@flowvae/tensor';
import {
  adam,
  adamax,
  chainOptimizers,
  clipByGlobalNorm,
  type EngineName,
  fit,
  type NonFinitePolicy,
  type Optimizer,
  rmsprop,
  sgd,
} from '@flowvae/training';
import { describe, expect, it } from 'vitest';
import * as reference from '../reference/optimizers.ts';

const STEPS = 8;
const isUsed = (step: number) => step % 2 === 0;

/** a is used in even steps only, b always; compiled, an input switches between them, eagerly the loss branches. */
async function trained(engine: EngineName, optimizer: Optimizer, branches: boolean, steps = STEPS) {
  const variables = { a: tf.tidy(() => tf.variable(tf.scalar(1))), b: tf.tidy(() => tf.variable(tf.scalar(1))) };
  let step = 0;
  const loss = ({ on }: Readonly<Record<string, unknown>>) => {
    const [a, b] = [variables.a, variables.b] as unknown as [Scalar, Scalar];
    const own = branches && !isUsed(step) ? [] : [branches ? a : tf.mul<Scalar>(a, on as Scalar)];
    const value = [tf.mul<Scalar>(b, 0.5), ...own].reduce((x, y) => tf.add(x, y));
    return { loss: value, terms: { value: tf.reshape(value, [1]) as Tensor1D } };
  };
  const found: number[][] = [];
  await fit({
    loss,
    variables,
    inputShapes: { on: [] },
    batch(at) {
      step = at;
      return { on: Float32Array.of(Number(isUsed(at))) };
    },
    optimizer,
    steps,
    engine,
    callbacks: [
      {
        async onStep(moment) {
          const { parameters } = await moment.state();
          found.push([parameters.a![0]!, parameters.b![0]!]);
        },
      },
    ],
  });
  tf.dispose(variables);
  return found;
}

/** The same in float64. */
function expected(update: (gradient: readonly number[], rate: number) => number[], rate: number, maxNorm?: number) {
  let values = [1, 1];
  return Array.from({ length: STEPS }, (_, step) => {
    const gradient = [isUsed(step) ? 1 : 0, 0.5];
    const clipped = maxNorm === undefined ? gradient : reference.clipByGlobalNorm(gradient, maxNorm);
    const change = update(clipped, rate);
    values = values.map((value, i) => value - change[i]!);
    return values;
  });
}

const rows: readonly (readonly [string, Optimizer, number[][]])[] = [
  ['sgd', sgd(0.1), expected(reference.sgd({ momentum: 0 }), 0.1)],
  ['sgd with momentum', sgd(0.1, { momentum: 0.9 }), expected(reference.sgd({ momentum: 0.9 }), 0.1)],
  ['adam', adam(0.1), expected(reference.adam({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }), 0.1)],
  ['adamax', adamax(0.1), expected(reference.adamax({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }), 0.1)],
  [
    'rmsprop',
    rmsprop(0.1, { momentum: 0.9 }),
    expected(reference.rmsprop({ alpha: 0.99, epsilon: 1e-8, momentum: 0.9 }), 0.1),
  ],
  [
    'sgd, clipped',
    chainOptimizers(clipByGlobalNorm(0.6), sgd(0.1, { momentum: 0.5 })),
    expected(reference.sgd({ momentum: 0.5 }), 0.1, 0.6),
  ],
];

describe.each(rows)('a variable that odd steps do not use, %s', (_, optimizer, wanted) => {
  it.each<[string, EngineName, boolean]>([
    ['compiled, switched by an input', 'compiled', false],
    ['eager, switched by an input', 'eager', false],
    ['eager, left out of the loss', 'eager', true],
  ])('%s', async (_name, engine, branches) => {
    const found = await trained(engine, optimizer, branches);
    for (const [step, values] of found.entries()) {
      values.forEach((value, i) => void expect(value, `step ${step}`).toBeCloseTo(wanted[step]![i]!, 5));
    }
  });
});

it('a variable left out of the loss stays where it is without momentum', async () => {
  const found = (await trained('eager', sgd(0.1), true, 4)).map(([a]) => Math.round(a! * 1e6) / 1e6);
  expect(found).toEqual([0.9, 0.9, 0.8, 0.8]);
});

it.each<NonFinitePolicy>(['skip', 'lower-rate'])(
  'a gradient that was not finite is forgotten with its step (%s)',
  async (onNonFinite) => {
    const variables = { a: tf.tidy(() => tf.variable(tf.scalar(1))), b: tf.tidy(() => tf.variable(tf.scalar(1))) };
    let step = 0;
    const loss = () => {
      const [a, b] = [variables.a, variables.b] as unknown as [Scalar, Scalar];
      const value = step === 0 ? tf.add<Scalar>(b, tf.mul(a, Number.NaN)) : tf.mul<Scalar>(b, 1);
      return { loss: value, terms: {} };
    };
    const { history } = await fit({
      loss,
      variables,
      inputShapes: {},
      batch(at) {
        step = at;
        return {};
      },
      optimizer: sgd(0.5),
      steps: 3,
      engine: 'eager',
      onNonFinite,
    });
    expect(history.at(-1)!.skipped).toBe(1); // only the step that was
    expect(variables.a.dataSync()[0]).toBe(1);
    expect(variables.b.dataSync()[0]).toBe(onNonFinite === 'skip' ? 0 : 0.5);
    tf.dispose(variables);
  },
);
