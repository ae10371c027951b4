// Learning curves of runs that stopped early, resumed, or have no validations.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareRuns } from 'flowvae';
import { expect, it } from 'vitest';
import { freshFolder, runByHand } from './run-folders.ts';

type Entry = Readonly<Record<string, unknown>>;

/** The curves of runs with these entries, one seed each. */
function curvesOf(...runs: readonly (readonly Entry[])[]) {
  const folder = freshFolder();
  runs.forEach((entries, seed) => {
    const path = runByHand(folder, `run-${seed}`, { nll: [1, 2, seed], config: { seed } });
    writeFileSync(join(path, 'metrics.jsonl'), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  });
  const { rows, isValidated } = compareRuns([folder]);
  return { curves: rows[0]!.curves, isValidated };
}

const trained = (step: number, elbo: unknown): Entry => ({ step, terms: { elbo } });
const validated = (step: number, elbo: unknown): Entry => ({ step, validation: { elbo } });

it('curves have each step once, the later of two entries, and no bound that is no number', () => {
  const { curves, isValidated } = curvesOf([
    validated(10, -9),
    validated(10, -8),
    validated(20, null),
    validated(30, 'NaN'),
  ]);
  expect([isValidated, curves]).toEqual([
    true,
    [
      [
        { step: 10, bound: -8 },
        { step: 30, bound: Number.NaN },
      ],
    ],
  ]);
});

it('curves do not mix bounds of validations with those of training batches', () => {
  const [both, alone] = [[trained(10, -7), validated(10, -9)], [trained(10, -6)]];
  expect(curvesOf(both, alone)).toEqual({
    isValidated: false,
    curves: [[{ step: 10, bound: -7 }], [{ step: 10, bound: -6 }]],
  });
  expect(curvesOf(both, [])).toEqual({ isValidated: true, curves: [[{ step: 10, bound: -9 }], []] });
});
