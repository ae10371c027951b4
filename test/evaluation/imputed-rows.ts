// Rows with holes of a linear-Gaussian model, and their imputations.
import { type Imputed, type ImputeOptions, impute } from '@flowvae/evaluation';
import { key } from '@flowvae/random';
import { dataPoints } from '@flowvae/training';
import { expect } from 'vitest';
import { modelWith, observe, randomPatterns, rowsOf, WIDTH } from './holes.ts';

export const wrong = { shift: [0.5, -0.3], scale: 1.4 } as const;

/** Repetitions of each row: every copy has its own draws, so their spread shows standard errors. */
export const COPIES = 60;
export const patterns = [
  [1, 0, 1, 1, 0],
  [0, 0, 0, 0, 1],
  [0, 1, 1, 1, 1],
  [1, 1, 0, 0, 0],
  [0, 0, 0, 0, 0],
  ...randomPatterns(3, 5),
];
export const ROWS = patterns.length;
export const rows = rowsOf(patterns, 11);
export const row = (i: number) => rows.subarray(i * 2 * WIDTH, (i + 1) * 2 * WIDTH);
export const copies = {
  count: ROWS * COPIES,
  width: 2 * WIDTH,
  row: (i: number) => row(i % ROWS),
};

export const options = (rest: Partial<ImputeOptions> = {}): ImputeOptions => ({
  variables: {},
  modelAt: modelWith(wrong),
  observe,
  noise: { kind: 'normal', width: 2 },
  data: dataPoints(rows, 2 * WIDTH),
  samples: 400,
  draws: 5,
  key: key(3),
  ...rest,
});

export async function imputedBy(rest: Partial<ImputeOptions> = {}): Promise<Imputed[]> {
  const found: Imputed[] = [];
  await impute(
    options({
      ...rest,
      onEstimate: (i, imputed) => {
        expect(i).toBe(found.length);
        found.push(imputed);
      },
    }),
  );
  return found;
}
