// Runs that halving took no further, in the sweep's table, its rungs and its status; run folders are written by hand.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sealed } from '@flowvae/runs';
import { describe, expect, it } from 'vitest';
import { freshFolder, runByHand } from '../comparison/run-folders.ts';
import { flowvaeHere } from '../in-process.ts';

const rates = ['3e-3', '1e-3', '1e-4'];

/** A sweep over two flows and three rates by halving at 10 and 30 of 90 steps; the runs have come so far. */
function sweepByHand(reached: Readonly<Record<string, number>>): string {
  const folder = freshFolder();
  const cells = ['none', 'planar'].flatMap((flow) => rates.map((lr) => ({ flow, lr })));
  const trials = cells.map(({ flow, lr }, index) => ({
    ...{ slug: `${flow}-${lr}`, index, steps: 90, settings: { flow, lr: Number(lr) }, set: {} },
    values: { flow, lr, seed: '0' },
  }));
  const halving = { factor: 3, minSteps: 10 };
  writeFileSync(
    join(folder, 'sweep.json'),
    sealed({ format: 1, version: '0', plugins: [], modules: [], halving, trials }),
  );
  trials.forEach(({ slug, settings }, place) => {
    const steps = reached[slug] ?? 10;
    const bounds = Array.from({ length: steps / 10 }, () => -100 - place);
    const end = steps === 90 ? { nll: [1, 2, 3], report: { steps, version: '0' } } : { report: undefined };
    runByHand(join(folder, 'runs'), slug, { config: { ...settings, steps: 90 }, bounds, ...end });
  });
  return folder;
}

describe('a sweep by halving that has ended', () => {
  const folder = sweepByHand({ 'none-3e-3': 90, 'none-1e-3': 30 });

  it('names the winner by all settings that varied, on each rung and in the table', async () => {
    const { code, stdout } = await flowvaeHere(['sweep', '--resume', folder, '--quiet']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^flow +lr +seeds .*\nnone +3e-3 +1 /)]);
    expect(stdout.split('\n').slice(2)).toEqual([
      '5 runs were eliminated by halving',
      '',
      '10 steps: 6 configurations, best validation bound -100.00 (flow=none, lr=3e-3)',
      '30 steps: 2 configurations, best validation bound -100.00 (flow=none, lr=3e-3)',
      '90 steps: 1 configuration, best validation bound -100.00 (flow=none, lr=3e-3)',
      "160 steps in all, 0.30 of the grid's",
      '',
    ]);
    expect(readFileSync(join(folder, 'table.md'), 'utf8')).toMatch(/\n```text\n10 steps: [^`]*grid's\n```\n$/);
  });

  it('has a status that tells eliminated runs from stopped ones', async () => {
    const { stdout } = await flowvaeHere(['sweep', 'status', folder]);
    expect(stdout).toMatch(/^none-3e-3 +finished +step 90\nnone-1e-3 +eliminated /);
    expect(stdout).toMatch(/\n6 runs: 1 finished, 5 eliminated\n$/);
  });
});

describe('a sweep by halving that was stopped on a rung', () => {
  it('calls the runs of that rung stopped', async () => {
    const folder = sweepByHand({ 'none-3e-3': 30 });
    const { stdout } = await flowvaeHere(['sweep', 'status', folder]);
    expect(stdout).toMatch(/\n6 runs: 2 stopped, 4 eliminated\n$/);
  });
});
