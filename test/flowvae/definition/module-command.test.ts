// A module of a researcher's own through every command, in a folder without any installed package.
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors } from 'flowvae';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsIn } from '../../processes/commands.ts';
import { doneInTurn, refusedInTurn } from '../../processes/commands-in-turn.ts';
import { userFolder, writeFiles } from '../modules/user-folder.ts';

const waves = `
import {
  dataSet, defineExperiment, diagonalNormal, gaussian, mlp, standardNormal, type Tensor2D, tf, underPrefixes, z,
} from 'flowvae';
import { spread } from './parts/spread.ts';

const rows = Float32Array.from({ length: 900 }, (_, i) => Math.cos(i));

export default defineExperiment({
  settings: { shift: z.number().min(0).default(0).describe('added to the data'), kind: z.enum(['plain', 'wide']) },
  options: { latent: 2, steps: 8, batch: 20, evalSamples: 4, standardize: 'no', threads: 1 },
  data: ({ settings: { shift } }) => dataSet({ name: 'waves', x: { values: rows.map((v) => v + shift), shape: [300, 3] } }),
  model: ({ rowWidth, pixels, settings: { kind }, config: { latent }, key }) => {
    const of = (inputWidth: number, width: number) =>
      mlp({ inputWidth, hidden: [], output: { width }, activation: 'relu', key });
    const [encoder, decoder] = [of(rowWidth, 2 * latent), of(latent, pixels)];
    const prior = standardNormal(latent);
    const observe = (z: Tensor2D) => gaussian({ mean: decoder.apply(z), logStd: spread(kind) });
    return {
      variables: underPrefixes({ encoder: encoder.variables, decoder: decoder.variables }),
      latent,
      prior,
      noise: prior.noise,
      observe,
      at(rows: Tensor2D) {
        const [mean, logStd] = tf.split(encoder.apply(rows), 2, 1) as [Tensor2D, Tensor2D];
        const each = (n: number) => (n === rows.shape[0] ? rows : tf.tile(rows, [n / rows.shape[0], 1]));
        return { prior, posterior: diagonalNormal({ mean, logStd }), likelihood: (z: Tensor2D) => observe(z).logProb(each(z.shape[0])) };
      },
    };
  },
});
`;
const spread = `
import { tf } from 'flowvae';
export const spread = (kind: 'plain' | 'wide') => tf.tensor2d([[kind === 'wide' ? 1 : 0]]);
`;

const folder = userFolder({ 'waves.ts': waves, 'parts/spread.ts': spread });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { run: here, done, refused } = commandsIn(folder);
const tensorsOf = (path: string) => decodeSafetensors(readFileSync(join(folder, path)), path).tensors;

describe('a module of a model and data of its own', () => {
  beforeAll(async () => {
    await done('train', 'waves.ts', '--set', 'shift=2', '--set', 'kind=wide', '--out', 'a', '--json');
  });

  it('is recorded by its path, its files and its settings; the folder holds no code', () => {
    const { experiment, data, latent, threads } = JSON.parse(readFileSync(join(folder, 'a/config.json'), 'utf8'));
    expect(experiment.settings).toEqual({ shift: 2, kind: 'wide' });
    expect(experiment.module.path).toBe(join(folder, 'waves.ts'));
    expect(experiment.module.files.map(({ path }: { path: string }) => path)).toEqual(['parts/spread.ts', 'waves.ts']);
    expect([data, latent, threads]).toEqual(['module', 2, 1]); // two of them by its own options
  });

  it('is evaluated, reported, encoded, sampled and exported by another process', async () => {
    const trained = JSON.parse(readFileSync(join(folder, 'a/report.json'), 'utf8'));
    const lines = [
      ['evaluate', 'a', '--report', '--json'],
      ['encode', 'a', '--out', 'l.safetensors'],
      ['sample', 'a', '--count', '400', '--out', 's.safetensors'],
      ['export', 'a', '--onnx', 'o'],
    ];
    const [evaluated, , , exported] = await doneInTurn(lines, { folder });
    expect(JSON.parse(evaluated!).testNll).toBeCloseTo(trained.testNll, 6);
    const page = readFileSync(join(folder, 'a/report.html'), 'utf8');
    for (const words of ['model of waves', '--set kind</td><td>wide<', '--latent</td><td>2<'])
      expect(page).toContain(words);
    for (const idle of ['--hidden<', '--flow<', '--likelihood<']) expect(page).not.toContain(idle);
    expect(tensorsOf('l.safetensors').mean!.shape).toEqual([30, 2]);
    const x = tensorsOf('s.safetensors').x!;
    expect(x.shape).toEqual([400, 3]);
    expect(exported).toMatch(/^encoder +o\/encoder.onnx\ndecoder +o\/decoder.onnx\nprior +no file: z ~ N\(0, I\)\n$/);
  });

  it('goes on with its settings where it was stopped, byte for byte', async () => {
    const flags = ['--set', 'kind=plain', '--eval-images', '0', '--checkpoint-every', '1'];
    await done('train', 'waves.ts', ...flags, '--steps', '120', '--out', 'whole');
    const { signal } = await killed(['train', 'waves.ts', ...flags, '--steps', '120', '--out', 'half']);
    expect(signal).toBe('SIGKILL');
    await done('train', '--resume', 'half');
    expect(tensorsOf('half/model.safetensors')).toEqual(tensorsOf('whole/model.safetensors'));
  });

  it('that has changed is refused by the name of the file, before anything is done, and taken if one insists', async () => {
    writeFiles(folder, { 'parts/spread.ts': spread.replace('? 1 :', '? 2 :') });
    const text = await refused('evaluate', 'a');
    expect(text).toContain('a/config.json: experiment: expected');
    expect(text).toContain('got changes in parts/spread.ts; put the files back, or pass --changed-model');
    const { stdout, stderr } = await here(['evaluate', 'a', '--changed-model', '--json', '--quiet']);
    expect(stderr).toBe('the run’s module has changed since the run began: parts/spread.ts\n');
    const changed = JSON.parse(stdout);
    expect(changed.testNll).not.toBeCloseTo(JSON.parse(readFileSync(join(folder, 'a/report.json'), 'utf8')).testNll, 1);
    writeFiles(folder, { 'parts/spread.ts': spread });
  });

  it('whose model has a prior of its own gets no other by fit-prior', async () => {
    const text = await refused('fit-prior', 'a', '--flow', 'affine', '--steps', '1', '--out', 'fitted', '--quiet');
    expect(text).toContain('--prior: expected an option that the model of the module reads, got affine');
  });

  it('that was moved is named by its new place', async () => {
    mkdirSync(join(folder, 'moved'));
    for (const name of ['waves.ts', 'parts']) renameSync(join(folder, name), join(folder, 'moved', name));
    const [evaluating, exporting] = [
      ['evaluate', 'a'],
      ['export', 'a', '--onnx', 'o2'],
    ];
    const lines = await refusedInTurn([evaluating, exporting], { folder });
    expect(lines[0]).toContain('name its place with --model <file>');
    expect(lines[1]).toContain('name its place with --module <file>');
    const moved = 'moved/waves.ts';
    await doneInTurn(
      [
        [...evaluating, '--model', moved],
        [...exporting, '--module', moved],
      ],
      { folder },
    );
    for (const name of ['waves.ts', 'parts']) renameSync(join(folder, 'moved', name), join(folder, name));
  });
});

