// Comparisons of runs that were written by hand.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sealed } from '@flowvae/runs';
import { type Comparison, type ComparisonRow, compareRuns } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { sweepTable } from '../../../packages/flowvae/src/comparison/sweep-table.ts';
import { freshFolder, methodsByHand, runByHand } from './run-folders.ts';

const rowOf = ({ rows }: Comparison, label: string): ComparisonRow => rows.find((row) => row.label === label)!;

describe('compareRuns', () => {
  const folder = methodsByHand(freshFolder(), {
    none: [2, 2.1, 1.9],
    'planar*2': [0.05, -0.1, 0.05],
    'planar*4': [0, 0.12, -0.11],
  });
  const comparison = compareRuns([folder]);

  it('groups seeds by what varies, the best first, with mean, deviation and error', () => {
    expect(comparison.groupColumns).toEqual(['flow']);
    expect(comparison.rows.map(({ label, seeds }) => [label, seeds])).toEqual([
      ['planar*2', [0, 1, 2]],
      ['planar*4', [0, 1, 2]],
      ['none', [0, 1, 2]],
    ]);
    const { mean, sd, se, n } = rowOf(comparison, 'none').measures.nll!;
    expect([mean, sd, se, n]).toEqual([expect.closeTo(97.1, 1), expect.closeTo(0.1, 1), expect.closeTo(0.0577, 2), 3]);
    expect(rowOf(comparison, 'none').measures.seconds!.mean).toBe(2);
  });

  it('tells a real difference, though the rows spread far more, and one that is none', () => {
    const [none, planar] = [rowOf(comparison, 'none'), rowOf(comparison, 'planar*4')];
    expect(none.difference!.value).toBeCloseTo(2, 1);
    expect(none.difference).toMatchObject({ question: 'methods', source: 'paired rows', rows: 10 });
    expect(none.verdict).toEqual({ decision: 'worse', words: 'worse' });
    expect(planar.verdict!.decision).toBe('undecided');
    expect(planar.verdict!.words).toMatch(/^not told apart; /);
    expect(comparison.comparisons).toBe(3);
    expect(none.difference!.correctedP).toBeGreaterThanOrEqual(none.difference!.p);
  });

  it('asks whether the models differ where a method has one seed, and says that it is no answer on methods', () => {
    const single = compareRuns(['none-0', 'planar-2-0'].map((name) => join(folder, name)));
    const { difference, verdict } = rowOf(single, 'none');
    expect(difference).toMatchObject({ question: 'models', p: 2 / 1024, signFlipP: 2 / 1024 });
    expect(verdict!.words).toBe('worse (these models; one seed, so not the methods)');
  });

  it('compares with a baseline, by its values or by name', () => {
    for (const baseline of ['none', 'flow=none']) {
      const { rows, reference, comparisons } = compareRuns([folder], { baseline });
      expect([rows[0]!.label, reference, comparisons]).toEqual(['none', 'baseline', 2]);
      expect(rows[1]!.verdict!.decision).toBe('better');
    }
    expect(() => compareRuns([folder], { baseline: 'planar' })).toThrow(
      /--baseline: expected one of 'none', 'planar\*2'/,
    );
  });

  it('takes an interval within the margin as equal', () => {
    expect(rowOf(compareRuns([folder], { margin: 1 }), 'planar*4').verdict).toEqual({
      decision: 'equal',
      words: 'no difference above 1',
    });
  });

  it('is better where the ELBO is higher, and says higher where no direction is known', () => {
    const elbo = compareRuns([folder], { metric: 'elbo' });
    expect([elbo.rows[0]!.label, rowOf(elbo, 'none').verdict!.decision]).toEqual(['planar*2', 'worse']);
    expect(compareRuns([folder], { metric: 'testNll' }).metric.name).toBe('nll');
    const seeds = compareRuns([folder], { metric: 'evalImages' });
    expect([seeds.reference, rowOf(seeds, 'planar*2').verdict!.words]).toEqual(['first', 'not told apart; equal']);
  });

  it('has the columns that are asked for, settings and numbers', () => {
    const { groupColumns, measureColumns } = compareRuns([folder], { columns: ['flow', 'eval-samples', 'msPerStep'] });
    expect(groupColumns).toEqual(['flow', 'eval-samples']);
    expect(measureColumns.map(({ name }) => name)).toEqual(['nll', 'msPerStep']);
    expect(() => compareRuns([folder], { columns: ['flwo'] })).toThrow(/got 'flwo'; did you mean flow\?/);
    expect(() => compareRuns([folder], { metric: 'nil' })).toThrow(/--metric: expected nll, elbo/);
  });

  it('says where a group mixes methods', () => {
    const { rows, notices } = compareRuns([folder], { by: ['binarize'] });
    expect(rows[0]!.runs).toHaveLength(9);
    expect(notices).toEqual(['static: its runs differ in flow, too, not in their seeds alone']);
  });

  it('gives the same numbers whatever the order of the runs', () => {
    const names = ['none-2', 'planar-2-1', 'none-0', 'planar-2-0', 'planar-2-2', 'none-1'];
    const difference = (list: readonly string[]) =>
      rowOf(compareRuns(list.map((name) => join(folder, name))), 'none').difference!;
    const [there, back] = [difference(names), difference(names.toReversed())];
    expect(back.p).toBeCloseTo(there.p, 12);
    expect(back.bootstrap!.from).toBeCloseTo(there.bootstrap!.from, 9);
  });
});

