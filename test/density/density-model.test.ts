// Densities as models: exact ones of numbers, their start from data, training on both engines, and refusals.
import {
  densityModel,
  interpolated,
  isDensity,
  levelsSupport,
  numbersSupport,
  pictureFlow,
  standardisedFlow,
  uniformDequantisation,
  variationalDequantisation,
} from '@flowvae/density';
import { affine, parseInvertibleFlow } from '@flowvae/flows';
import { elbo, iwae } from '@flowvae/objectives';
import { drawNormal, drawUniform, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { adam, type EngineName, fit, variational } from '@flowvae/training';
import { mlpVae } from '@flowvae/vae';
import { afterAll, describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { disposeModels, kept, pictureDensity, scored } from './densities.ts';

afterAll(disposeModels);

/** Three columns of other places and sizes. */
const table = drawNormal(key(1), 300).map((value, i) => [5, -200, 0.01][i % 3]! + [2, 30, 0.001][i % 3]! * value);

/** −log of a normal density with the moments of each column, mean over rows: the entropy of the start. */
function normalNll(values: Float32Array): number {
  return [0, 1, 2].reduce((sum, column) => {
    const own = [...values].filter((_, i) => i % 3 === column);
    const mean = own.reduce((a, b) => a + b, 0) / own.length;
    const variance = own.reduce((a, b) => a + (b - mean) ** 2, 0) / own.length;
    return sum + 0.5 * (Math.log(2 * Math.PI * variance) + 1);
  }, 0);
}

describe('densities of numbers', () => {
  it('start at the moments of the rows, and score them exactly by any noise', async () => {
    const flow = standardisedFlow(parseInvertibleFlow('realnvp*2', 3));
    const model = kept(densityModel({ flow, support: numbersSupport(3), key: key(2), rows: table }));
    const { nll, elbo: bound, nllStandardError } = (await scored(model, table, 3)).evaluation;
    expect(Math.abs(nll - normalNll(table))).toBeLessThan(1e-3);
    expect(Math.abs(bound + nll)).toBeLessThan(1e-4); // no gap: the density is exact
    expect(nllStandardError).toBeGreaterThan(0);
    expect(model.dequantisation).toBe('none');
  });

  it('from 0 to 1 are those of the logit', async () => {
    const support = numbersSupport(1, { inUnitInterval: true, alpha: 0.1 });
    const model = kept(densityModel({ flow: affine(1), support, key: key(2) }));
    const x = 0.3;
    const p = 0.1 + 0.8 * x;
    const v = Math.log(p / (1 - p));
    const expected = -0.5 * (v * v + Math.log(2 * Math.PI)) + Math.log(0.8 / (p * (1 - p)));
    expect((await scored(model, Float32Array.of(x))).evaluation.nll).toBeCloseTo(-expected, 4);
  });
});

describe('densities of pictures', () => {
  it.each(['nice', 'realnvp', 'glow'] as const)(
    'start from data: %s sends them to noise of moments 0 and 1',
    (name) => {
      const rows = drawUniform(key(3), 60 * 16).map((u, i) => Math.floor(40 * u + 5 * (i % 16)) / 255);
      const model = pictureDensity({ name, rows });
      const z = tf.tidy(() => {
        const noise = tf.tensor2d(drawUniform(key(5), 60 * 16), [60, 16]);
        return model
          .at(tf.tensor2d(rows, [60, 16]))
          .posterior.sampleAndLogProb(noise)
          .z.dataSync();
      });
      const mean = [...z].reduce((sum: number, value) => sum + value, 0) / z.length;
      const variance = [...z].reduce((sum, value) => sum + (value - mean) ** 2, 0) / z.length;
      expect(Math.abs(mean)).toBeLessThan(0.02);
      expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    },
  );
});

/** Trains by likelihood, and returns the parameters and the bound of the last entry. */
async function trained(engine: EngineName, steps: number, threads = 1) {
  const model = pictureDensity({ dequantisation: 'variational' });
  const rows = drawUniform(key(3), 64 * 16).map((u) => Math.floor(30 * u) / 255); // dark pictures
  const problem = variational({
    modelAt: model.at,
    objective: elbo(),
    noise: model.noise,
    batchSize: 32,
    width: 16,
    data: (step) => rows.subarray((step % 2) * 32 * 16, ((step % 2) + 1) * 32 * 16),
    key: key(6),
  });
  const { variables } = model;
  const options = { ...problem, variables, optimizer: adam(0.02), steps, engine, threads, entryEvery: 5 };
  const { history, engine: ran } = await fit(options);
  expect(ran).toBe(engine);
  return { bounds: history.map(({ terms }) => terms.elbo!), values: Object.values(variables).map((v) => v.dataSync()) };
}

describe('training by likelihood', () => {
  it('raises the bound, and takes the same steps compiled as eager, and with two threads', async () => {
    const [compiled, eager, two] = [
      await trained('compiled', 20),
      await trained('eager', 20),
      await trained('compiled', 20, 2),
    ];
    expect(compiled.bounds.at(-1)!).toBeGreaterThan(compiled.bounds[0]! + 5);
    expect(differences('eager', eager.bounds, compiled.bounds, 1e-3)).toEqual([]);
    expect(differences('two threads', two.bounds, compiled.bounds, 1e-3)).toEqual([]);
    expect(compiled.values.flatMap((each) => [...each]).every(Number.isFinite)).toBe(true);
  });

  it('takes iwae, and refuses estimators that detach the posterior', () => {
    const model = pictureDensity();
    const x = tf.zeros([2, 16]) as Tensor2D;
    const noise = (draws: number) => tf.tensor2d(drawUniform(key(8), 2 * draws * 16), [2, draws * 16]);
    const loss = tf.tidy(() => iwae(3).bound(model.at(x), noise(3)).loss.dataSync());
    expect(loss[0]).toBeGreaterThan(0);
    expect(() => elbo({ gradient: 'stl' }).bound(model.at(x) as never, noise(1))).toThrow('take the gradient path');
  });
});

describe('a density', () => {
  it('is told from a VAE', () => {
    expect(isDensity(pictureDensity())).toBe(true);
    const vae = mlpVae({ pixels: 2, latent: 1, hidden: [2], activation: 'relu', key: key(0) });
    expect(isDensity(vae)).toBe(false);
    tf.dispose({ ...vae.variables });
  });

  it('refuses a flow of other dimensions, one level, an unknown flow, and pictures of one pixel', () => {
    const uniform = uniformDequantisation(4);
    const support = levelsSupport(4, { dequantisation: uniform });
    expect(() => densityModel({ flow: affine(3), support, key: key(0) })).toThrow(
      'densityModel: flow: expected a flow of 4 dimensions, as the data have, got one of 3',
    );
    expect(() => levelsSupport(4, { levels: 1, dequantisation: uniform })).toThrow('levelsSupport: levels: expected');
    expect(() => levelsSupport(4, { alpha: 0.5, dequantisation: uniform })).toThrow('inverseLogit: alpha');
    expect(() => pictureFlow('ffjord' as never, [4, 4, 1], { key: key(0) })).toThrow('one of nice, realnvp, glow');
    expect(() => pictureFlow('glow', [28, 28, 1], { levels: 3, key: key(0) })).toThrow('at most 2 levels');
    expect(() => variationalDequantisation([1, 1, 1], { levels: 4, key: key(0) })).toThrow('2 pixels or more');
  });
});

describe('interpolated', () => {
  const [a, b] = [Float32Array.of(3, 0), Float32Array.of(0, 3)];

  it('keeps the norm on the arc, and leaves it on the line', () => {
    const arc = interpolated(a, b, { steps: 3 });
    expect(differences('arc', arc, [3, 0, 3 / Math.SQRT2, 3 / Math.SQRT2, 0, 3], 1e-6)).toEqual([]);
    const line = interpolated(a, b, { steps: 3, kind: 'linear' });
    expect(differences('line', line, [3, 0, 1.5, 1.5, 0, 3], 1e-6)).toEqual([]);
  });

  it('takes the line between points without an angle', () => {
    expect([...interpolated(a, a, { steps: 2 })]).toEqual([3, 0, 3, 0]);
    expect([...interpolated(Float32Array.of(0, 0), b, { steps: 3 })]).toEqual([0, 0, 0, 1.5, 0, 3]);
    const opposite = interpolated(a, Float32Array.of(-3, 0), { steps: 3 });
    expect(differences('opposite', opposite, [3, 0, 0, 0, -3, 0], 1e-5)).toEqual([]);
  });

  it('stays between the norms of its ends, near opposite directions, too', () => {
    const far = interpolated(Float32Array.of(1, 0), Float32Array.of(-3, 0.15), { steps: 3 });
    expect(Math.hypot(far[2]!, far[3]!)).toBeCloseTo((1 + Math.hypot(3, 0.15)) / 2, 5);
    expect(differences('ends', [far[0]!, far[1]!, far[4]!, far[5]!], [1, 0, -3, 0.15], 1e-5)).toEqual([]);
  });

  it('refuses points of other widths, and one step', () => {
    expect(() => interpolated(a, Float32Array.of(1), { steps: 2 })).toThrow('interpolated: b: expected 2 numbers');
    expect(() => interpolated(a, b, { steps: 1 })).toThrow('a whole number from 2');
  });
});
