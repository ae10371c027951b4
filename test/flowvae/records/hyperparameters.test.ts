// The session of a run in TensorBoard's HPARAMS tab, read from its event file by an independent reader.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeConfig, trainRun } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { hyperparametersOf } from '../../../packages/flowvae/src/records/hyperparameters.ts';
import { flowvae } from '../../processes/programs.ts';
import { type ReadEvent, readEvents, readSession } from '../../runs/event-reader.ts';
import { writeFiles } from '../modules/user-folder.ts';
import { freshPath, tinyData, tinyFlags, tinySettings } from '../tiny-run.ts';

const eventsOf = (run: string): ReadEvent[] => readEvents(readFileSync(join(run, 'events.out.tfevents.flowvae')));
const reportOf = (run: string) => JSON.parse(readFileSync(join(run, 'report.json'), 'utf8'));

/** The values of all scalars by tag, the last of each. */
const scalarsOf = (run: string) =>
  Object.fromEntries(eventsOf(run).flatMap(({ values }) => values.map(({ tag, scalar }) => [tag, scalar])));

const names = Object.keys(completeConfig({}));
const config = completeConfig({ ...tinySettings, flow: 'planar*2-radial', data: tinyData(), validateEvery: 2 });

it('the hyperparameters are the settings alone: no checksums of draws, and nothing that is not given', () => {
  const draws = { count: 5, sha256: 'ab' };
  const given = { steps: 1, idle: undefined, none: null, draws, target: { settings: { depth: 2 } } };
  expect(hyperparametersOf(given)).toEqual({ steps: 1, none: 'null', 'set.depth': 2 });
});

it('the hyperparameters of a density are those of its own flow, without options of VAEs', () => {
  const dataSet = { shape: [4, 4, 1], form: 'levels' };
  const settings = { model: 'nice', levels: 2, depth: 3, map: 'affine', alpha: 0.05 };
  const experiment = { module: null, builtIn: 'density', settings };
  const given = { flow: 'none', latent: 40, likelihood: 'logistic-mixture', steps: 1, binarize: 'none', dataSet };
  const own = { 'set.model': 'nice', 'set.depth': 3, 'set.alpha': 0.05 };
  expect(hyperparametersOf({ ...given, experiment })).toEqual({ steps: 1, binarize: 'none', ...own });
});

describe('the session of a run', () => {
  it('has its settings and number of layers, one end, and the results that runs are compared by', async () => {
    const out = freshPath();
    await trainRun(config, { out });
    const { starts, ends } = readSession(eventsOf(out));
    expect(ends).toEqual([1]);
    expect(starts).toHaveLength(1);
    const recorded = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
    const {
      hidden: _,
      lrMilestones: __,
      ...settings
    } = Object.fromEntries(names.map((name) => [name, recorded[name]]));
    expect(starts[0]).toMatchObject({ ...settings, hidden: '8', lrMilestones: '', K: 3 });
    const { testElbo, testNll } = reportOf(out);
    const lines = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trim().split('\n');
    const bounds = lines.flatMap((line) => JSON.parse(line).validation?.elbo ?? []);
    expect(bounds).toHaveLength(3);
    const results = { 'test/elbo': testElbo, 'test/nll': testNll, 'validation/best': Math.max(...bounds) };
    const rounded = Object.entries(results).map(([tag, value]) => [tag, Math.fround(value)]);
    expect(scalarsOf(out)).toMatchObject(Object.fromEntries(rounded));
  });

  it('begins and ends once, though the run was stopped, and resumed after its end', async () => {
    const out = freshPath();
    await trainRun(config, { out, until: 3, checkpointEvery: 1 });
    expect(readSession(eventsOf(out))).toMatchObject({ starts: [{ K: 3 }], ends: [] });
    expect(scalarsOf(out)).not.toHaveProperty('test/elbo');
    for (const _ of ['the rest', 'nothing']) {
      await trainRun(config, { out, resume: true });
      expect(readSession(eventsOf(out))).toMatchObject({ starts: [{ K: 3 }], ends: [1] });
    }
  });

  it('begins once where no checkpoint was left', async () => {
    const out = freshPath();
    await trainRun(config, { out, signal: AbortSignal.abort() });
    await trainRun(config, { out, resume: true });
    expect(readSession(eventsOf(out))).toMatchObject({ starts: [{ K: 3 }], ends: [1] });
  });

  it('has the settings of a module, and no number of layers where the module makes the model', async () => {
    const [folder, out] = [freshPath(), freshPath()];
    const model = 'model: ({ builtIn }) => builtIn({ flow: undefined })';
    const own =
      'settings: { depth: z.number().default(2), deep: z.boolean().default(true), words: z.string().default("two") }';
    writeFiles(folder, {
      'mine.ts': `import { defineExperiment, z } from 'flowvae';\nexport default defineExperiment({ ${own}, ${model} });\n`,
    });
    const flags = tinyFlags(tinyData());
    const rest = flags.toSpliced(flags.indexOf('--flow'), 2);
    const words = ['train', join(folder, 'mine.ts'), ...rest, '--out', out, '--set', 'depth=3'];
    const { code, stderr } = await flowvae(words);
    expect([code, stderr]).toEqual([0, stderr]);
    const [start] = readSession(eventsOf(out)).starts;
    expect(start).toMatchObject({ 'set.depth': 3, 'set.deep': true, 'set.words': 'two', seed: 3 });
    expect(start).not.toHaveProperty('K');
  });
});

it('the session of a run whose values stop being finite ends as a failure, until it is resumed', async () => {
  const out = freshPath();
  const wild = { ...config, lr: 1e30, steps: 40, validateEvery: 0 };
  await expect(trainRun(wild, { out })).rejects.toThrow(/not finite|NaN|Infinity/);
  expect(readSession(eventsOf(out)).ends).toEqual([2]);
});
