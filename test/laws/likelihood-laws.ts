// Laws of every likelihood: each returns its findings, so that a test can also feed it mutants.
import type { Observation } from '@flowvae/distributions';
import { drawNormal, drawUniform, key } from '@flowvae/random';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { type LikelihoodParams, parseLikelihood } from '@flowvae/vae';
import type { LikelihoodCase } from '../cases/likelihoods.ts';
import { differences, float64Gradient, gradientDifferences } from './comparison.ts';
import { eager, type Inputs, shaped, type Tensors, withGradients } from './evaluation.ts';

/** The subject of a law: p(x|z) from decoder outputs and the likelihood's own variables. */
export type At = (outputs: Tensor2D, own: LikelihoodParams) => Observation;

/** The likelihood of a row itself. */
export const atOf = ({ name }: LikelihoodCase): At => parseLikelihood(name).at;

export const [ROWS, PIXELS] = [4, 3];

/** Outputs [rows, N]: every pixel draws its own. */
function outputsOf({ outputs, place }: LikelihoodCase, rows: number, pixels: number, seed: number): Float32Array {
  const numbers = drawNormal(key(seed), 20_000);
  let next = 0;
  const drawn = Array.from({ length: rows * pixels }, (_, i) => outputs(() => numbers[next++]!, seed + i));
  const count = drawn[0]!.length;
  const flat = new Float32Array(rows * pixels * count);
  for (const [i, ofPixel] of drawn.entries()) {
    const start = Math.floor(i / pixels) * pixels * count;
    for (const [n, value] of ofPixel.entries()) flat[start + place(n, i % pixels, count, pixels)] = value;
  }
  return flat;
}

const ownInputs = ({ own }: LikelihoodCase): Inputs =>
  Object.fromEntries(Object.entries(own).map(([name, value]) => [name, shaped([value], [1, 1])]));

/** Outputs and own variables as inputs of a function, and values of x beside them. */
export function situationOf(likelihood: LikelihoodCase) {
  const outputs = outputsOf(likelihood, ROWS, PIXELS, 0);
  const { values } = likelihood;
  const x = Float32Array.from({ length: ROWS * PIXELS }, (_, i) => values[i % values.length]!);
  return { x, inputs: { outputs: shaped(outputs, [ROWS, outputs.length / ROWS]), ...ownInputs(likelihood) } };
}

export const observationAt = (at: At, { outputs, ...own }: Tensors) => at(outputs as Tensor2D, own as LikelihoodParams);

const ROW_WEIGHTS = [1, -0.5, 2, 0.3];

/** Everything that can be asked of p(x|z), as a pure function of its inputs. */
export function everything(likelihood: LikelihoodCase, at = atOf(likelihood)) {
  const { x, inputs } = situationOf(likelihood);
  const data = () => tf.tensor2d(x, [ROWS, PIXELS]);
  const fn = (given: Tensors): Record<string, Tensor> => {
    const p = observationAt(at, given);
    const { kind, width } = p.noise;
    const noise = (kind === 'normal' ? drawNormal : drawUniform)(key(2), ROWS * width);
    const { z, logProb } = p.sampleAndLogProb(tf.tensor2d(noise, [ROWS, width]));
    const weighted = withGradients((all) =>
      tf.sum(tf.mul(observationAt(at, all).logProb(data()), tf.tensor1d(ROW_WEIGHTS))),
    );
    return { scores: p.logProb(data()), mean: p.mean(), z, logProb, ...weighted(given) };
  };
  return { fn, inputs, x };
}

/** log p(x) and its gradients are those of the float64 program. */
export function isTheReference(likelihood: LikelihoodCase, at = atOf(likelihood)): string[] {
  const { fn, inputs, x } = everything(likelihood, at);
  const results = eager(fn, inputs);
  const { place, logProb } = likelihood;
  const { outputs, ...own } = Object.fromEntries(Object.entries(inputs).map(([name, { values }]) => [name, values]));
  const count = outputs!.length / x.length;
  const rowOf = (i: number) => Math.floor(i / PIXELS);
  const indexOf = (i: number, n: number) => rowOf(i) * PIXELS * count + place(n, i % PIXELS, count, PIXELS);
  const ofPixel = (i: number) => Array.from({ length: count }, (_, n) => outputs![indexOf(i, n)]!);
  const weighted = (i: number, given: ArrayLike<number>, variables: typeof own) =>
    ROW_WEIGHTS[rowOf(i)]! * logProb(x[i]!, Array.from(given), variables);
  const scores = new Float64Array(ROWS);
  const towardsOutputs = new Float64Array(outputs!.length);
  for (let i = 0; i < x.length; i++) {
    scores[rowOf(i)]! += logProb(x[i]!, ofPixel(i), own);
    const { given } = float64Gradient(({ given: each }) => weighted(i, each!, own), { given: ofPixel(i) });
    for (const [n, slope] of given!.entries()) towardsOutputs[indexOf(i, n)] = slope;
  }
  const towardsOwn = float64Gradient(
    (variables) => x.reduce((sum, _, i) => sum + weighted(i, ofPixel(i), variables as unknown as typeof own), 0),
    own,
  );
  return [
    ...differences('log p(x)', results.scores!, scores, 1e-5),
    ...Object.entries({ outputs: towardsOutputs, ...towardsOwn }).flatMap(([name, exact]) =>
      gradientDifferences(`gradient of ${name}`, results[`gradient:${name}`]!, exact, 1e-5),
    ),
  ];
}

