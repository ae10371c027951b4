// Counts over wide ranges of mean and dispersion: log-probabilities and gradients against float64, eager and compiled,
// where differences of log Γ would leave no digit; draws against exact quantiles and probabilities.
import { logGamma, negativeBinomial, poisson, studentT, zeroInflated } from '@flowvae/distributions';
import { drawNormal, key } from '@flowvae/random';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { parseLikelihood } from '@flowvae/vae';
import { describe, expect, it } from 'vitest';
import { compiled, eager, shaped, type Tensors, withGradients } from '../laws/evaluation.ts';
import { digammaReference } from '../reference/gamma-functions.ts';
import { negativeBinomialLogProbability, poissonLogProbability } from '../reference/likelihoods.ts';

const means = [1e-4, 0.03, 0.7, 4, 31, 1e3, 1e5];
const thetas = [1e-3, 0.08, 1, 17, 1e3, 1e6];
const ratios = [0, 0.5, 0.97, 1.02, 3];
const cases = means.flatMap((mean) =>
  thetas.flatMap((theta) =>
    [...new Set(ratios.map((ratio) => Math.round(ratio * mean))), 1, 12, 4000].map((x) => ({ mean, theta, x })),
  ),
);
const columnOf = (values: readonly number[]) => shaped(values, [values.length, 1]);
const inputs = {
  logMean: columnOf(cases.map(({ mean }) => Math.log(mean))),
  logDispersion: columnOf(cases.map(({ theta }) => Math.log(theta))),
};
const data = () => tf.tensor2d(cases.map(({ x }) => [x]));

/** The case as float32 has it, in float64. */
const exactAt = (i: number) => ({
  mean: Math.exp(inputs.logMean.values[i]!),
  theta: Math.exp(inputs.logDispersion.values[i]!),
  x: cases[i]!.x,
});

/** Where values differ by more than float32's share of their size, and of the effect of log μ's own rounding. */
function beyond(actual: ArrayLike<number>, exact: (i: number) => { readonly value: number; readonly size: number }) {
  return cases.flatMap((given, i) => {
    const { value, size } = exact(i);
    const error = Math.abs(actual[i]! - value);
    return error <= 2e-6 * (1 + Math.abs(value) + size)
      ? []
      : [`${JSON.stringify(given)}: ${actual[i]} instead of ${value}`];
  });
}

const engines = [
  ['eager', async (fn: (given: Tensors) => Record<string, Tensor>, given: typeof inputs) => eager(fn, given)],
  ['compiled', (fn: (given: Tensors) => Record<string, Tensor>, given: typeof inputs) => compiled(fn, given)],
] as const;

describe.each(engines)('%s', (_, run) => {
  it('negativeBinomial is the float64 program for dispersions from 1e-3 to 1e6; so are its gradients', async () => {
    const at = (given: Tensors) => negativeBinomial(given as { logMean: Tensor2D; logDispersion: Tensor2D });
    const traced = withGradients((given) => tf.sum(at(given).logProb(data())));
    const results = await run(
      (given) => ({ ...(traced(given) as Record<string, Tensor>), each: at(given).logProbOfEach(data()) }),
      inputs,
    );
    const slopeOf = (i: number) => {
      const { mean, theta, x } = exactAt(i);
      return (theta * (x - mean)) / (theta + mean);
    };
    const value = (i: number) => {
      const { mean, theta, x } = exactAt(i);
      return { value: negativeBinomialLogProbability(x, mean, theta), size: Math.abs(slopeOf(i)) };
    };
    const ofMean = (i: number) => {
      const { mean, theta } = exactAt(i);
      return { value: slopeOf(i), size: (theta * mean) / (theta + mean) };
    };
    const ofDispersion = (i: number) => {
      const { mean, theta, x } = exactAt(i);
      const slope =
        digammaReference(x + theta) - digammaReference(theta) - Math.log1p(mean / theta) + (mean - x) / (theta + mean);
      return { value: theta * slope, size: Math.abs(slopeOf(i)) };
    };
    expect(beyond(results.each!, value)).toEqual([]);
    expect(beyond(results['gradient:logMean']!, ofMean)).toEqual([]);
    expect(beyond(results['gradient:logDispersion']!, ofDispersion)).toEqual([]);
  });

  it('poisson is the float64 program for means and counts up to 1e5; so is its gradient', async () => {
    const traced = withGradients(({ logMean }) => tf.sum(poisson({ logRate: logMean as Tensor2D }).logProb(data())));
    const results = await run(
      (given) => ({
        ...(traced({ logMean: given.logMean! }) as Record<string, Tensor>),
        each: poisson({ logRate: given.logMean as Tensor2D }).logProbOfEach(data()),
      }),
      inputs,
    );
    const excess = (i: number) => exactAt(i).x - exactAt(i).mean;
    expect(
      beyond(results.each!, (i) => ({
        value: poissonLogProbability(exactAt(i).x, exactAt(i).mean),
        size: Math.abs(excess(i)),
      })),
    ).toEqual([]);
    expect(beyond(results['gradient:logMean']!, (i) => ({ value: excess(i), size: exactAt(i).mean }))).toEqual([]);
  });
});

