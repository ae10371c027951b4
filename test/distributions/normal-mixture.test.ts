// Mixtures of normals against the same sum in float64, and against the frequencies of their draws.
import { normalMixture } from '@flowvae/distributions';
import { drawNormal, fold, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences, float64Gradient, gradientDifferences } from '../laws/comparison.ts';
import { compiled, eager, shaped, type Tensors, withGradients } from '../laws/evaluation.ts';

const [K, D] = [3, 2];
const parameters = {
  logits: shaped([0.3, -1.2, 0.9], [1, K]),
  mean: shaped([-2, 0.5, 1, 3, 0, -1.5], [K, D]),
  logStd: shaped([-0.5, 0.2, 0.1, -1, 0.4, -0.3], [K, D]),
};
const mixtureOf = ({ logits, mean, logStd }: Tensors) =>
  normalMixture({ logits: logits as Tensor2D, mean: mean as Tensor2D, logStd: logStd as Tensor2D });

/** The density as a sum, in float64. */
function density(z: ArrayLike<number>, { logits, mean, logStd }: Readonly<Record<string, ArrayLike<number>>>): number {
  const weights = Array.from(logits!, Math.exp);
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.reduce((sum, weight, k) => {
    const factors = Array.from({ length: D }, (_, d) => {
      const std = Math.exp(logStd![k * D + d]!);
      return Math.exp(-0.5 * ((z[d]! - mean![k * D + d]!) / std) ** 2) / (std * Math.sqrt(2 * Math.PI));
    });
    return sum + (weight / total) * factors[0]! * factors[1]!;
  }, 0);
}

const valuesOf = Object.fromEntries(Object.entries(parameters).map(([name, { values }]) => [name, values]));
const points = drawNormal(key(1), 40 * D).map((value) => 2 * value);

describe.each(['eager', 'compiled'] as const)('%s', (engine) => {
  const run = engine === 'eager' ? eager : compiled;

  it('logProb is the logarithm of the sum', async () => {
    const { logProb } = await run(({ z, ...params }) => ({ logProb: mixtureOf(params).logProb(z as Tensor2D) }), {
      z: shaped(points, [40, D]),
      ...parameters,
    });
    const expected = Array.from({ length: 40 }, (_, i) =>
      Math.log(density(points.subarray(i * D, i * D + D), valuesOf)),
    );
    expect(differences('logProb', logProb!, expected, 1e-5)).toEqual([]);
  });

  it('far away no component is lost to underflow', async () => {
    const { logProb } = await run(({ z, ...params }) => ({ logProb: mixtureOf(params).logProb(z as Tensor2D) }), {
      z: shaped([300, 300], [1, D]),
      ...parameters,
    });
    expect(logProb![0]).toBeLessThan(-1e4);
    expect(Number.isFinite(logProb![0])).toBe(true);
  });

  it('its gradients are those of float64 differences', async () => {
    const loss = withGradients(({ z, ...params }) => tf.sum(mixtureOf(params).logProb(z as Tensor2D)));
    const results = await run(loss, { z: shaped(points, [40, D]), ...parameters });
    const expected = float64Gradient(
      ({ z, ...params }) =>
        Array.from({ length: 40 }, (_, i) => Math.log(density(z!.subarray(i * D, i * D + D), params))).reduce(
          (a, b) => a + b,
          0,
        ),
      { z: points, ...valuesOf },
    );
    for (const [name, gradient] of Object.entries(expected)) {
      expect(gradientDifferences(name, results[`gradient:${name}`]!, gradient, 1e-4)).toEqual([]);
    }
  });

  it('the weights learn through a draw’s log-density: ∂(Σ z + Σ logProb)/∂logits holds the draws fixed', async () => {
    const rows = 40;
    const noise = shaped(drawNormal(fold(key(3), 'noise'), rows * (D + 2)), [rows, D + 2]);
    const loss = withGradients(({ noise: epsilon, logits }) => {
      const constants = Object.fromEntries(
        (['mean', 'logStd'] as const).map((name) => [name, tf.tensor(parameters[name].values, [K, D])]),
      );
      const draw = mixtureOf({ logits: logits!, ...constants }).sampleAndLogProb(epsilon as Tensor2D);
      return tf.add(tf.sum(draw.z), tf.sum(draw.logProb));
    });
    const results = await run(loss, { noise, logits: parameters.logits });
    const { z } = eager(
      ({ noise: epsilon, ...params }) => ({ z: mixtureOf(params).sampleAndLogProb(epsilon as Tensor2D).z }),
      {
        noise,
        ...parameters,
      },
    );
    const expected = float64Gradient(
      ({ logits }) =>
        Array.from({ length: rows }, (_, i) =>
          Math.log(density(z!.subarray(i * D, i * D + D), { ...valuesOf, logits: logits! })),
        ).reduce((a, b) => a + b, 0),
      { logits: parameters.logits.values },
    );
    expect(gradientDifferences('logits', results['gradient:logits']!, expected.logits!, 1e-4)).toEqual([]);
  });

  it('draws have the mixture’s weights, means and own log-density', async () => {
    const rows = 20_000;
    const noise = shaped(drawNormal(fold(key(2), 'noise'), rows * (D + 2)), [rows, D + 2]);
    const { z, logProb, scored } = await run(
      ({ noise: epsilon, ...params }) => {
        const draw = mixtureOf(params).sampleAndLogProb(epsilon as Tensor2D);
        return { z: draw.z, logProb: draw.logProb, scored: mixtureOf(params).logProb(draw.z) };
      },
      { noise, ...parameters },
    );
    expect(differences('logProb', logProb!, scored!, 1e-5)).toEqual([]);
    const weights = Array.from(valuesOf.logits!, Math.exp);
    const total = weights.reduce((a, b) => a + b, 0);
    for (let d = 0; d < D; d++) {
      const expected = weights.reduce((sum, weight, k) => sum + (weight / total) * valuesOf.mean![k * D + d]!, 0);
      const found = z!.reduce((sum, value, i) => (i % D === d ? sum + value / rows : sum), 0);
      expect(Math.abs(found - expected)).toBeLessThan(0.06); // four standard errors of 2/√20,000
    }
    // the second component is the only one above 2 in the second coordinate, up to its own tail and 0.1 % of the first
    const above = z!.reduce((count, value, i) => count + Number(i % D === 1 && value > 2.5), 0) / rows;
    expect(Math.abs(above - weights[1]! / total)).toBeLessThan(0.02);
  });
});

