// Samples of a run's model: sample i by the key and i alone, on the run's engine and threads, beside covariates and at
// temperatures.
import { existsSync } from 'node:fs';
import { runCounter } from '@flowvae/compiler';
import { completeConfig, drawNormal, drawUniform, fold, key, planOf, type TrainConfig, tf } from 'flowvae';
import { expect, it } from 'vitest';
import { type ModelParts, modelOf } from '../../packages/flowvae/src/run/experiment.ts';
import {
  allAtTemperatures,
  allSamples,
  type PriorSamplesOptions,
  priorSamples,
} from '../../packages/flowvae/src/run/samples/prior-samples.ts';
import { writeSamples } from '../../packages/flowvae/src/run/samples/sample-files.ts';
import { differences } from '../laws/comparison.ts';
import { shaken } from './shaken.ts';
import { freshPath, tinySettings } from './tiny-run.ts';

const images = { shape: [6, 5, 1], form: 'levels', hasMissing: false } as const;
const sampleKey = key(5);

/** The parts of a run whose every parameter differs from its start. */
function partsOf(changes: Partial<TrainConfig>, data: ModelParts['data'] = images): ModelParts {
  const plan = planOf(completeConfig({ ...tinySettings, ...changes }), data);
  const model = modelOf(plan);
  shaken(model.variables);
  return { plan, config: plan.config, model, data, key: key(1) };
}

/** All samples with their latents and covariates. */
async function drawn(parts: ModelParts, options: Partial<PriorSamplesOptions> & { readonly count: number }) {
  const all = { x: [] as number[], z: [] as number[], y: [] as number[] };
  for await (const { x, z, y } of priorSamples(parts, { key: sampleKey, values: 'draws', ...options })) {
    all.x.push(...x);
    all.z.push(...z);
    all.y.push(...y);
  }
  return all;
}

/** Draws kernel by kernel, from noise of the key. */
function expectedDraws({ model }: ModelParts, count: number, temperature: number) {
  const noise = drawNormal(sampleKey, count * model.prior.noise.width).map((value) => value * temperature);
  return tf.tidy(() => {
    const { z } = model.prior.sampleAndLogProb(tf.tensor2d(noise, [count, model.prior.noise.width]));
    const observation = model.observe!(z);
    const own = Array.from({ length: count }, (_, i) => [
      ...drawUniform(fold(sampleKey, 'data', i), observation.noise.width),
    ]);
    return [z, observation.sampleAndLogProb(tf.tensor2d(own)).z].map((each) => each.dataSync());
  });
}

it.each([
  ['none', 1],
  ['realnvp*2', 0.7],
  ['mixture(3)', 1],
])(
  'samples with prior %s, at temperature %d, are compiled draws by the key and their numbers',
  async (prior, temperature) => {
    const parts = partsOf({ prior });
    const before = runCounter.runs;
    const { x, z } = await drawn(parts, { count: 140, temperature });
    expect(runCounter.runs - before).toBe(Math.ceil(140 / 32));
    const [latents, bits] = expectedDraws(parts, 140, temperature);
    expect(differences('z', z, latents!, 1e-5)).toEqual([]);
    expect(differences('x', x, bits!, 0)).toEqual([]);
  },
);

it('samples run on the engine and the threads of the settings', async () => {
  const parts = partsOf({ prior: 'realnvp*2' });
  const on = (config: Partial<TrainConfig>) =>
    drawn({ ...parts, config: { ...parts.config, ...config } }, { count: 300, values: 'means' });
  const [one, two] = [await on({ threads: 1 }), await on({ threads: 2 })];
  expect(two).toEqual(one);
  const before = runCounter.runs;
  const eager = await on({ engine: 'eager' });
  expect(runCounter.runs).toBe(before);
  expect(differences('x', one.x, eager.x, 1e-5)).toEqual([]);
});

it('samples of a conditional model have their own covariates in every block', async () => {
  const covariates = [
    { name: 'y', kind: 'category', width: 2, classes: ['a', 'b'], shares: [0.3, 0.7] },
    { name: 'age', kind: 'number', width: 1, classes: [] },
  ] as const;
  const parts = partsOf({ condition: 'y,age', conditionalPrior: 'yes' }, { ...images, covariates });
  const columns = Float32Array.of(1, 0, -1.5, 0, 1, 2, 0, 1, 0.5);
  const labels = { kind: 'rows', columns } as const;
  const { x, z, y } = await drawn(parts, { count: 140, values: 'means', labels });
  expect(y).toEqual(Array.from({ length: 140 * 3 }, (_, i) => columns[i % 9]));
  const expected = tf.tidy(() => {
    const all = tf.tensor2d(y, [140, 3]);
    const named = { y: tf.slice(all, [0, 0], [-1, 2]), age: tf.slice(all, [0, 2], [-1, 1]) };
    const noise = tf.tensor2d(drawNormal(sampleKey, 140 * 2), [140, 2]);
    const latents = parts.model.priorAt!(named).sampleAndLogProb(noise).z;
    return [latents, parts.model.observe!(latents, named).mean()].map((each) => each.dataSync());
  });
  expect(differences('z', z, expected[0]!, 1e-5)).toEqual([]);
  expect(differences('x', x, expected[1]!, 1e-5)).toEqual([]);
});

it('samples at several temperatures are those at each, from the same noise', async () => {
  const parts = partsOf({ prior: 'realnvp*2' });
  const options = { count: 5, key: sampleKey };
  const each = await Promise.all(
    [0.5, 1].map((temperature) => allSamples(parts, { ...options, values: 'means', temperature })),
  );
  const all = await allAtTemperatures(parts, [0.5, 1], options);
  expect(differences('x', all, [...each[0]!, ...each[1]!], 1e-6)).toEqual([]);
  expect(differences('temperatures', each[0]!, each[1]!, 1e-3)).not.toEqual([]);
});

it('samples of a prior whose noise is uniform have no temperature', async () => {
  const { model, ...parts } = partsOf({});
  const uniform = { ...model, prior: { ...model.prior, noise: { kind: 'uniform', width: 2 } } } as typeof model;
  const refused = drawn({ ...parts, model: uniform }, { count: 2, temperature: 0.5 });
  await expect(refused).rejects.toThrow('--temperature: expected a prior of normal noise, got uniform');
  expect((await drawn({ ...parts, model: uniform }, { count: 2, temperature: 1 })).z).toHaveLength(4);
});

it('samples tell of their progress, and leave no file after an abort', async () => {
  const parts = partsOf({});
  const controller = new AbortController();
  const done: number[] = [];
  const onProgress = (count: number) => {
    done.push(count);
    if (count === 256) controller.abort(new RangeError('mine'));
  };
  const options = { count: 300, key: sampleKey, values: 'means', onProgress, signal: controller.signal } as const;
  const [whole, cut] = [`${freshPath()}.npy`, `${freshPath()}.npy`];
  await writeSamples(whole, parts, options); // the last blocks were under way
  expect(done).toEqual([...Array.from({ length: 9 }, (_, i) => 32 * (i + 1)), 300]);
  expect(existsSync(whole)).toBe(true);
  await expect(writeSamples(cut, parts, options)).rejects.toThrow('mine');
  expect(existsSync(cut)).toBe(false);
});