it('the usual form, by log Γ and logarithms, fails the same comparison', () => {
  const { each } = eager(({ logMean, logDispersion }) => {
    const [x, theta] = [data(), tf.exp(logDispersion!)];
    const both = tf.log(tf.add(theta, tf.exp(logMean!)));
    const constant = tf.sub(tf.sub(logGamma(tf.add(x, theta)), logGamma(theta)), logGamma(tf.add(x, 1)));
    const main = tf.add(tf.mul(theta, tf.sub(logDispersion!, both)), tf.mul(x, tf.sub(logMean!, both)));
    return { each: tf.add(constant, main) };
  }, inputs);
  const wrong = beyond(each!, (i) => {
    const { mean, theta, x } = exactAt(i);
    return {
      value: negativeBinomialLogProbability(x, mean, theta),
      size: Math.abs((theta * (x - mean)) / (theta + mean)),
    };
  });
  expect(wrong.length).toBeGreaterThan(40);
});

/** Draws of one variable with given parameters. */
const drawsOf = (
  make: () => { noise: { width: number }; sampleAndLogProb(noise: Tensor2D): { z: Tensor2D } },
  count: number,
  seed = 1,
) =>
  tf.tidy(() => {
    const p = make();
    const noise = drawNormal(key(seed), count * p.noise.width);
    return Array.from(p.sampleAndLogProb(tf.tensor2d(noise, [count, p.noise.width])).z.dataSync());
  });

it.each([0.05, 1, 7.5, 9.99, 10.01, 40, 900])(
  'poisson draws are the quantiles of their normal noise at rate %d',
  (rate) => {
    const COUNT = 4000;
    const uniforms = Array.from({ length: COUNT }, (_, i) => (i + 0.5) / COUNT);
    const normals = Float32Array.from(uniforms, normalQuantile);
    const drawn = tf.tidy(() => {
      const logRate = tf.fill([1, 1], Math.log(rate)) as Tensor2D;
      return Array.from(
        poisson({ logRate })
          .sampleAndLogProb(tf.tensor2d(normals, [COUNT, 1]))
          .z.dataSync(),
      );
    });
    const cumulative = cumulativeOf(rate);
    const wrong = uniforms.filter((u, i) => cumulative.findIndex((sum) => sum >= u) !== drawn[i]);
    expect(wrong.length / COUNT).toBeLessThan(1e-3);
  },
);

/** Φ⁻¹ by bisection of its own series (Abramowitz & Stegun 1964, 26.2.10 and 26.2.14). */
function normalQuantile(u: number): number {
  let [low, high] = [-8, 8];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < u) low = middle;
    else high = middle;
  }
  return low;
}

function normalCdf(w: number): number {
  let [term, sum] = [w, w];
  for (let n = 1; n < 120; n++) {
    term *= (w * w) / (2 * n + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-w * w) / 2)) / Math.sqrt(2 * Math.PI);
}

