// Which runs make one row of a table: those that differ in their seeds alone, evaluated alike, each once.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sealed } from '@flowvae/runs';
import { type Comparison, compareRuns } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { freshFolder, type RunByHand, runByHand } from './run-folders.ts';

const nll = [1, 2, 3, 4];
const shas = (letter: string) => [{ path: '/away/mine.ts', sha256: letter.repeat(64) }];
const moduleOf = (letter: string, place = '/away') => ({ path: `${place}/mine.ts`, files: shas(letter) });

/** Two runs by their names, seeds 0 and 1. */
function pair(a: RunByHand['config'], b: RunByHand['config']): Comparison {
  const folder = freshFolder();
  runByHand(folder, 'a', { nll, config: { seed: 0, ...a } });
  runByHand(folder, 'b', { nll: nll.map((x) => x + 1), config: { seed: 1, ...b } });
  return compareRuns([folder]);
}

/** The config of a density, which has a value for options of VAEs, too. */
const densityOf = (settings: object): NonNullable<RunByHand['config']> => ({
  flow: 'none',
  dataSet: { shape: [4, 4, 1], form: 'levels' },
  binarize: 'none',
  experiment: { module: null, builtIn: 'density', settings: { levels: 2, map: 'affine', ...settings } },
});

describe('densities', () => {
  it('are named by the flow that was chosen, alone and beside others', () => {
    const folder = freshFolder();
    runByHand(folder, 'a', { nll, config: densityOf({ model: 'auto' }) });
    expect(compareRuns([folder])).toMatchObject({ groupColumns: ['set.model'], rows: [{ label: 'glow' }] });
    expect(pair(densityOf({ model: 'auto' }), densityOf({ model: 'glow' })).rows).toHaveLength(1);
    const [glow, other] = [densityOf({ model: 'auto' }), densityOf({ model: 'realnvp' })];
    expect(pair(glow, other)).toMatchObject({
      groupColumns: ['set.model'],
      rows: [{ label: 'glow' }, { label: 'realnvp' }],
    });
  });

  it('have no flow of a posterior beside a VAE, and no scales where their flow has none', () => {
    const { rows, groupColumns } = pair(densityOf({ model: 'nice' }), { flow: 'none' });
    expect(groupColumns).toEqual(['binarize', 'set.model', 'module']);
    expect(rows.map(({ label }) => label)).toEqual(['none, nice, density', 'static, -, -']);
  });
});

it('runs of a module that reads no flow are named by the module, if they differ in nothing', () => {
  const folder = freshFolder();
  const config = { experiment: { module: moduleOf('a'), settings: {} } };
  runByHand(folder, 'a', { nll, config, report: { unused: ['flow'] } });
  expect(compareRuns([folder]).groupColumns).toEqual(['module']);
});

const different: readonly [string, string, RunByHand['config'], RunByHand['config']][] = [
  ['a setting', 'lr', { lr: 0.1 }, { lr: 0.2 }],
  ['a likelihood', 'likelihood', { likelihood: 'bernoulli' }, { likelihood: 'logistic' }],
  ['a prior', 'prior', { prior: 'none' }, { prior: 'realnvp*2' }],
  ['widths', 'hidden', { hidden: [40, 0] }, { hidden: [400] }],
  [
    'a setting of the module',
    'set.depth',
    { experiment: { module: null, settings: { depth: 1 } } },
    { experiment: { module: null, settings: { depth: 2 } } },
  ],
  [
    'an object among the settings of the module',
    'set.net',
    { experiment: { module: null, settings: { net: { a: 1 } } } },
    { experiment: { module: null, settings: { net: { a: 2 } } } },
  ],
  [
    'the content of the module',
    'module',
    { experiment: { module: moduleOf('a'), settings: {} } },
    { experiment: { module: moduleOf('b'), settings: {} } },
  ],
  ['a module at all', 'module', {}, { experiment: { module: moduleOf('b'), settings: {} } }],
  ['the content of a plug-in', 'plugins', { plugins: [moduleOf('a')] }, { plugins: [moduleOf('b')] }],
  ['a setting of another version', 'later', { later: 1 }, { later: 2 }],
];

