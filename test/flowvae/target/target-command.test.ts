// A target of a user's own through the command, in a folder without any installed package.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsIn } from '../../processes/commands.ts';
import { refusedInTurn } from '../../processes/commands-in-turn.ts';
import { userFolder, writeFiles } from '../modules/user-folder.ts';
import { bytesOf } from './target-cases.ts';

const wave = `
import { defineTarget, tf, type Tensor1D, z } from 'flowvae';
import { squares } from './parts/squares.ts';

export default defineTarget({
  name: 'wave',
  settings: { height: z.number().min(0).default(1).describe('height of the wave') },
  dim: 1,
  logDensity: (points, { settings: { height } }) =>
    tf.sub(tf.mul(height, tf.squeeze<Tensor1D>(tf.sin(points), [1])), squares(points)),
  options: { flow: 'planar*2', steps: 60, batch: 32, samples: 300, threads: 1 },
});
`;
const squares = `
import { tf, type Tensor1D, type Tensor2D } from 'flowvae';
export const squares = (points: Tensor2D): Tensor1D => tf.div(tf.sum<Tensor1D>(tf.square(points), 1), 2);
`;
const folder = userFolder({ 'wave.ts': wave, 'parts/squares.ts': squares, 'none.ts': 'export const dim: number = 2;' });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { run: here, done, refused } = commandsIn(folder);
const at = (path: string) => join(folder, path);

describe('flowvae target', () => {
  beforeAll(async () => {
    const text = await done('target', 'wave.ts', '--set', 'height=2', '--out', 'whole', '--json');
    const report = JSON.parse(text);
    expect(report).toMatchObject({ name: 'wave', runFolder: 'whole', draws: 'whole/draws.csv', steps: 60, dim: 1 });
    expect(report.config).toMatchObject({ steps: 60, flow: 'planar*2', lr: 0.005 });
  });

  it('records the module by its path, its files and its settings', () => {
    const { target, steps } = JSON.parse(readFileSync(at('whole/config.json'), 'utf8'));
    expect(target.settings).toEqual({ height: 2 });
    expect(target.module.files.map(({ path }: { path: string }) => path)).toEqual(['parts/squares.ts', 'wave.ts']);
    expect(steps).toBe(60);
  });

  it('says how to go on after Ctrl-C, and goes on to the same bytes', async () => {
    const words = ['target', 'wave.ts', '--set', 'height=2', '--steps', '1000', '-v'];
    let isStopped = false;
    const stopped = await here([...words, '--out', 'half'], {
      onStderr: (text, child) => {
        if (isStopped || !/step (?!10\/)\d+\//.test(text)) return;
        isStopped = child.kill('SIGINT'); // a second one would end it at once
      },
    });
    expect([stopped.code, stopped.stderr]).toEqual([130, expect.stringContaining('target --resume half\n')]);
    expect(JSON.parse(readFileSync(at('half/report.json'), 'utf8')).steps).toBeLessThan(1000);
    await done('target', '--resume', 'half', '--quiet');
    await done(...words.slice(0, -1), '--out', 'unstopped', '--quiet');
    expect(bytesOf(at('half'))).toEqual(bytesOf(at('unstopped')));
  });

  it('prints a table of moments, and one of guides', async () => {
    expect(await done('target', '--resume', 'whole')).toMatch(
      /^fitted +planar\*2 to wave, 1 dimension: 60 steps, .*\nELBO +\S+ ± \S+ nats\nlog Z .*\nweights .*\nmoments +column +mean +deviation\n +z\[0\] +\S+ ± \S+ +\S+ ± \S+\nrun folder +whole\n/,
    );
    const table = await done('target', 'wave.ts', '--compare', 'mean-field,planar*2', '--steps', '9', '--out', 'both');
    expect(table).toMatch(/^guide +ELBO +log Z +k̂ +ESS +parameters +seconds\n/);
    expect(existsSync(at('both/planar-2/model.safetensors'))).toBe(true);
  });

  it('refuses a module that has changed, before its code runs, and finds one that was moved', async () => {
    writeFiles(folder, { 'parts/squares.ts': squares.replace(', 2)', ', 3)') });
    expect(await refused('target', '--resume', 'whole')).toContain('got changes in parts/squares.ts; put the files');
    writeFiles(folder, { 'parts/squares.ts': squares });
    mkdirSync(at('moved'));
    for (const name of ['wave.ts', 'parts']) renameSync(at(name), at(join('moved', name)));
    expect(await refused('target', '--resume', 'whole')).toContain('name its place with --model <file>');
    await done('target', 'moved/wave.ts', '--resume', 'whole', '--quiet');
    for (const name of ['wave.ts', 'parts']) renameSync(at(join('moved', name)), at(name));
  });

  it('shows the settings of a module in the help', async () => {
    expect(await done('target', 'wave.ts', '--help')).toMatch(
      /Settings of wave\.ts:\n {2}--set height=… +height of the wave \(number from 0; default: 1\)/,
    );
  });

  const mistakes: readonly (readonly [name: string, words: readonly string[], message: string])[] = [
    [
      'a module without a target',
      ['target', 'none.ts'],
      'expected `export default defineTarget({ … })`, got no default',
    ],
    [
      'its module for train',
      ['train', 'wave.ts'],
      'got the definition of another kind: target; flowvae target takes it',
    ],
    ['its run for train', ['train', '--resume', 'whole'], 'expected a run of flowvae train, got one of flowvae target'],
    ['an unknown setting', ['target', 'wave.ts', '--set', 'hieght=2'], 'did you mean height'],
    ['settings beside --resume', ['target', '--resume', 'whole', '--set', 'height=1'], 'no --set beside --resume'],
    ['other settings', ['target', '--resume', 'whole', '--lr', '0.5'], 'expected lr 0.005, got lr 0.5'],
    [
      'draws of the target without their objective',
      ['target', 'wave.ts', '--target-draws', '9'],
      '--target-draws: expected --objective forward-kl beside it, got --objective reverse-kl',
    ],
    ['forward-kl without draws', ['target', 'wave.ts', '--objective', 'forward-kl'], 'expected draws of target wave'],
    ['a used folder', ['target', 'wave.ts', '--out', 'whole'], '--out whole: expected a new or empty folder'],
  ];
  let refusals: readonly string[];
  beforeAll(async () => {
    const lines = mistakes.map(([, words]) => words);
    refusals = await refusedInTurn(lines, { folder });
    expect(existsSync(at('runs'))).toBe(false);
  });
  it.each(mistakes.map(([name, , message], i) => [name, i, message] as const))('refuses %s', (_, i, message) => {
    expect(refusals[i]).toContain(message);
  });
});
