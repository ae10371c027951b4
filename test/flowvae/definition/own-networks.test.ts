// A model of own networks with batch normalisation and dropout as a run: trained, stopped, taken up, evaluated.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  defineExperiment,
  evaluate,
  fold,
  layers,
  type NetworkMaker,
  network,
  openRun,
  tf,
  train,
  trainRun,
} from 'flowvae';
import { expect, it } from 'vitest';
import { completeSettings } from '../../../packages/flowvae/src/config/train-config.ts';
import { freshPath, tinyData, tinySettings } from '../tiny-run.ts';

const { conv2d, batchNormalization, flatten, dense, dropout } = layers.layers;

const networks: NetworkMaker = ({ latent, key }) => ({
  encoder: network(
    layers.sequential({
      layers: [
        conv2d({ filters: 3, kernelSize: 3, strides: 2, inputShape: [6, 5, 1], activation: 'relu' }),
        batchNormalization({ momentum: 0.5 }),
        flatten(),
        dropout({ rate: 0.5 }),
        dense({ units: 4 }),
      ],
    }),
    { key: fold(key, 'encoder') },
  ),
  decoder: network(
    layers.sequential({
      layers: [dense({ units: 8, inputShape: [latent] }), dropout({ rate: 0.2 }), dense({ units: 30 })],
    }),
    { key: fold(key, 'decoder') },
  ),
});

const experiment = defineExperiment({
  options: { ...tinySettings, data: tinyData() },
  model: ({ builtIn }) => builtIn({ networks }),
});
const MEAN = 'encoder/2-batch-normalization/moving_mean';

it('a run of own networks that stopped goes on to equal bytes, and is evaluated with its moving statistics', async () => {
  const [whole, stopped] = [freshPath(), freshPath()];
  const full = await train(experiment, {}, { out: whole });
  const stop = new AbortController();
  const progress = {
    write(text: string) {
      if (text.includes('step 1/')) stop.abort();
      return true;
    },
  };
  const first = await train(experiment, {}, { out: stopped, signal: stop.signal, progress });
  expect(first.report.steps).toBeLessThan(6);
  const own = { definition: experiment, values: {}, given: [] };
  await trainRun(completeSettings({}, 'test', { own }), { out: stopped, resume: true });
  const bytes = (run: string) => readFileSync(join(run, 'model.safetensors'));
  expect(bytes(stopped).equals(bytes(whole))).toBe(true);
  const { model } = (await openRun(stopped, {}, { experiment })).parts;
  const moved = [...model.variables[MEAN]!.dataSync()];
  expect(moved).toEqual([...full.parts.model.variables[MEAN]!.dataSync()]);
  expect(moved.every((mean) => mean !== 0)).toBe(true);
  const bound = (await evaluate(full))!.nll;
  expect(bound).toBeCloseTo(full.report.testNll!, 5);
  // an evaluation takes them: with other statistics it is another one
  tf.tidy(() => full.parts.model.variables[MEAN]!.assign(tf.add(full.parts.model.variables[MEAN]!, 3)));
  expect(Math.abs((await evaluate(full))!.nll - bound)).toBeGreaterThan(1e-3);
}, 60_000);