describe('compareRuns of runs that do not belong together', () => {
  const nll = [1, 2, 3, 4];
  const others: readonly [string, Parameters<typeof runByHand>[2], RegExp][] = [
    ['on other rows', { nll, rows: 'others' }, /on other test rows, by their SHA-256/],
    ['with fewer rows', { nll: [1, 2] }, /test rows 2, not 4/],
    ['with more samples', { nll, samples: 50 }, /importance samples each 50, not 5/],
    ['of other data', { nll, config: { dataSha256: 'f'.repeat(64) } }, /data of SHA-256 ffffffff…, not /],
    ['of other bits', { nll, report: { binarization: 'threshold' } }, /binarisation threshold, not static/],
    ['unfinished', { bounds: [1, 2], report: undefined }, /not finished: step 20 of 100/],
    ['stopped', { bounds: [1], report: { steps: 10, testNll: null } }, /not finished: step 10 of 100/],
    [
      'paused without test rows',
      { bounds: [1], report: { unfinished: true, testNll: 1 } },
      /not finished: step 10 of 100/,
    ],
    ['without an evaluation', { report: { testNll: null } }, /no test NLL: run flowvae evaluate/],
    ['twice', { nll }, /the settings and the seed of a: no other sample/],
    ['of a target', { config: { target: {} } }, /a run of flowvae target/],
  ];

  it.each(others)('leaves out one %s, by name', (_, other, reason) => {
    const folder = freshFolder();
    runByHand(folder, 'a', { nll });
    runByHand(folder, 'b', { nll: [2, 3, 4, 6], config: { flow: 'planar' } });
    runByHand(folder, 'c', other);
    const { leftOut, rows } = compareRuns([folder]);
    expect(leftOut).toEqual([{ name: 'c', reason: expect.stringMatching(reason) }]);
    expect(rows.flatMap(({ runs }) => runs)).toHaveLength(2);
  });

  it('leaves out damaged ones, and refuses where nothing is left', () => {
    const folder = freshFolder();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => runByHand(folder, name, { nll }));
    writeFileSync(join(a!, 'config.json'), '{');
    writeFileSync(join(b!, 'test-scores.safetensors'), 'damaged');
    writeFileSync(join(c!, 'report.json'), '[]');
    expect(() => compareRuns([folder])).toThrow(
      /compare: expected runs that can be compared, got a \(damaged: .*b \(damaged: .*c \(damaged: /,
    );
    expect(() => compareRuns([join(folder, 'none')])).toThrow(
      /expected the folder of a run, of a sweep, or of several runs, got no such folder/,
    );
  });

  it('compares runs without scores by the errors of both, which do not cancel', () => {
    const folder = freshFolder();
    const report = (testNll: number) => ({ testNll, testElbo: -testNll, testNllStandardError: 3, evalImages: 4 });
    runByHand(folder, 'a', { report: report(90) });
    runByHand(folder, 'b', { report: report(100), config: { flow: 'planar' } });
    const comparison = compareRuns([folder]);
    const { difference, verdict } = comparison.rows[1]!;
    expect(difference).toMatchObject({ source: 'unpaired rows', question: 'models', value: 10, se: Math.sqrt(18) });
    expect(difference!.p).toBeCloseTo(0.0184, 3); // 2·(1 − Φ(10/√18))
    expect(verdict!.decision).toBe('worse');
    expect(comparison.notices[0]).toMatch(/^planar: not paired/);
  });

  it('says that the error is not known of seconds with one seed', () => {
    const folder = freshFolder();
    runByHand(folder, 'a', { nll });
    runByHand(folder, 'b', { nll, config: { flow: 'planar' }, report: { msPerStep: 30 } });
    expect(compareRuns([folder], { metric: 'seconds' }).rows[1]!.verdict).toEqual({
      decision: 'unknown',
      words: 'one seed each: the error is not known',
    });
  });
});

it('sweepTable takes the columns of the sweep, and names runs that are not there yet', () => {
  const folder = freshFolder();
  const trial = (slug: string, flow: string, index: number) => ({
    slug,
    index,
    values: { depth: flow === 'none' ? 0 : 4, seed: index },
  });
  const trials = [trial('a', 'none', 0), trial('b', 'planar', 1), trial('c', 'planar', 2)];
  writeFileSync(join(folder, 'sweep.json'), sealed({ trials }));
  runByHand(join(folder, 'runs'), 'a', { nll: [1, 2, 3] });
  runByHand(join(folder, 'runs'), 'b', { nll: [2, 3, 4.5], config: { flow: 'planar', seed: 1 } });
  const { text, markdown } = sweepTable(folder);
  expect(text).toMatch(/^depth +seeds +test NLL/);
  expect(text).toContain('left out: c: not begun');
  expect(markdown).toMatch(/^\| depth \| seeds \| test NLL/);
});
