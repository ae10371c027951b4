// Densities of levels: probabilities that add up to one, a closed form, and the flow's own densities.

import { type DensityModel, densityModel, levelsSupport, pictureFlow, uniformDequantisation } from '@flowvae/density';
import { dequantisedLogProb, drawNoise, standardNormal } from '@flowvae/distributions';
import type { ImportanceEstimate } from '@flowvae/evaluation';
import { inverseLogit, pushForward } from '@flowvae/flows';
import { drawUniform, fold, key } from '@flowvae/random';
import { type NamedVariables, type Tensor2D, tf } from '@flowvae/tensor';
import { afterAll, describe, expect, it } from 'vitest';
import { disposeModels, pictureDensity, pixelDensity, scored, shaken } from './densities.ts';

afterAll(disposeModels);

/** The sum of the estimated probabilities, and its standard error. */
function total(estimates: readonly ImportanceEstimate[], samples: number) {
  const sum = estimates.reduce((all, { logEvidence }) => all + Math.exp(logEvidence), 0);
  const variance = estimates.reduce((all, { logEvidence, effectiveSampleSize }) => {
    const relative = (samples / effectiveSampleSize - 1) / samples;
    return all + Math.exp(2 * logEvidence) * relative;
  }, 0);
  return { sum, error: Math.sqrt(variance) };
}

/** Φ(x), by Simpson's rule from −10. */
function normalCdf(x: number): number {
  const steps = 2000;
  const width = (x + 10) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const at = -10 + i * width;
    sum += (i === 0 || i === steps ? 1 : i % 2 ? 4 : 2) * Math.exp(-0.5 * at * at);
  }
  return (sum * width) / 3 / Math.sqrt(2 * Math.PI);
}

/** P(k) of a standard normal behind the logit with α. */
function cell(k: number, alpha: number): number {
  const at = (y: number) => {
    const p = alpha + (1 - 2 * alpha) * y;
    return p <= 0 ? 0 : p >= 1 ? 1 : normalCdf(Math.log(p / (1 - p)));
  };
  return at((k + 1) / 256) - at(k / 256);
}

const allLevels = Float32Array.from({ length: 256 }, (_, k) => k / 255);

describe('probabilities of levels', () => {
  it('of one pixel with 256 levels add up to one', async () => {
    const model = shaken(pixelDensity(1e-6), 0.3);
    const { sum, error } = total((await scored(model, allLevels, 200)).estimates, 200);
    expect(error).toBeLessThan(0.005);
    expect(Math.abs(sum - 1)).toBeLessThan(4 * error + 1e-5);
  });

  it('of one pixel under the identity are the normal distribution between the levels’ logits', async () => {
    const alpha = 0.05;
    const { estimates, evaluation } = await scored(pixelDensity(alpha), allLevels, 300);
    const exact = Array.from({ length: 256 }, (_, k) => Math.log(cell(k, alpha)));
    for (const [k, { logEvidence }] of estimates.entries())
      expect(Math.abs(logEvidence - exact[k]!)).toBeLessThan(0.01);
    const bits = -exact.reduce((sum, value) => sum + value, 0) / 256 / Math.LN2;
    expect(evaluation.nll / Math.LN2).toBeCloseTo(bits, 3);
    expect(evaluation.elbo).toBeLessThanOrEqual(-evaluation.nll); // the bound lies below
  });

  it.each(['uniform', 'variational'] as const)(
    'of all pictures of two pixels with 4 levels add up to one, %s',
    async (dequantisation) => {
      const options = { shape: [1, 2, 1], levels: 4, alpha: 1e-6, dequantisation, name: 'nice' } as const;
      const model = shaken(pictureDensity(options), 0.4);
      const pictures = Float32Array.from({ length: 32 }, (_, i) => (i % 2 ? (i >> 1) & 3 : (i >> 3) & 3) / 3);
      const { sum, error } = total((await scored(model, pictures, 4000)).estimates, 4000);
      expect(error).toBeLessThan(0.03);
      expect(Math.abs(sum - 1)).toBeLessThan(4 * error);
    },
  );
});

