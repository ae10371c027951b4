// Rows of tables: densities and gradients of every kind of column against float64, draws against their probabilities.
import { type ColumnLayout, columns, oneHot } from '@flowvae/distributions';
import { drawNormal, drawUniform, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { columnRuns } from '../../packages/distributions/src/observations/column-layout.ts';
import { differences, float64Gradient, gradientDifferences } from '../laws/comparison.ts';
import { compiled, eager, shaped, type Tensors, withGradients } from '../laws/evaluation.ts';
import { bernoulliLogDensity, normalLogDensity } from '../reference/densities.ts';

/** Two numbers together, one apart; two categories beside one another; bits. */
const layout: ColumnLayout = [
  { kind: 'number', at: 0, width: 1 },
  { kind: 'number', at: 1, width: 1 },
  { kind: 'category', at: 2, width: 3 },
  { kind: 'category', at: 5, width: 2 },
  { kind: 'bit', at: 7, width: 1 },
  { kind: 'number', at: 8, width: 1 },
  { kind: 'bit', at: 9, width: 1 },
];
const [P, B, NUMBERS] = [10, 4, 3];

const x = [
  [0.5, -2, 0, 1, 0, 1, 0, 1, 3, 0],
  [-1, 40, 1, 0, 0, 0, 1, 0, 0.1, 1],
  [0, 0, 0, 0, 1, 1, 0, 1, -7, 1],
  [2, 1e-3, 0, 0, 0, 0, 0, 0, 0, 0], // categories without any class, as missing ones are filled
];
const WEIGHTS = Array.from({ length: B * P }, (_, i) => [1, -0.5, 2, 0, 0.3][i % 5]!);
const inputs = {
  outputs: shaped(
    drawNormal(key(1), B * P).map((value, i) => (i === 3 ? 60 : 2 * value)),
    [B, P],
  ),
  logStd: shaped([-1.2, 0.4, 1], [1, NUMBERS]),
};

/** log p of every column in float64: softmax by its definition. */
function exactEach(outputs: ArrayLike<number>, logStd: ArrayLike<number>): number[] {
  return x.flatMap((row, b) => {
    const each = new Array<number>(P).fill(0);
    let number = 0;
    for (const { kind, at, width } of layout) {
      const place = b * P + at;
      if (kind === 'number') each[at] = normalLogDensity(row[at]!, outputs[place]!, Math.exp(logStd[number++]!));
      else if (kind === 'bit') each[at] = bernoulliLogDensity(row[at]!, outputs[place]!);
      else {
        const k = row.slice(at, at + width).indexOf(1);
        const logits = Array.from({ length: width }, (_, j) => outputs[place + j]!);
        const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
        if (k >= 0) each[at] = logits[k]! - Math.log(total);
      }
    }
    return each;
  });
}

const at = ({ outputs, logStd }: Tensors) =>
  columns({ outputs: outputs as Tensor2D, logStd: logStd as Tensor2D }, layout);
const weighted = withGradients((given) => tf.sum(tf.mul(at(given).logProbOfEach(tf.tensor2d(x)), weights())));
const weights = () => tf.tensor2d(WEIGHTS, [B, P]);
const everything = (given: Tensors) => {
  const p = at(given);
  const noise = tf.tensor2d(drawNormal(key(2), B * p.noise.width), [B, p.noise.width]);
  const { z, logProb } = p.sampleAndLogProb(noise);
  const scores = { each: p.logProbOfEach(tf.tensor2d(x)), rows: p.logProb(tf.tensor2d(x)) };
  return { ...scores, z, logProb, again: p.logProb(z), mean: p.mean(), ...weighted(given) };
};

describe('columns', () => {
  const results = eager(everything, inputs);
  const { outputs, logStd } = inputs;

  it('have the log-densities of their kinds, a category once, in its first column', () => {
    const exact = exactEach(outputs.values, logStd.values);
    expect(differences('each', results.each!, exact, 2e-6)).toEqual([]);
    const sums = x.map((_, b) => exact.slice(b * P, (b + 1) * P).reduce((sum, value) => sum + value));
    expect(differences('rows', results.rows!, sums, 2e-6)).toEqual([]);
    expect(differences('draws', results.logProb!, results.again!, 1e-6)).toEqual([]);
  });

  it('have the gradients of the float64 program', () => {
    const exact = float64Gradient(
      ({ outputs: of, logStd: scales }) => exactEach(of!, scales!).reduce((sum, value, i) => sum + WEIGHTS[i]! * value),
      { outputs: outputs.values, logStd: logStd.values },
    );
    for (const [name, slopes] of Object.entries(exact)) {
      expect(gradientDifferences(name, results[`gradient:${name}`]!, slopes, 1e-5)).toEqual([]);
    }
  });

  it('are the same compiled: scores, gradients, means, draws', async () => {
    const onGraph = await compiled(everything, inputs);
    for (const [name, values] of Object.entries(results)) {
      expect(gradientDifferences(name, onGraph[name]!, values, 1e-5)).toEqual([]);
    }
  });

  it('stay finite at extreme outputs and scales', () => {
    for (const size of [100, -1e4]) {
      const extreme = Object.entries(inputs).map(([name, { values, shape }]) => [
        name,
        shaped(
          values.map((_, i) => (i % 2 ? -size : size)),
          shape,
        ),
      ]);
      const found = eager(everything, Object.fromEntries(extreme));
      for (const [name, values] of Object.entries(found))
        expect([name, values.every(Number.isFinite)]).toEqual([name, true]);
    }
  });

  it('detached cuts outputs and scales off', () => {
    const cut = withGradients((given) => tf.sum(tf.mul(at(given).detached().logProbOfEach(tf.tensor2d(x)), weights())));
    const found = eager(cut, inputs);
    expect(found.value).toEqual(results.value);
    expect(found['gradient:outputs']!.every((value) => value === 0)).toBe(true);
    expect(found['gradient:logStd']!.every((value) => value === 0)).toBe(true);
  });

  it('score one x against every row, and every x against one row', () => {
    const { one, all, single, of } = eager((given) => {
      const p = at(given);
      const first = tf.tensor2d([x[1]!]);
      const firstOutputs = tf.slice(given.outputs as Tensor2D, [0, 0], [1, P]);
      const ofFirst = columns({ outputs: firstOutputs, logStd: given.logStd as Tensor2D }, layout);
      return {
        one: p.logProbOfEach(first),
        all: p.logProbOfEach(tf.tile(first, [B, 1])),
        single: ofFirst.logProbOfEach(tf.tensor2d(x)),
        of: columns({ outputs: tf.tile(firstOutputs, [B, 1]), logStd: given.logStd as Tensor2D }, layout).logProbOfEach(
          tf.tensor2d(x),
        ),
      };
    }, inputs);
    expect(one).toEqual(all);
    expect(single).toEqual(of);
  });
});

it('draws of columns have their probabilities, means and deviations', () => {
  const DRAWS = 4000;
  const row = inputs.outputs.values.subarray(P, 2 * P);
  const { z, mean } = eager(
    ({ logStd }) => {
      const p = columns({ outputs: tf.tensor2d(row, [1, P]), logStd: logStd as Tensor2D }, layout);
      expect(p.noise).toEqual({ kind: 'normal', width: NUMBERS + 2 * 4 });
      const noise = drawNormal(key(7), DRAWS * p.noise.width);
      return { z: p.sampleAndLogProb(tf.tensor2d(noise, [DRAWS, p.noise.width])).z, mean: p.mean() };
    },
    { logStd: inputs.logStd },
  );
  const column = (i: number) => Array.from({ length: DRAWS }, (_, n) => z![n * P + i]!);
  const average = (values: number[]) => values.reduce((sum, value) => sum + value / DRAWS, 0);
  let number = 0;
  for (const { kind, at: first, width } of layout) {
    if (kind === 'number') {
      const sd = Math.exp(inputs.logStd.values[number++]!);
      const values = column(first);
      expect(Math.abs(average(values) - row[first]!)).toBeLessThan((4 * sd) / Math.sqrt(DRAWS));
      const spread = average(values.map((value) => (value - row[first]!) ** 2));
      expect(Math.abs(spread / sd ** 2 - 1)).toBeLessThan(4 * Math.sqrt(2 / DRAWS));
      continue;
    }
    const exp = Array.from({ length: width }, (_, k) => Math.exp(row[first + k]!));
    const total = kind === 'bit' ? 1 + exp[0]! : exp.reduce((sum, value) => sum + value);
    exp.forEach((value, k) => {
      const probability = value / total;
      expect(mean![first + k]).toBeCloseTo(probability, 5);
      const drawn = column(first + k);
      expect(drawn.every((each) => each === 0 || each === 1)).toBe(true);
      const error = Math.sqrt((probability * (1 - probability)) / DRAWS);
      expect(Math.abs(average(drawn) - probability)).toBeLessThan(4 * error + 1e-6);
    });
    if (kind === 'category') {
      const classes = Array.from({ length: DRAWS }, (_, n) => z!.subarray(n * P + first, n * P + first + width));
      expect(classes.every((each) => each.reduce((sum, value) => sum + value) === 1)).toBe(true);
    }
  }
});

it('oneHot at the ends of uniform noise draws the first and the last class of positive probability', () => {
  const { z } = eager(
    () => ({ z: oneHot({ logits: tf.tensor2d([[-200, 1, 0.5, -200]]) }).sampleAndLogProb(tf.tensor2d([[0], [1]])).z }),
    {},
  );
  expect([...z!.subarray(0, 4)]).toEqual([0, 1, 0, 0]);
  expect(z!.subarray(4).reduce((sum, value) => sum + value)).toBe(1);
});

const zeros = (width: number) => tf.zeros([1, width]) as Tensor2D;
it.each<[string, () => unknown, string]>([
  [
    'of too few columns',
    () => columns({ outputs: zeros(11), logStd: zeros(3) }, layout),
    'columns: layout: expected 11 columns, got 10',
  ],
  ['of none', () => columns({ outputs: zeros(1) }, []), 'columns: layout: expected at least one column, got none'],
  [
    'with a gap',
    () =>
      columns({ outputs: zeros(3) }, [
        { kind: 'bit', at: 0, width: 1 },
        { kind: 'bit', at: 2, width: 1 },
      ]),
    'columns: column 1: expected at 1, where the column before it ends, got at 2',
  ],
  [
    'with a wide number',
    () => columns({ outputs: zeros(2), logStd: zeros(1) }, [{ kind: 'number', at: 0, width: 2 }]),
    'columns: column 0, a number: expected width 1, got 2',
  ],
  [
    'with a category without classes',
    () => columns({ outputs: zeros(0) }, [{ kind: 'category', at: 0, width: 0 }]),
    'columns: column 0, a category: expected a width of at least 1, the number of its classes, got 0',
  ],
  [
    'without scales',
    () => columns({ outputs: zeros(P) }, layout),
    'columns: logStd: expected [1, 3], one for each number of the layout, got none',
  ],
  [
    'of one number without a scale',
    () => columns({ outputs: zeros(1) }, [{ kind: 'number', at: 0, width: 1 }]),
    'columns: logStd: expected [1, 1], one for each number of the layout, got none',
  ],
  [
    'with other scales',
    () => columns({ outputs: zeros(P), logStd: zeros(2) }, layout),
    'columns: logStd: expected [1, 3], got [1, 2]',
  ],
])('a layout %s is refused', (_, make, said) => {
  expect(() => tf.tidy(() => void make())).toThrow(said);
});

it('columns of bits and categories alone have no scales', () => {
  const bits: ColumnLayout = [
    { kind: 'bit', at: 0, width: 1 },
    { kind: 'category', at: 1, width: 1 },
  ];
  const { each } = eager(() => {
    const uniform = drawUniform(key(3), 4);
    return { each: columns({ outputs: tf.tensor2d(uniform, [2, 2]) }, bits).logProbOfEach(tf.ones([2, 2])) };
  }, {});
  expect(each![1]).toBe(0); // a single class is certain
});

it('columnRuns joins neighbouring numbers and neighbouring bits, and no categories', () => {
  const columnsOf = (...kinds: readonly (readonly ['number' | 'bit' | 'category', number])[]): ColumnLayout =>
    kinds.map(([kind, width], i) => ({ kind, at: kinds.slice(0, i).reduce((sum, [, own]) => sum + own, 0), width }));
  const given = columnsOf(
    ['number', 1],
    ['number', 1],
    ['bit', 1],
    ['category', 3],
    ['category', 2],
    ['bit', 1],
    ['bit', 1],
  );
  expect(columnRuns(given, 10)).toEqual(
    columnsOf(['number', 2], ['bit', 1], ['category', 3], ['category', 2], ['bit', 2]),
  );
});
