// The experiment `image-densities`: its table.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { meanOverSeeds, readSeeds, seedsTable, withResult } from '../../experiments/image-densities/seeds.ts';
import { densityTable, difference, type Result, readResults } from '../../experiments/image-densities/table.ts';

const folder = fileURLToPath(new URL('../../experiments/image-densities/', import.meta.url));

const fit = { bound: [1.31, 0.004], bits: [1.3, 0.003], parameters: 151_456, msPerStep: 42 } as const;
const result: Result = {
  ...{ model: 'glow', depth: 8, width: 64, steps: 14_000, batch: 32, lr: 1e-3, threads: 2, seed: 0 },
  ...{ images: 10_000, samples: 10, flowvae: fit },
};

it('image-densities: both programs, their difference with the error of independent means, and the published number', () => {
  const both = { ...result, pytorch: { ...fit, bits: [1.31, 0.004] } } as const;
  const [value, error] = difference(both)!;
  expect(value).toBeCloseTo(-0.01, 12);
  expect(error).toBeCloseTo(0.005, 12);
  const cells = (text: string) =>
    text
      .trim()
      .split('\n')
      .at(-1)!
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1);
  expect(cells(densityTable([both]))).toEqual([
    ...['glow', '151,456', '14,000', '1.3000 ± 0.0030', '1.3100 ± 0.0040', '1.3100 ± 0.0040', '-0.0100 ± 0.0050'],
    '1.05',
  ]);
  expect(cells(densityTable([result])).slice(5, 7)).toEqual(['–', '–']);
});

it('image-densities: the table of the page is that of the committed results', () => {
  const page = readFileSync(join(folder, 'README.md'), 'utf8');
  expect(page).toContain(densityTable(readResults(join(folder, 'results'))));
  expect(page).toContain(seedsTable(readSeeds(join(folder, 'results/seeds.json'))));
});

it('image-densities: means over seeds have the error of a mean, and their difference that of independent ones', () => {
  expect(meanOverSeeds([1, 2, 6])).toEqual([3, Math.sqrt((4 + 1 + 9) / 2 / 3)]);
  const at = (seed: number, ours: number, theirs: number): Result => ({
    ...{ ...result, seed, steps: 4000 },
    ...{ flowvae: { ...fit, bits: [ours, 0.01] }, pytorch: { ...fit, bits: [theirs, 0.01] } },
  });
  const runs = [at(2, 1.6, 1.58), at(1, 1.62, 1.62), { ...result, seed: 3 }].reduce(
    withResult,
    [] as readonly Result[],
  );
  expect(runs.map(({ seed }) => seed)).toEqual([1, 2, 3]);
  const again = withResult(runs, at(2, 1.64, 1.6)); // another one of the same run takes its place
  expect(again).toHaveLength(3);
  // means 1.63 ± 0.01 and 1.61 ± 0.01
  expect(seedsTable(again).trim().split('\n').slice(2)).toEqual([
    expect.stringMatching(
      /^\| glow +\| +4,000 \| +1, 2 \| 1\.6300 ± 0\.0100 \| 1\.6100 ± 0\.0100 \| 0\.0200 ± 0\.0141 \| +1\.4 \|$/,
    ),
  ]);
});