const bytes = (rows: number, dim: number) => drawUniform(key(5), rows * dim).map((u) => Math.floor(256 * u) / 255);

/** Log-weights log N(z) − log q(z|x) of rows. */
function bound(model: DensityModel, rows: Float32Array, noise: Float32Array): Float32Array {
  const count = rows.length / model.latent;
  return tf.tidy(() => {
    const at = model.at(tf.tensor2d(rows, [count, model.latent]));
    const { z, logProb } = at.posterior.sampleAndLogProb(tf.tensor2d(noise, [count, noise.length / count]));
    return tf.sub(tf.add(at.likelihood(z), at.prior.logProb(z)), logProb).dataSync<'float32'>();
  });
}

describe('the bound', () => {
  it('is dequantisedLogProb of the flow behind the logit', () => {
    const [shape, dim] = [[4, 4, 1] as const, 16];
    const flow = pictureFlow('realnvp', shape, { levels: 1, depth: 1, width: 3, key: key(2) });
    const support = levelsSupport(dim, { alpha: 0.01, dequantisation: uniformDequantisation(dim) });
    const model = shaken(densityModel({ flow, support, key: key(1) }), 0.2);
    const [rows, noise] = [bytes(6, dim), drawUniform(key(6), 6 * dim)];
    const params = Object.entries(model.variables).map(([name, value]) => [name.replace('flow/', ''), value]);
    const expected = tf.tidy(() => {
      const ofLogits = pushForward(standardNormal(dim), flow, Object.fromEntries(params));
      const density = pushForward(ofLogits, inverseLogit(dim, { alpha: 0.01 }), {});
      const k = tf.tensor2d(
        rows.map((x) => Math.round(255 * x)),
        [6, dim],
      );
      return dequantisedLogProb(density, k, { noise: tf.tensor2d(noise, [6, dim]) }).dataSync();
    });
    for (const [i, value] of bound(model, rows, noise).entries())
      expect(Math.abs(value / expected[i]! - 1)).toBeLessThan(1e-6);
    tf.dispose({ ...model.variables } as NamedVariables);
  });

  it.each(['uniform', 'variational'] as const)(
    'goes with the latent of a row, whose picture is the row, %s',
    (dequantisation) => {
      const model = shaken(pictureDensity({ dequantisation }), 0.1);
      const rows = bytes(5, 16);
      const noise = new Float32Array(5 * model.noise.width);
      drawNoise(model.noise.kind, key(8), noise);
      const pictures = tf.tidy(() => {
        const x = tf.tensor2d(rows, [5, 16]);
        const { z } = model.at(x).posterior.sampleAndLogProb(tf.tensor2d(noise, [5, 16]));
        const observed = model.observe(z);
        expect([...observed.logProb(x).dataSync()]).toEqual([0, 0, 0, 0, 0]);
        expect(observed.logProb(tf.sub(1, x) as Tensor2D).dataSync()[0]).toBe(Number.NEGATIVE_INFINITY);
        return observed.mean().dataSync();
      });
      for (const [i, x] of rows.entries()) expect(Math.abs(pictures[i]! - x)).toBeLessThan(1e-6);
    },
  );

  it('of several draws for a row takes them one after the other', () => {
    const model = shaken(pictureDensity({ dequantisation: 'variational' }), 0.1);
    const rows = bytes(2, 16);
    const noise = new Float32Array(6 * 16);
    drawNoise('normal', fold(key(9), 'draws'), noise);
    const z = (x: Float32Array, count: number, drawn: Float32Array) =>
      tf.tidy(() => {
        const { posterior } = model.at(tf.tensor2d(x, [count, 16]));
        return posterior.sampleAndLogProb(tf.tensor2d(drawn, [drawn.length / 16, 16])).z.dataSync();
      });
    const together = z(rows, 2, noise);
    const second = z(rows.subarray(16), 1, noise.subarray(3 * 16));
    for (const [i, value] of second.entries()) expect(together[3 * 16 + i]).toBeCloseTo(value, 5);
  });
});
