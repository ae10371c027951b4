// `--architecture` of networks for pictures: a run taken up again, pictures of several kinds, and data that are none.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeConfig, openRun, trainRun } from 'flowvae';
import { beforeAll, describe, expect, it } from 'vitest';
import { path, writeDataFiles } from './data-files.ts';
import { flowvaeHere } from './in-process.ts';
import { npyOf } from './npy-of.ts';
import { freshPath, tinyData, tinySettings } from './tiny-run.ts';

beforeAll(() => {
  writeDataFiles();
  const values = Float32Array.from({ length: 40 * 35 }, (_, i) => (i % 11 === 0 ? Number.NaN : Math.sin(i)));
  writeFileSync(path('holed-pictures.npy'), npyOf(values, [40, 7, 5, 1]));
  writeFileSync(
    path('flat.npy'),
    npyOf(
      new Float32Array(40 * 12).map((_, i) => (i % 3) / 2),
      [40, 12],
    ),
  );
});

const { hidden: _, ...settings } = tinySettings;
const small = ['--latent', '2', '--flow', 'planar*2', '--batch', '10', '--steps', '3', '--threads', '1'];
const judged = ['--eval-samples', '3', '--eval-images', '4'];
const train = (data: string, out: string, ...flags: readonly string[]) =>
  flowvaeHere(['train', '--data', path(data), '--out', out, '--json', ...small, ...judged, ...flags]);

it('a run of conv that stopped goes on to equal bytes', async () => {
  const config = completeConfig({ ...settings, architecture: 'conv', data: tinyData(), evalImages: 0 });
  const [whole, stopped] = [freshPath(), freshPath()];
  await trainRun(config, { out: whole });
  const stop = new AbortController();
  const progress = {
    write(text: string) {
      if (text.includes('step 1/')) stop.abort();
      return true;
    },
  };
  await trainRun(config, { out: stopped, signal: stop.signal, progress });
  const steps = () => readFileSync(join(stopped, 'metrics.jsonl'), 'utf8').trimEnd().split('\n').length;
  expect(steps()).toBeLessThan(6);
  await trainRun(config, { out: stopped, resume: true });
  expect(steps()).toBe(6);
  const bytes = (run: string) => readFileSync(join(run, 'model.safetensors'));
  expect(bytes(stopped).equals(bytes(whole))).toBe(true);
});

describe.each(['conv', 'resnet', 'gated-conv'])('%s', (architecture) => {
  it.each([
    ['a table', 'table.csv', ['--labels', 'kind'], 'got rows of 6 values'],
    ['flat rows', 'flat.npy', [], 'got rows of 12 values'],
  ])('refuses %s in one line', async (_name, data, flags, received) => {
    const { code, stderr } = await train(data, freshPath(), '--architecture', architecture, ...flags);
    expect(code).toBe(2);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(
      `flowvae: architecture ${architecture}: expected pictures, [height, width, channels], ${received}; name the pictures’ --shape if the rows are flat pictures, or take --architecture mlp`,
    );
  });
});

describe('conv', () => {
  const architecture = 'conv';

  it.each([
    ['levels in colour', 'colours.npy', [4, 4, 3]],
    ['odd pictures with missing values', 'holed-pictures.npy', [7, 5, 1]],
  ] as const)('trains on, evaluates, samples, encodes and exports %s', async (_name, data, shape) => {
    const run = freshPath();
    const trained = await train(data, run, '--architecture', architecture, '--likelihood', 'gaussian');
    expect([trained.code, trained.code === 0 ? '' : trained.stderr]).toEqual([0, '']);
    expect(Number.isFinite(JSON.parse(trained.stdout).testElbo)).toBe(true);
    const config = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'));
    expect([config.architecture, config.dataSet.shape]).toEqual([architecture, shape]);
    const out = freshPath();
    mkdirSync(out);
    for (const command of [
      ['evaluate', run, '--eval-samples', '3'],
      ['sample', run, '--count', '2'],
      ['encode', run, '--out', join(out, 'latents.safetensors')],
      ['export', run, '--onnx', join(out, 'onnx'), '--model', join(out, 'model')],
    ]) {
      const { code, stderr } = await flowvaeHere(command);
      expect([command[0], code, code === 0 ? '' : stderr]).toEqual([command[0], 0, '']);
    }
    const { variables } = (await openRun(run)).parts.model;
    expect(variables['encoder/conv1/kernel']!.shape[2]).toBe(shape[2] * (data === 'colours.npy' ? 1 : 2));
  });

  it('reads flat rows whose shape is named', async () => {
    const flags = ['--architecture', architecture, '--shape', '4x3'];
    const { code, stderr } = await train('flat.npy', freshPath(), ...flags);
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  });
});

it('networks of no published experiment have scaled heads, and start from the mean of the data', async () => {
  expect(completeConfig({ architecture: 'conv' }).heads).toBe('scaled');
  expect(completeConfig({ architecture: 'gated-conv' }).heads).toBe('plain');
  expect(() => completeConfig({ architecture: 'conv', hidden: [5] })).toThrow(
    '--hidden: expected no value of its own beside --architecture conv, got 5',
  );
});
