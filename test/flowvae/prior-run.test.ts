// Runs with a mixture and a VampPrior by the command: everything that a run can do.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors, drawNormal, key, loadModel, tf } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { differences, runNative } from '../compiler/export/runtimes.ts';
import { tableWithHoles } from './holed-data.ts';
import { flowvaeHere, jsonHere as json, valuesHere as read } from './in-process.ts';
import { freshPath, tinyData, tinyFlags } from './tiny-run.ts';

const areFinite = (values: ArrayLike<number>) => Array.from(values).every(Number.isFinite);

const images = tinyData();
const withoutBits = (flags: readonly string[]) => flags.filter((flag) => !['--binarize', 'dynamic'].includes(flag));

describe.each([
  ['mixture(5)', tinyFlags(images), 5 * 5],
  ['vamp(7)', tinyFlags(images), 7 * 30],
  ['vamp(80)', withoutBits(tinyFlags(tableWithHoles())), 80 * 8],
])('a run with --prior %s', (prior, flags, parameters) => {
  const run = freshPath();

  it('trains, evaluates with its report, samples, encodes and resumes', async () => {
    const report = await json('train', ...flags, '--prior', prior, '--out', run, '--batch', '8');
    expect(areFinite([report.testElbo, report.testNll])).toBe(true);
    const again = await json('evaluate', run, '--report');
    expect([again.testElbo, again.testNll]).toEqual([report.testElbo, report.testNll]);
    const out = join(run, 'samples.safetensors');
    await json('sample', run, '--count', '12', '--out', out, '--draws');
    expect(areFinite(decodeSafetensors(readFileSync(out), out).tensors.x!.values)).toBe(true);
    const latents = join(run, 'latents.safetensors');
    await json('encode', run, '--out', latents);
    expect(existsSync(latents)).toBe(true);
    const annealed = await json(
      'evaluate',
      run,
      '--ais',
      '2',
      '--chains',
      '2',
      '--simulated',
      '2',
      '--eval-images',
      '0',
    );
    expect(areFinite([annealed.ais.gap])).toBe(true);
    expect((await json('train', '--resume', run)).steps).toBe(6);
  });

  it('exports the prior with a column of noise more for the choice, and is loaded without data', async () => {
    const [onnx, portable] = [join(run, 'onnx'), join(run, 'model')];
    await json('export', run, '--onnx', onnx, '--model', portable);
    const { model } = loadModel(portable);
    const own = Object.entries(model.variables).filter(([path]) => path.startsWith('prior/'));
    expect(own.reduce((sum, [, { size }]) => sum + size, 0)).toBe(parameters);
    const noise = { data: drawNormal(key(1), 3 * 4), shape: [3, 4] };
    const { z } = await runNative(readFileSync(join(onnx, 'prior.onnx')), { noise });
    const expected = read(() => model.prior.sampleAndLogProb(tf.tensor2d(noise.data, [3, 4])).z);
    expect(differences({ z: z! }, { z: { data: expected, shape: [3, 2] } }, 1e-4)).toEqual([]);
  });
});

it('priors that do not fit the rest of a run are refused in a line', async () => {
  const errorOf = async (...args: readonly string[]) =>
    (await flowvaeHere(['train', ...tinyFlags(images), '--out', freshPath(), ...args])).stderr;
  expect(await errorOf('--prior', 'vamp(5)', '--amortize', 'none')).toContain(
    '--amortize: expected base or flow beside --prior vamp(5)',
  );
  expect(await errorOf('--prior', 'vamp(5)', '--condition', 'y')).toContain(
    '--condition: expected none beside --prior vamp(5)',
  );
  expect(await errorOf('--prior', 'mixture(5)', '--condition', 'y', '--conditional-prior', 'yes')).toContain(
    '--conditional-prior: expected no beside --prior mixture(5)',
  );
  expect(await errorOf('--prior', 'mixture')).toContain('mixture(components) with a whole number from 1 to 10000');
  expect(await errorOf('--prior', 'mixture(5)', '--objective', 'elbo-analytic', '--flow', 'none')).toContain(
    '--prior: expected none beside --objective elbo-analytic',
  );
});
