// Words of verdicts say no more than the tests behind them.
import { type Comparison, compareRuns } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { freshFolder, methodsByHand, runByHand } from './run-folders.ts';

/** One run of each method, by its scores. */
function models(scores: Readonly<Record<string, readonly number[]>>, options: { readonly margin?: number } = {}) {
  const folder = freshFolder();
  for (const [flow, nll] of Object.entries(scores)) runByHand(folder, flow, { nll, config: { flow } });
  return compareRuns([folder], options);
}

const wordsOf = ({ rows }: Comparison) => rows[1]!.verdict!.words;

describe('the verdict', () => {
  it('of trained models at four rows is not "nearly equal": no sign-flip test can tell them apart', () => {
    const comparison = models({ none: [1, 2, 3, 4], planar: [3, 4.1, 5, 6] });
    expect(comparison.rows[1]!.difference!.p).toBe(2 / 16);
    expect(wordsOf(comparison)).toBe(
      'not told apart; 6 test rows would decide it (these models; one seed, so not the methods)',
    );
  });

  it('of models whose rows differ by nothing on average says so', () => {
    expect(wordsOf(models({ none: [1, 2, 3, 4], planar: [2, 1, 4, 3] }))).toMatch(
      /^not told apart; the observed difference is near 0 /,
    );
  });

  it('of one test row is that its error is not known, whatever the seeds', () => {
    expect(wordsOf(models({ none: [1], planar: [2] }))).toBe('one test row: the error is not known');
    const folder = freshFolder();
    for (const seed of [0, 1]) {
      runByHand(folder, `none-${seed}`, { nll: [seed], config: { seed } });
      runByHand(folder, `planar-${seed}`, { nll: [9 + seed], config: { seed, flow: 'planar' } });
    }
    const comparison = compareRuns([folder]);
    expect(comparison.rows[1]!.verdict!.decision).toBe('unknown');
    expect(wordsOf(comparison)).toBe('one test row: the error is not known');
  });

  it('with unequal numbers of seeds names the missing ones', () => {
    const folder = freshFolder();
    for (const seed of [0, 1])
      runByHand(folder, `a${seed}`, { nll: [1, 2], config: { seed }, report: { msPerStep: seed + 1 } });
    runByHand(folder, 'b', { nll: [1, 3], config: { flow: 'planar' }, report: { msPerStep: 9 } });
    expect(wordsOf(compareRuns([folder], { metric: 'seconds' }))).toBe(
      'one seed of one of them: the error is not known',
    );
  });

  it('within a margin holds for all comparisons of the table: beside more methods it is harder to have', () => {
    const shifts = { none: [0, 0.1, -0.1], planar: [0.05, 0.16, -0.06] };
    const [few, many] = [shifts, { ...shifts, radial: [5, 5.1, 4.9], iaf: [7, 7.1, 6.9], maf: [9, 9.1, 8.9] }].map(
      (methods) => compareRuns([methodsByHand(freshFolder(), methods)]),
    );
    const { to } = few!.rows[1]!.difference!.interval;
    const verdictAt = ({ rows }: Comparison, margin: number) => {
      const labels = rows.flatMap(({ runs }) => runs);
      return compareRuns(labels, { margin }).rows[1]!.verdict!.decision;
    };
    expect([few, many].map((comparison) => verdictAt(comparison!, 1.05 * to))).toEqual(['equal', 'undecided']);
    expect(verdictAt(many!, 10 * to)).toBe('equal');
  });

  it('beside the first group of a measure without a direction counts the comparisons that are made', () => {
    const folder = freshFolder();
    for (const flow of ['none', 'planar', 'radial']) {
      for (const seed of [0, 1]) {
        runByHand(folder, `${flow}${seed}`, {
          nll: [1, 2],
          config: { flow, seed },
          report: { other: seed + flow.length },
        });
      }
    }
    const { comparisons, rows } = compareRuns([folder], { metric: 'other' });
    expect([comparisons, rows[0]!.label]).toEqual([2, 'none']);
  });

  it('without errors over test rows comes with a notice', () => {
    const folder = freshFolder();
    for (const flow of ['none', 'planar']) {
      for (const seed of [0, 1]) {
        const report = { testNll: 90 + seed + flow.length, testElbo: -99 };
        runByHand(folder, `${flow}${seed}`, { report, config: { flow, seed } });
      }
    }
    const { rows, notices } = compareRuns([folder]);
    expect(rows[1]!.difference!.source).toBe('seeds alone');
    expect(notices).toEqual([
      'planar: test NLL without an error over test rows: other rows may turn its difference round',
    ]);
  });
});