const SEEDS = [3, 4, 5];

/** One pixel's outputs, own variables, and every x. */
function pixelOf(likelihood: LikelihoodCase, seed: number) {
  const outputs = outputsOf(likelihood, 1, 1, seed);
  const inputs = { outputs: shaped(outputs, [1, outputs.length]), ...ownInputs(likelihood) };
  return { inputs, points: likelihood.points, data: () => tf.tensor2d(likelihood.points.map(({ x }) => [x])) };
}

/** Σ or ∫ p(x) = 1. */
export function isNormalised(likelihood: LikelihoodCase, at = atOf(likelihood)): string[] {
  return SEEDS.flatMap((seed) => {
    const { inputs, points, data } = pixelOf(likelihood, seed);
    const { density } = eager((given) => ({ density: observationAt(at, given).logProb(data()) }), inputs);
    const total = points.reduce((sum, { weight }, i) => sum + weight * Math.exp(density![i]!), 0);
    return differences('total', [total], [1], 2e-4);
  });
}

/** Draws in one sample. */
const DRAWS = 1000;

/** Mean, variance and fourth central moment of the density of one pixel, and its own mean and draws. */
function momentsOf(likelihood: LikelihoodCase, at: At, seed: number) {
  const { inputs, points, data } = pixelOf(likelihood, seed);
  const results = eager((given) => {
    const p = observationAt(at, given);
    const { kind, width } = p.noise;
    const noise = (kind === 'normal' ? drawNormal : drawUniform)(key(seed), DRAWS * width);
    const { z, logProb } = p.sampleAndLogProb(tf.tensor2d(noise, [DRAWS, width]));
    return { density: p.logProb(data()), mean: p.mean(), z, logProb, again: p.logProb(z) };
  }, inputs);
  const expected = (f: (x: number) => number) =>
    points.reduce((sum, { x, weight }, i) => sum + weight * Math.exp(results.density![i]!) * f(x), 0);
  const mean = expected((x) => x);
  const variance = expected((x) => (x - mean) ** 2);
  const fourth = expected((x) => (x - mean) ** 4);
  const drawn = Array.from(results.z!);
  const average = (f: (x: number) => number) => drawn.reduce((sum, x) => sum + f(x) / DRAWS, 0);
  return { mean, variance, fourth, ownMean: results.mean![0]!, average, results };
}

/**
 * `mean()` is the expectation, and draws have the density's mean and variance to four standard errors, and its
 * log-density.
 */
export function hasItsMoments(likelihood: LikelihoodCase, at = atOf(likelihood)): string[] {
  return SEEDS.flatMap((seed) => {
    const { mean, variance, fourth, ownMean, average, results } = momentsOf(likelihood, at, seed);
    /** Four standard errors, as a share of the value where that is above 1. */
    const tolerance = (square: number, value: number) =>
      (4 * Math.sqrt(square / DRAWS) + 1e-4) / Math.max(1, Math.abs(value));
    return [
      ...differences('mean()', [ownMean], [mean], 3e-4),
      ...differences('mean of draws', [average((x) => x)], [mean], tolerance(variance, mean)),
      ...differences(
        'variance of draws',
        [average((x) => (x - mean) ** 2)],
        [variance],
        tolerance(fourth - variance ** 2, variance),
      ),
      ...differences('log p of draws', results.logProb!, results.again!, 1e-5),
    ];
  });
}

/** At outputs and own variables of ±100 and ±10,000 every value, mean, draw and gradient is a finite number. */
export function staysFinite(likelihood: LikelihoodCase, at = atOf(likelihood)): string[] {
  const { fn, inputs } = everything(likelihood, at);
  return [100, -100, 1e4, -1e4].flatMap((size) => {
    const signs = [(_: number) => 1, (i: number) => (i % 2 ? 1 : -1), (i: number) => (i % 5 < 2 ? 1 : 0)];
    return signs.flatMap((sign) => {
      const extreme = Object.entries(inputs).map(([name, { shape, values }]) => [
        name,
        shaped(
          values.map((_, i) => size * sign(i)),
          shape,
        ),
      ]);
      const results = eager(fn, Object.fromEntries(extreme));
      return Object.entries(results).flatMap(([name, values]) =>
        values.every(Number.isFinite) ? [] : [`${name} at ${size}: not finite`],
      );
    });
  });
}