/** Kills the process when it shows a second step; the checkpoint of an earlier one is there then. */
const killed = (words: readonly string[]) =>
  here([...words, '--verbose'], {
    onStderr: (text, child) => {
      if (/step (?!1\/)\d+\//.test(text)) child.kill('SIGKILL');
    },
  });

describe('the command with a module', () => {
  it('shows its settings in the help', async () => {
    const help = await done('train', 'waves.ts', '--help');
    expect(help).toMatch(
      /Settings of waves\.ts:\n {2}--set shift=… +added to the data \(number from 0; default: 0\)\n {2}--set kind=… +\(plain, wide\)/,
    );
  });

  const mistakes: readonly (readonly [name: string, words: readonly string[], message: string])[] = [
    [
      'an unknown setting',
      ['--set', 'shfit=3', '--set', 'kind=wide'],
      '--set shfit: expected one of shift, kind, got an unknown setting; did you mean shift',
    ],
    [
      'a setting of another kind',
      ['--set', 'shift=much', '--set', 'kind=wide'],
      '--set shift: expected number, got "much"',
    ],
    ['a missing setting', [], '--set kind: expected one of "plain"|"wide", got none'],
    ['a setting without a value', ['--set', 'kind'], "--set: expected name=value, such as depth=3, got 'kind'"],
    [
      'an option that its model does not read',
      ['--set', 'kind=wide', '--flow', 'radial*2'],
      '--flow: expected an option that the model of the module reads',
    ],
    [
      '--model without a run',
      ['--set', 'kind=wide', '--model', 'waves.ts'],
      '--model: expected --resume or --replay beside it',
    ],
  ];
  let refusals: readonly string[];
  beforeAll(async () => {
    const lines = mistakes.map(([, words]) => ['train', 'waves.ts', ...words, '--out', 'never']);
    refusals = await refusedInTurn(lines, { folder });
  });
  it.each(mistakes.map(([name, , message], i) => [name, i, message] as const))('refuses %s', (_, i, message) => {
    expect(refusals[i]).toContain(message);
  });

  it('refuses a file without an experiment, and --set without a module', async () => {
    writeFiles(folder, { 'none.ts': 'export const depth: number = 3;' });
    const lines = [
      ['train', 'none.ts'],
      ['train', '--set', 'depth=3'],
      ['train', 'nothing.ts'],
    ];
    const [none, set, nothing] = await refusedInTurn(lines, { folder });
    expect(none).toContain('module none.ts: expected `export default defineExperiment({ … })`, got no default export');
    expect(set).toContain('--set: expected a module with settings of its own');
    expect(nothing).toContain(
      'module nothing.ts: expected a module, or the name of an installed package, got no such file',
    );
  });
});