describe('compareRuns', () => {
  it.each(different)('makes two rows of runs that differ in %s beside the seed', (_, column, a, b) => {
    const { rows, groupColumns } = pair(a, b);
    expect([groupColumns, rows.length]).toEqual([[column], 2]);
    expect(rows[0]!.label).not.toBe(rows[1]!.label);
  });

  it('makes one row of seeds of one module, wherever it was and whatever the machine', () => {
    const at = (place: string) => ({ experiment: { module: moduleOf('a', place), settings: { net: { a: 1, b: 2 } } } });
    const { rows } = pair(
      { ...at('/here'), threads: 1, versions: { node: '20' } },
      { ...at('/there'), threads: 2, versions: { node: '24' } },
    );
    expect(rows.map(({ seeds }) => seeds)).toEqual([[0, 1]]);
  });

  it('tells a prior that was fitted after training from the same prior with other steps', () => {
    const folder = freshFolder();
    for (const steps of [10, 20]) {
      const path = runByHand(folder, `fit-${steps}`, { nll, report: { priorFit: {} }, config: { seed: steps } });
      writeFileSync(join(path, 'prior-fit.json'), JSON.stringify({ steps, batch: 5, lr: 0.1, draws: 1, seed: 3 }));
    }
    const { rows, groupColumns } = compareRuns([folder]);
    expect(groupColumns).toEqual(['priorFit']);
    expect(rows.map(({ label }) => label)).toContain('steps 10, batch 5, lr 0.1, draws 1');
  });

  it('takes runs of one seed for one sample, although they ran in other folders with other threads', () => {
    const folder = freshFolder();
    runByHand(folder, 'a', { nll, config: { threads: 1, experiment: { module: moduleOf('a', '/x'), settings: {} } } });
    runByHand(folder, 'b', { nll, config: { threads: 2, experiment: { module: moduleOf('a', '/y'), settings: {} } } });
    const { rows, leftOut } = compareRuns([folder]);
    expect(rows[0]!.runs).toHaveLength(1);
    expect(leftOut).toEqual([{ name: 'b', reason: 'the settings and the seed of a: no other sample' }]);
  });

  it('does not mix two sweeps of the same columns with other settings', () => {
    const folders = [100, 200].map((steps) => {
      const folder = freshFolder();
      const trials = [0, 1].map((seed) => ({ slug: `t${seed}`, index: seed, values: { flow: 'none', seed } }));
      writeFileSync(join(folder, 'sweep.json'), sealed({ trials }));
      for (const seed of [0, 1]) {
        const config = { seed, steps };
        runByHand(join(folder, 'runs'), `t${seed}`, {
          nll: nll.map((x) => x + seed + steps),
          config,
          report: { steps },
        });
      }
      return folder;
    });
    const { rows, groupColumns, notices } = compareRuns(folders);
    expect([groupColumns, rows.map(({ seeds }) => seeds), notices]).toEqual([
      ['steps'],
      [
        [0, 1],
        [0, 1],
      ],
      [],
    ]);
  });

  it('shows the setting in which two sweeps differ, not the label that only one of them has', () => {
    const sweepOf = (trials: Readonly<Record<string, Readonly<Record<string, string>>>>, steps: number) => {
      const folder = freshFolder();
      const recorded = Object.entries(trials).map(([slug, values]) => ({ slug, values }));
      writeFileSync(join(folder, 'sweep.json'), sealed({ trials: recorded }));
      for (const slug of Object.keys(trials)) {
        const config = { flow: slug.replace(/-.*/, ''), lr: 0.001, steps };
        runByHand(join(folder, 'runs'), slug, { nll: nll.map((x) => x + steps + slug.length), config });
      }
      return folder;
    };
    const longer = sweepOf({ none: { flow: 'none', lr: '1e-3' }, planar: { flow: 'planar', lr: '1e-3' } }, 300);
    const shorter = sweepOf({ 'none-K': { K: '0', lr: '0.001' }, 'planar-K': { K: '10', lr: '0.001' } }, 200);
    const { rows, groupColumns } = compareRuns([longer, shorter]);
    expect(groupColumns).toEqual(['flow', 'steps']);
    expect(rows.map(({ label }) => label).toSorted()).toEqual(['none, 200', 'none, 300', 'planar, 200', 'planar, 300']);
    expect(compareRuns([shorter]).groupColumns).toEqual(['K']);
    expect(compareRuns([longer, shorter], { by: ['K', 'flow'] }).rows.map(({ label }) => label)).toContain(
      '10, planar',
    );
  });

  it('adds to --columns what tells methods apart, but groups by --by as it is told', () => {
    const folder = freshFolder();
    for (const lr of [0.1, 0.2]) runByHand(folder, `lr-${lr}`, { nll: nll.map((x) => x + lr), config: { lr } });
    expect(compareRuns([folder], { columns: ['flow', 'nll'] }).groupColumns).toEqual(['flow', 'lr']);
    const { groupColumns, notices } = compareRuns([folder], { by: ['flow', 'flow'] });
    expect(groupColumns).toEqual(['flow']);
    expect(notices).toEqual(['none: its runs differ in lr, too, not in their seeds alone']);
  });

  it('takes a name that is a setting and a number of the report for the setting, under one spelling', () => {
    const folder = freshFolder();
    runByHand(folder, 'a', { nll });
    const options = { columns: ['steps', 'eval-samples', 'evalSamples'] };
    const { groupColumns, measureColumns } = compareRuns([folder], options);
    expect(groupColumns).toEqual(['steps', 'eval-samples']);
    expect(measureColumns.map(({ name }) => name)).toEqual(['nll']);
    expect(compareRuns([folder], { metric: 'steps' }).rows[0]!.measures.steps!.mean).toBe(100);
  });

  it('refuses a column that is not there with the names that are', () => {
    const folder = freshFolder();
    runByHand(folder, 'a', { nll, report: { terms: { logDet: 1 } } });
    expect(() => compareRuns([folder], { columns: ['flwo'] })).toThrow(
      /did you mean flow\? The names are flow, latent, .*, run, seed, .*, nll, elbo, seconds, .*terms\.logDet/,
    );
    expect(() => compareRuns([folder], { by: ['nll'] })).toThrow(/--by: expected a setting, got 'nll'; the names are/);
  });

  it('names runs by their paths where two have one name', () => {
    const folder = freshFolder();
    for (const place of ['x', 'y']) {
      mkdirSync(join(folder, place));
      runByHand(join(folder, place), 'a', { nll });
    }
    const paths = ['x', 'y'].map((place) => join(folder, place));
    expect(compareRuns(paths).leftOut).toEqual([
      { name: join(paths[1]!, 'a'), reason: `the settings and the seed of ${join(paths[0]!, 'a')}: no other sample` },
    ]);
  });
});