it('a chooser at the centre and one in the tail take the last and the first component', () => {
  const { z } = eager(({ noise, ...params }) => ({ z: mixtureOf(params).sampleAndLogProb(noise as Tensor2D).z }), {
    noise: shaped([0, 0, 0, 0, 0, 0, 5, 5], [2, 4]),
    ...parameters,
  });
  expect(differences('z', z!, [0, -1.5, -2, 0.5], 1e-6)).toEqual([]);
});

it('detached cuts every parameter off', () => {
  const gradients = eager(
    withGradients(({ z, ...params }) =>
      tf.sum(
        mixtureOf(params)
          .detached()
          .logProb(z as Tensor2D),
      ),
    ),
    { z: shaped(points, [40, D]), ...parameters },
  );
  expect(gradients['gradient:mean']!.every((value) => value === 0)).toBe(true);
  expect(gradients['gradient:z']!.some((value) => value !== 0)).toBe(true);
});

it('normalMixture refuses parameters that do not fit together', () => {
  const wrong = () => mixtureOf({ logits: tf.zeros([1, 2]), mean: tf.zeros([3, 2]), logStd: tf.zeros([3, 2]) });
  expect(() => tf.tidy(() => void wrong())).toThrow('normalMixture: logits: expected [1, 3], got [1, 2]');
});

it('normalMixture has the sum of fewer components than dimensions, of which there are many', () => {
  const [few, wide] = [2, 70];
  const mean = drawNormal(key(8), few * wide);
  const z = drawNormal(key(9), wide);
  const { logProb } = eager(
    (given) => ({
      logProb: normalMixture({
        logits: tf.zeros([1, few]),
        mean: given.mean as Tensor2D,
        logStd: tf.zeros([few, wide]),
      }).logProb(given.z as Tensor2D),
    }),
    { mean: shaped(mean, [few, wide]), z: shaped(z, [1, wide]) },
  );
  const squares = [0, 1].map((k) => z.reduce((sum, value, d) => sum + (value - mean[k * wide + d]!) ** 2, 0));
  const nearest = Math.min(...squares);
  const terms = squares.map((square) => 0.5 * Math.exp(-0.5 * (square - nearest)));
  const exact = Math.log(terms[0]! + terms[1]!) - 0.5 * nearest - 0.5 * wide * Math.log(2 * Math.PI);
  expect(differences('logProb', logProb!, [exact], 1e-6)).toEqual([]);
});