/** The cumulative probabilities of a rate: quantiles are the numbers of those below u. */
function cumulativeOf(rate: number): readonly number[] {
  let sum = 0;
  return Array.from({ length: Math.ceil(rate + 8 * Math.sqrt(rate) + 20) }, (_, k) => {
    sum += Math.exp(poissonLogProbability(k, rate));
    return sum;
  });
}

describe.each([
  [2, 0.05],
  [6, 0.6],
  [30, 4],
  [3, 1e4],
])('negativeBinomial draws at mean %d and inverse dispersion %d', (mean, theta) => {
  it('have its probabilities', () => {
    const COUNT = 20_000;
    const params = () => ({
      logMean: tf.fill([1, 1], Math.log(mean)) as Tensor2D,
      logDispersion: tf.fill([1, 1], Math.log(theta)) as Tensor2D,
    });
    const drawn = drawsOf(() => negativeBinomial(params()), COUNT);
    for (const up of [0, 1, 3, 8, 20, 50]) {
      const exact = Array.from({ length: up + 1 }, (_, x) =>
        Math.exp(negativeBinomialLogProbability(x, mean, theta)),
      ).reduce((a, b) => a + b, 0);
      const share = drawn.filter((x) => x <= up).length / COUNT;
      expect(Math.abs(share - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / COUNT) + 2e-4);
    }
    expect(drawn.every((x) => Number.isInteger(x) && x >= 0)).toBe(true);
  });
});

it('zeroInflated draws additional zeros', () => {
  const COUNT = 20_000;
  const drawn = drawsOf(() => {
    const counts = poisson({ logRate: tf.fill([1, 1], Math.log(3)) as Tensor2D });
    return zeroInflated({ counts, logits: tf.fill([1, 1], Math.log(0.3 / 0.7)) as Tensor2D });
  }, COUNT);
  const exact = 0.3 + 0.7 * Math.exp(-3);
  const share = drawn.filter((x) => x === 0).length / COUNT;
  expect(Math.abs(share - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / COUNT));
});

it.each([
  'student-t',
  'laplace',
  'poisson',
  'negative-binomial',
  'zero-inflated-poisson',
  'zero-inflated-negative-binomial',
])('%s has finite values and gradients at the ends of float32, and far from its data', (name) => {
  const likelihood = parseLikelihood(name);
  const { params } = likelihood.start(new Float32Array(4).fill(1));
  const x = () => tf.tensor2d([[0, 1, 3e4, 1e7]]);
  for (const size of [3e38, -3e38, 90, -90]) {
    const extreme = {
      outputs: shaped(new Float32Array(4 * likelihood.outputsPerPixel).fill(size), [1, 4 * likelihood.outputsPerPixel]),
    };
    const own = Object.entries(params).map(([param, { length }]) => [
      param,
      shaped(new Float32Array(length).fill(size), [1, length]),
    ]);
    const traced = withGradients(({ outputs, ...given }) =>
      tf.sum(likelihood.at(outputs as Tensor2D, given as Record<string, Tensor2D>).logProb(x())),
    );
    for (const [what, values] of Object.entries(eager(traced, { ...extreme, ...Object.fromEntries(own) }))) {
      expect([what, size, values.every(Number.isFinite)]).toEqual([what, size, true]);
    }
  }
});

it.each([
  [1, 1],
  [2, Math.SQRT1_2 / Math.sqrt(0.75)],
])('studentT with %d degrees of freedom has its quartiles', (dof, quartile) => {
  const COUNT = 20_000;
  const parameter = (value: number) => tf.fill([1, 1], value) as Tensor2D;
  const drawn = drawsOf(
    () => studentT({ location: parameter(5), logScale: parameter(Math.log(2)), logDof: parameter(Math.log(dof)) }),
    COUNT,
  );
  const inside = drawn.filter((x) => Math.abs(x - 5) < 2 * quartile).length / COUNT;
  expect(Math.abs(inside - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / COUNT));
});