describe('scores that are not finite', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])('of %d leave their run out, by name, and no mean', (odd) => {
    const folder = freshFolder();
    runByHand(folder, 'a', { nll });
    runByHand(folder, 'b', { nll: nll.map((x) => x + 1), config: { flow: 'planar' } });
    runByHand(folder, 'c', { nll: [1, odd, 3, odd], config: { flow: 'planar', seed: 1 } });
    const { rows, leftOut } = compareRuns([folder]);
    const reason = 'test NLL is not finite for 2 of 4 test rows; its method is judged without it';
    expect(leftOut).toEqual([{ name: 'c', reason }]);
    expect(rows.map(({ measures }) => measures.nll!.mean)).toEqual([2.5, 3.5]);
  });

  it('of a measure beside the metric are told', () => {
    const folder = freshFolder();
    runByHand(folder, 'a', { nll, report: { ratio: 1 } });
    runByHand(folder, 'b', { nll, config: { seed: 1 }, report: { ratio: null } });
    const { rows, notices } = compareRuns([folder], { columns: ['ratio'] });
    expect(rows[0]!.measures.ratio).toMatchObject({ n: 1, mean: 1 });
    expect(notices).toEqual(['none: ratio of 1 of 2 runs; the others have none']);
  });
});

describe('runs that were evaluated alike', () => {
  it('are those of the most frequent whole evaluation, and each other run tells all that differs', () => {
    const folder = freshFolder();
    [10, 20, 30].forEach((samples, seed) => {
      runByHand(folder, `a${seed}`, { nll, samples, config: { seed, dataSha256: 'a'.repeat(64) } });
    });
    for (const seed of [3, 4]) runByHand(folder, `b${seed}`, { nll, config: { seed, dataSha256: 'b'.repeat(64) } });
    const { rows, leftOut } = compareRuns([folder]);
    expect(rows.flatMap(({ seeds }) => seeds)).toEqual([3, 4]);
    expect(leftOut[0]).toEqual({
      name: 'a0',
      reason: 'evaluated differently: data of SHA-256 aaaaaaaa…, not bbbbbbbb…; importance samples each 10, not 5',
    });
  });

  it('are on the same static bits', () => {
    const { leftOut } = pair({ binarize: 'static' }, { binarize: 'static', binarizeSeed: 5 });
    const reason = 'evaluated differently: static bits of seed 5, not 1998';
    expect(leftOut).toEqual([{ name: 'b', reason }]);
    expect(pair({ binarize: 'dynamic' }, { binarize: 'dynamic', binarizeSeed: 5 }).leftOut).toEqual([]);
  });

  it('are not joined by a run of an early version that knows nothing of its rows', () => {
    const folder = freshFolder();
    runByHand(folder, 'early', { report: { testNll: 3, testElbo: -3 }, config: { seed: 9 } });
    runByHand(folder, 'a', { nll, rows: 'some' });
    for (const seed of [1, 2]) runByHand(folder, `b${seed}`, { nll, rows: 'others', config: { seed } });
    const { rows, leftOut } = compareRuns([folder]);
    expect(rows.flatMap(({ seeds }) => seeds)).toEqual([1, 2, 9]);
    expect(leftOut.map(({ name }) => name)).toEqual(['a']);
  });
});
