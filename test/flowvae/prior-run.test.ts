// Runs with a mixture and a VampPrior by the command: everything that a run can do.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors, drawNormal, key, loadModel, tf } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { differences, runNative } from '../compiler/export/runtimes.ts';
import { tableWithHoles } from './holed-data.ts';
import { annealedHere, flowvaeHere, jsonHere as json, valuesHere as read } from './in-process.ts';
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
    const annealed = await annealedHere(run);
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

describe('fit-prior', () => {
  const run = freshPath();
  const out = `${run}-prior`;

  it('writes a run whose prior is a flow fitted to the encoded training data, better on those of the test', async () => {
    await json('train', ...tinyFlags(images), '--objective', 'elbo-analytic', '--flow', 'none', '--out', run);
    const report = await json(
      'fit-prior',
      run,
      '--flow',
      'realnvp*2',
      '--steps',
      '300',
      '--lr',
      '0.01',
      '--draws',
      '5',
    );
    expect(report).toMatchObject({ runFolder: out, steps: 300, rows: 12, draws: 5 });
    expect(report.after.mean).toBeGreaterThan(report.before.mean);
    expect(report.change.mean).toBeCloseTo(report.after.mean - report.before.mean, 4);
    const config = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
    expect(config).toMatchObject({ prior: 'realnvp*2', objective: 'elbo' });
    const [before, after] = [
      await json('evaluate', run, '--eval-samples', '2000'),
      await json('evaluate', out, '--eval-samples', '2000'),
    ];
    const change = after.terms.logPrior - before.terms.logPrior;
    expect(after.terms.logLikelihood).toBeCloseTo(before.terms.logLikelihood, 3);
    expect(after.testElbo - before.testElbo).toBeCloseTo(change, 3);
    expect(change).toBeGreaterThan(0);
  });

  it('keeps encoder and decoder, and is drawn from, reported and exported like any run', async () => {
    const fit = JSON.parse(readFileSync(join(out, 'prior-fit.json'), 'utf8'));
    expect(fit).toMatchObject({ from: run, prior: 'realnvp*2', draws: 5 });
    expect(fit.curve.at(-1).terms.logProb).toBeGreaterThan(fit.curve[0].terms.logProb);
    const [old, own] = [run, out].map((path) => {
      const file = join(path, 'model.safetensors');
      return decodeSafetensors(readFileSync(file), file).tensors;
    });
    for (const [path, { values }] of Object.entries(old!))
      expect([path, [...own![path]!.values]]).toEqual([path, [...values]]);
    expect(Object.keys(own!).some((path) => path.startsWith('prior/'))).toBe(true);
    await json('evaluate', out, '--report');
    await json('sample', out, '--count', '4', '--out', join(out, 'samples.npy'));
    await json('export', out, '--onnx', join(out, 'onnx'));
    expect(existsSync(join(out, 'onnx', 'prior.onnx'))).toBe(true);
  });

  it('refuses to resume such a run, and priors that are no flow', async () => {
    const errorOf = async (...args: readonly string[]) => (await flowvaeHere(args)).stderr;
    expect(await errorOf('train', '--resume', out)).toContain('one with a prior that was fitted after training');
    expect(await errorOf('fit-prior', run, '--flow', 'none')).toContain(
      "--flow: expected a flow formula with an inverse, got 'none'",
    );
    expect(await errorOf('fit-prior', run, '--flow', 'vamp(5)')).toContain("got 'vamp(5)'");
    expect(await errorOf('fit-prior', run, '--flow', 'maf', '--out', out)).toContain('a new or empty folder');
  });
});
