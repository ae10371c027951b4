// Samples of models, compiled and kernel by kernel: the same numbers, in order, for any number of threads.
import { runCounter } from '@flowvae/compiler';
import { gaussian } from '@flowvae/distributions';
import { type ModelSamples, type ModelSamplesOptions, modelSamples } from '@flowvae/evaluation';
import { parseInvertibleFlow } from '@flowvae/flows';
import { drawNormal, drawUniform, key } from '@flowvae/random';
import { namedInputs, rowLayout, type Tensor2D, tf } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';
import { mlpVae, parseLikelihood, priorOf } from '@flowvae/vae';
import { afterAll, describe, expect, it } from 'vitest';
import { disposeModels, pictureDensity, shaken } from '../density/densities.ts';
import { differences } from '../laws/comparison.ts';

/** Rows of a block. */
const BLOCK = 32;

afterAll(disposeModels);

type Case = Omit<ModelSamplesOptions, 'rows'> & { readonly width: number };

const images = mlpVae({ pixels: 30, latent: 2, hidden: [8], activation: 'tanh', key: key(0) });
const ofImages: Case = {
  width: 2,
  variables: images.variables,
  at: (z) => ({ z, observation: images.observe(z) }),
};

const density = shaken(pictureDensity({ rows: drawUniform(key(1), 20 * 16) }), 0.1);
const ofDensity: Case = {
  width: 16,
  variables: density.variables,
  at: (noise) => {
    const { z } = density.prior.sampleAndLogProb(noise);
    return { z, observation: density.observe(z) };
  },
};

const layout = rowLayout([
  ['x', 3],
  ['y', 2],
]);
const conditional = mlpVae({
  pixels: 3,
  latent: 2,
  hidden: [8],
  activation: 'tanh',
  likelihood: parseLikelihood('gaussian'),
  layout,
  condition: { parts: [{ name: 'y', width: 2 }] },
  conditionalPrior: { hidden: [4] },
  prior: parseInvertibleFlow('realnvp*2', 2),
  key: key(2),
});
const ofConditional: Case = {
  width: 4,
  variables: conditional.variables,
  at: (rows) => {
    const { noise, y } = namedInputs(
      rowLayout([
        ['noise', 2],
        ['y', 2],
      ]),
      rows,
    );
    const { z } = priorOf(conditional, { y: y! }).sampleAndLogProb(noise!);
    return { z, observation: conditional.observe(z, { y: y! }) };
  },
};

afterAll(() => tf.dispose([{ ...images.variables }, { ...conditional.variables }]));

async function allOf(samples: AsyncGenerator<ModelSamples>) {
  const blocks: ModelSamples[] = [];
  for await (const block of samples) blocks.push(block);
  return {
    firsts: blocks.map(({ first }) => first),
    x: blocks.flatMap(({ x }) => [...x]),
    z: blocks.flatMap(({ z }) => [...z]),
  };
}

const drawn = ({ width, ...model }: Case, count: number, options: Partial<ModelSamplesOptions> = {}) =>
  allOf(modelSamples({ ...model, rows: dataPoints(drawNormal(key(3), count * width), width), ...options }));

describe.each([
  ['a VAE of bits', ofImages, 0],
  ['a density of pictures', ofDensity, 1 / 255], // a level may round to the next
  ['a conditional model', ofConditional, 0],
])('samples of %s', (_, model, step) => {
  it.each([
    ['means', undefined],
    ['draws', key(4)],
  ])('are the same %s compiled and eager', async (_, drawKey) => {
    const before = runCounter.runs;
    const found = await drawn(model, 150, { drawKey });
    expect(runCounter.runs - before).toBe(Math.ceil(150 / BLOCK));
    const expected = await drawn(model, 150, { drawKey, engine: 'eager' });
    expect(runCounter.runs - before).toBe(Math.ceil(150 / BLOCK));
    expect(differences('z', found.z, expected.z, 1e-5)).toEqual([]);
    expect(differences('x', found.x, expected.x, 1e-5 + step)).toEqual([]);
    expect(found.x.filter((x, i) => Math.abs(x - expected.x[i]!) > 1e-4).length).toBeLessThan(3);
  });
});

/** The first rows of the blocks of so many samples. */
const firstsOf = (count: number) => Array.from({ length: Math.ceil(count / BLOCK) }, (_, i) => i * BLOCK);

describe('samples', () => {
  it('have the same bytes for any number of threads, and for fewer of them', async () => {
    const [many, more, few] = [
      await drawn(ofConditional, 700, { drawKey: key(4) }),
      await drawn(ofConditional, 700, { drawKey: key(4), threads: 2 }),
      await drawn(ofConditional, 130, { drawKey: key(4), threads: 2 }),
    ];
    expect(many.firsts).toEqual(firstsOf(700));
    expect(more).toEqual(many);
    expect(few).toEqual({ firsts: firstsOf(130), x: many.x.slice(0, 130 * 3), z: many.z.slice(0, 130 * 2) });
  });

  it.each([1, BLOCK - 1, BLOCK, BLOCK + 1])('are %i where so many are wanted', async (count) => {
    const { z } = await drawn(ofImages, count);
    expect(differences('z', z, drawNormal(key(3), count * 2), 0)).toEqual([]);
  });

  it('have other draws under another key', async () => {
    const [one, other] = [await drawn(ofImages, 5, { drawKey: key(4) }), await drawn(ofImages, 5, { drawKey: key(5) })];
    expect(one.x.every((bit) => bit === 0 || bit === 1)).toBe(true);
    expect(one.x).not.toEqual(other.x);
  });

  it('of an untraceable function come kernel by kernel', async () => {
    const at = (z: Tensor2D) => ({
      z,
      observation: gaussian({ mean: tf.tensor2d(z.dataSync<'float32'>().slice(), z.shape), logStd: tf.zeros([1, 2]) }),
    });
    const before = runCounter.runs;
    const { x, z } = await drawn({ width: 2, at }, 3);
    expect([x, runCounter.runs]).toEqual([z, before]);
  });

  it('end after an abort with its reason, and after a consumer that has enough', async () => {
    const controller = new AbortController();
    const samples = modelSamples({
      ...ofImages,
      rows: dataPoints(drawNormal(key(3), 2 * 2000), 2),
      signal: controller.signal,
    });
    const firsts: number[] = [];
    const consumed = async () => {
      for await (const { first } of samples) {
        firsts.push(first);
        controller.abort(new RangeError('mine'));
      }
    };
    await expect(consumed()).rejects.toThrow('mine');
    expect(firsts).toEqual([0, BLOCK, 2 * BLOCK]); // those under way
    const { numTensors } = tf.memory();
    for await (const { first } of modelSamples({ ...ofImages, rows: dataPoints(drawNormal(key(3), 2 * 900), 2) }))
      if (first > 0) break;
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('that are all there before an abort are whole', async () => {
    const controller = new AbortController();
    const samples = modelSamples({
      ...ofImages,
      rows: dataPoints(drawNormal(key(3), 2 * 20), 2),
      signal: controller.signal,
    });
    for await (const { x } of samples) {
      expect(x).toHaveLength(20 * 30);
      controller.abort();
    }
  });
});
