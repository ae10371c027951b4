// Runs of a target in their folders: the files, restarts, and the same bytes after a stop.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { defineTarget, fitTarget, key, RunFolder, type Tensor1D, targetOf, tf, z } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { targetRun } from '../../../packages/flowvae/src/target/target-run.ts';
import { describeTarget } from '../../../packages/flowvae/src/target/text/target-text.ts';
import {
  banana,
  brief,
  bytesOf,
  checked,
  freshPath,
  logBanana,
  metricsOf,
  modelOf,
  run,
  skewed,
  stoppingAt,
} from './target-cases.ts';

/** draws.csv as rows of numbers by column. */
function drawsOf(out: string): { readonly columns: string[]; readonly rows: number[][] } {
  const [head = '', ...lines] = readFileSync(join(out, 'draws.csv'), 'utf8').trim().split('\n');
  return { columns: head.split(','), rows: lines.map((line) => line.split(',').map(Number)) };
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('a run of a target', () => {
  it('leaves draws whose weights are log p̃ − log q, and a report of their moments', async () => {
    const { out, report } = await run(banana, { flow: 'realnvp(16,1)*3', steps: 300, samples: 1000, batch: 64 });
    const { columns, rows } = drawsOf(out);
    expect(columns).toEqual(['z[0]', 'z[1]', 'log_q', 'log_weight']);
    expect(rows).toHaveLength(1000);
    for (const [a, b, logQ, logWeight] of rows.slice(0, 100) as [number, number, number, number][]) {
      expect(Math.abs(logWeight - (logBanana(a, b) - logQ))).toBeLessThan(1e-4);
    }
    const logWeights = rows.map((row) => row[3]!);
    expect(report.elbo).toBeCloseTo(mean(logWeights), 5);
    expect(report.logZ).toBeCloseTo(Math.log(mean(logWeights.map(Math.exp))), 5);
    expect(Math.abs(report.logZ!)).toBeLessThan(4 * report.logZError! + 0.02);
    const weights = logWeights.map(Math.exp);
    const first = rows.reduce((sum, row, i) => sum + weights[i]! * row[0]!, 0) / weights.reduce((a, b) => a + b, 0);
    expect(report.moments!['z[0]']!.mean).toBeCloseTo(first, 4);
    expect(report.guideMoments!['z[1]']!.mean).toBeCloseTo(mean(rows.map((row) => row[1]!)), 4);
    expect(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))).toEqual(JSON.parse(JSON.stringify(report)));
  });

  it('draws by chains in the noise of its guide, with their diagnostics and files', async () => {
    const { out, report } = await run(banana, { steps: 200, chains: 4, chainDraws: 150 });
    const { chains, draws, divergences, columns } = report.chains!;
    expect([chains, draws]).toEqual([4, 150]);
    expect(divergences).toBeLessThan(60);
    expect(Object.keys(columns)).toEqual(['z[0]', 'z[1]']);
    expect(Math.abs(columns['z[0]']!.mean)).toBeLessThan(5 * columns['z[0]']!.meanError);
    expect(Math.abs(columns['z[1]']!.mean - 0.5)).toBeLessThan(5 * columns['z[1]']!.meanError);
    const [head = '', ...lines] = readFileSync(join(out, 'chains.csv'), 'utf8').trim().split('\n');
    expect(head).toBe('chain,draw,z[0],z[1]');
    expect(lines).toHaveLength(600);
    const meta = JSON.parse(readFileSync(join(out, 'chains.zarr/posterior/z/.zarray'), 'utf8'));
    expect(meta.shape).toEqual([4, 150, 2]);
  });

  it('gives the draws of fitTarget with the same settings and key', async () => {
    const { out } = await run(banana, { seed: 5, restarts: 2 });
    const options = { flow: 'planar*2', steps: 40, batch: 32, samples: 200, restarts: 2, key: key(5) };
    const { estimate } = await fitTarget(targetOf(banana), options);
    expect(drawsOf(out).rows.flatMap(([a, b]) => [Math.fround(a!), Math.fround(b!)])).toEqual([
      ...estimate.draws.values,
    ]);
  });

  it('of named parameters is in their units', async () => {
    // Gamma(3, 2) without its constant: Z = Γ(3)/2³, mean 1.5, deviation √3/2
    const gamma = defineTarget({
      settings: { slope: z.number().default(2) },
      parameters: { rate: 'positive' },
      logZ: Math.log(2 / 8),
      logDensity: ({ rate }, { settings }) => tf.sub(tf.mul(2, tf.log(rate as Tensor1D)), tf.mul(settings.slope, rate)),
    });
    const target = await checked(gamma, { ...brief, flow: 'mean-field', steps: 200, samples: 1000 }, { slope: 2 });
    const out = freshPath();
    const { report, figures } = await targetRun(target, { out });
    expect(drawsOf(out).columns).toEqual(['rate', 'log_q', 'log_weight']);
    expect(drawsOf(out).rows.every(([rate]) => rate! > 0)).toBe(true);
    expect(Math.abs(report.logZ! - report.knownLogZ!)).toBeLessThan(4 * report.logZError!);
    const { mean: found, meanError, std, stdError } = report.moments!.rate!;
    expect(Math.abs(found - 1.5)).toBeLessThan(4 * meanError);
    expect(Math.abs(std - Math.sqrt(3) / 2)).toBeLessThan(4 * stdError);
    expect(figures.map((path) => basename(path))).toEqual(['bound.png']);
  });

  it('of one dimension has a guide that fits it, unless another is named', async () => {
    const { report } = await run(skewed(1), { flow: 'auto', steps: 2, samples: 50 });
    expect([report.guide, report.config.flow]).toEqual(['planar*8', 'planar*8']);
    const two = await checked(skewed(2), { ...brief, flow: 'auto' });
    expect(two.config.flow).toBe('realnvp*4');
    await expect(run(skewed(1), { flow: 'realnvp*4' })).rejects.toThrow(/take mean-field, or one of planar, .*radial/);
  });

  it('of several restarts keeps the one with the best bound, with its metrics', async () => {
    const { out, report } = await run(skewed(1), { restarts: 3 });
    expect(new Set(report.bounds).size).toBe(3);
    expect(report.bounds![report.kept]).toBe(Math.max(...report.bounds!));
    const kept = join(out, 'restarts', String(report.kept + 1));
    expect(modelOf(out)).toEqual(modelOf(kept));
    expect(metricsOf(out)).toEqual(metricsOf(kept));
    expect(readdirSync(join(out, 'restarts'))).toEqual(['1', '2', '3']);
  });

  it('passes over a restart that diverges, as fitTarget does, and fails if all do', async () => {
    const wild = defineTarget({
      dim: 1,
      logDensity: (points) =>
        tf.sum<Tensor1D>(tf.sub(tf.exp(tf.mul(1.5, tf.square(points))), tf.mul(8, tf.square(points))), 1),
    });
    const config = { flow: 'mean-field', lr: 0.02, batch: 8, restarts: 4, steps: 40 };
    const notices: string[] = [];
    const { report } = await run(wild, config, { progress: { write: (text: string) => notices.push(text) } });
    expect(report.bounds!.filter((bound) => bound === Number.NEGATIVE_INFINITY)).toHaveLength(1);
    expect(notices.filter((text) => text.startsWith('restart 3 diverged: fit: step 27: '))).toHaveLength(1);
    const { bounds } = await fitTarget(targetOf(wild), { ...config, samples: 200, key: key(0) });
    expect(bounds).toEqual(report.bounds);
    await expect(run(wild, { ...config, steps: 200 })).rejects.toThrow('expected a finite loss');
  });

  it.each([
    [1, ['bound.png']],
    [2, ['bound.png', 'target-and-fit.png', 'layers.png']],
    [3, ['bound.png', 'pairs.png']],
  ])('of %i dimensions leaves the pictures that make sense', async (dim, names) => {
    const { out, figures } = await run(skewed(dim));
    expect(figures).toEqual(names.map((name) => join(out, 'figures', name)));
    for (const path of figures) expect([...readFileSync(path).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
  });
});

it('pictures of a target are files of the wanted format', async () => {
  const { figures } = await run(skewed(2), {}, { figures: { format: 'pdf', titles: false } });
  expect(figures.map((path) => basename(path))).toEqual(['bound.pdf', 'target-and-fit.pdf', 'layers.pdf']);
  for (const path of figures) expect(readFileSync(path, 'latin1').slice(0, 5)).toBe('%PDF-');
});

describe('a run that was stopped goes on to the same bytes', () => {
  it.each([
    ['in its steps', { steps: 120 }, /step 3\/120/],
    ['before its estimate', {}, /estimating/],
    ['in its first restart', { restarts: 2, steps: 120 }, /step 3\/120/],
    ['in its second restart', { restarts: 2 }, /restart 2/],
  ])('%s', async (_, config, pattern) => {
    const { out: whole } = await run(skewed(1), config);
    const stopped = await run(skewed(1), config, { ...stoppingAt(pattern), checkpointEvery: 1 });
    const { out } = stopped;
    expect([stopped.report.elbo, stopped.draws, existsSync(join(out, 'draws.csv'))]).toEqual([null, undefined, false]);
    expect(existsSync(join(out, 'model.safetensors'))).toBe(true);
    const told: string[] = [];
    await run(skewed(1), config, { out, resume: true, progress: { write: (text: string) => told.push(text) } });
    expect(bytesOf(out)).toEqual(bytesOf(whole));
    expect(told.some((text) => /^going on after step \d+\n$/.test(text))).toBe(true);
    const stepsOf = (folder: string) => metricsOf(folder).map(({ step }) => step);
    expect(stepsOf(out)).toEqual(stepsOf(whole));
  });
});

it('a finished run takes chains later, as if it had been asked for them at first', async () => {
  const chains = { chains: 2, chainDraws: 20 };
  const { out: whole } = await run(skewed(1), chains);
  const { out, report } = await run(skewed(1));
  expect(existsSync(join(out, 'chains.csv'))).toBe(false);
  const refined = await run(skewed(1), chains, { out, resume: true });
  expect([refined.report.msPerStep, refined.report.seconds]).toEqual([report.msPerStep, report.seconds]);
  expect(describeTarget(refined, out)).toMatch(
    /not to be trusted yet: .*effective sample size from \d+, 200 is wanted/,
  );
  expect(bytesOf(out)).toEqual(bytesOf(whole));
  expect(readFileSync(join(out, 'chains.csv'))).toEqual(readFileSync(join(whole, 'chains.csv')));
  expect(RunFolder.claimed(out).readConfig()).toEqual(RunFolder.claimed(whole).readConfig());
  await run(skewed(1), {}, { out, resume: true });
  expect(['chains.csv', 'chains.zarr'].filter((name) => existsSync(join(out, name)))).toEqual([]);
});

describe('a resumed run refuses', () => {
  it.each([
    ['other settings', { lr: 0.1 }, 'expected lr 0.005, got lr 0.1'],
    ['another guide', { flow: 'radial*2' }, 'expected flow "planar*2", got flow "radial*2"'],
    ['more restarts', { restarts: 2 }, 'expected restarts 1, got restarts 2'],
  ])('%s by name', async (_, config, message) => {
    const { out } = await run(skewed(1), { steps: 2, samples: 20 });
    const before = bytesOf(out);
    await expect(run(skewed(1), { steps: 2, samples: 20, ...config }, { out, resume: true })).rejects.toThrow(message);
    expect(bytesOf(out)).toEqual(before);
  });
});

it('a target with other values of its settings is another density', async () => {
  const straight = await checked(skewed(1), brief, { slope: 0 });
  const { report } = await targetRun(straight, { out: freshPath() });
  const { report: bent } = await run(skewed(1));
  expect(report.elbo).not.toBeCloseTo(bent.elbo!, 2);
});

it('a run of a version whose guides had other networks does not go on', async () => {
  const config = { flow: 'realnvp(4,1)', steps: 4 };
  const { out } = await run(skewed(2), config);
  const folder = RunFolder.claimed(out);
  expect(folder.readConfig().guideForm).toEqual({ mostLogScale: 8, activation: 'relu', order: 'drawn' });
  folder.changeConfig({ guideForm: undefined });
  const resumed = run(skewed(2), { ...config, chains: 2 }, { out, resume: true });
  await expect(resumed).rejects.toThrow('expected guideForm "that of an earlier version", got guideForm {');
});
