// Laws of the log-probability of each observed value, which data with missing values need.
import { tf } from '@flowvae/tensor';
import type { LikelihoodCase } from '../cases/likelihoods.ts';
import { differences, float64Gradient, gradientDifferences } from './comparison.ts';
import { eager, type Tensors, withGradients } from './evaluation.ts';
import { atOf, observationAt, PIXELS, ROWS, situationOf } from './likelihood-laws.ts';

/** Another weight for each value, some of them 0: a mask. */
const WEIGHTS = Array.from({ length: ROWS * PIXELS }, (_, i) => [1, 0, -0.5, 2, 0.3][i % 5]!);

/** Scores of each value, their rows' scores, and the gradients of the weighted sum. */
export function eachValue(likelihood: LikelihoodCase, at = atOf(likelihood), data?: Float32Array) {
  const { x: usual, inputs } = situationOf(likelihood);
  const x = data ?? usual;
  const rows = () => tf.tensor2d(x, [ROWS, PIXELS]);
  const fn = (given: Tensors) => {
    const p = observationAt(at, given);
    const weighted = withGradients((all) =>
      tf.sum(tf.mul(observationAt(at, all).logProbOfEach(rows()), tf.tensor2d(WEIGHTS, [ROWS, PIXELS]))),
    );
    return { each: p.logProbOfEach(rows()), rows: p.logProb(rows()), ...weighted(given) };
  };
  return { fn, inputs, x };
}

/** log p(x_i) and the gradients of a weighted sum of them are those of the float64 program. */
export function eachIsTheReference(likelihood: LikelihoodCase, at = atOf(likelihood)): string[] {
  const { fn, inputs, x } = eachValue(likelihood, at);
  const results = eager(fn, inputs);
  const { place, logProb } = likelihood;
  const given = Object.fromEntries(Object.entries(inputs).map(([name, { values }]) => [name, values]));
  const count = given.outputs!.length / x.length;
  const indexOf = (i: number, n: number) =>
    Math.floor(i / PIXELS) * PIXELS * count + place(n, i % PIXELS, count, PIXELS);
  const score = (i: number, { outputs, ...own }: Readonly<Record<string, ArrayLike<number>>>) =>
    logProb(
      x[i]!,
      Array.from({ length: count }, (_, n) => outputs![indexOf(i, n)]!),
      own,
    );
  const indices = Array.from(x, (_, i) => i);
  const exact = indices.map((i) => score(i, given));
  const { outputs, ...own } = given;
  const slopes = new Float64Array(outputs!.length);
  for (const i of indices) {
    const of = Array.from({ length: count }, (_, n) => outputs![indexOf(i, n)]!);
    const { one } = float64Gradient(({ one: each }) => WEIGHTS[i]! * logProb(x[i]!, Array.from(each!), own), {
      one: of,
    });
    for (const [n, slope] of one!.entries()) slopes[indexOf(i, n)] = slope;
  }
  const ofOwn = float64Gradient(
    (variables) => indices.reduce((sum, i) => sum + WEIGHTS[i]! * score(i, { outputs: outputs!, ...variables }), 0),
    own,
  );
  return [
    ...differences('log p(x_i)', results.each!, exact, 1e-5),
    ...Object.entries({ outputs: slopes, ...ofOwn }).flatMap(([name, each]) =>
      gradientDifferences(`gradient of ${name}`, results[`gradient:${name}`]!, each, 1e-5),
    ),
  ];
}

/** The sum over a row is log p(x), to rounding. */
export function eachSumsToItsRow(likelihood: LikelihoodCase, at = atOf(likelihood)): string[] {
  const { each, rows } = eager(eachValue(likelihood, at).fn, situationOf(likelihood).inputs);
  const sums = Array.from(rows!, (_, row) =>
    each!.subarray(row * PIXELS, (row + 1) * PIXELS).reduce((sum, value) => sum + value, 0),
  );
  return differences('Σ log p(x_i)', sums, rows!, 1e-5);
}

/** At 0, which stands for a missing value, scores and gradients are finite, at extreme outputs as well. */
export function isFiniteAtZero(likelihood: LikelihoodCase, at = atOf(likelihood)): string[] {
  const { fn, inputs } = eachValue(likelihood, at, new Float32Array(ROWS * PIXELS));
  return [1, 100, -1e4].flatMap((size) => {
    const scaled = Object.entries(inputs).map(([name, { shape, values }]) => [
      name,
      { shape, values: values.map((value) => size * value) },
    ]);
    return Object.entries(eager(fn, Object.fromEntries(scaled))).flatMap(([name, values]) =>
      values.every(Number.isFinite) ? [] : [`${name} at ${size}: not finite`],
    );
  });
}
