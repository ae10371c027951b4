// The tables that `pnpm reproduce` makes of results; and those in the READMEs are of the committed ones.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { table } from '../../experiments/fig3/experiment.ts';
import { updateTables } from '../../experiments/reproduce/tables.ts';
import { table as tableOfMnist } from '../../experiments/table2/table.ts';
import { verdicts } from '../../experiments/table2/verdicts.ts';
import { type JudgedFit, levelTable } from '../../experiments/targets/khat/table.ts';
import { fitResult } from './fit-result.ts';

it('fig3: for each energy, flow and length the most steps, then the lowest seed, and the steps where they differ', () => {
  const text = table([
    fitResult({ seed: 2, kl: 0.5 }),
    fitResult({ seed: 1, kl: 0.25 }),
    fitResult({ k: 8, kl: 0.125, seed: 3 }),
    fitResult({ k: 8, kl: 0.0625, steps: 30_000, restarts: [0], seed: 4 }),
  ]);
  expect(text).toMatch(/\| U1, planar +\| +0\.250 \(5,000\) \| +0\.063 \(30,000\) \|/);
  expect(text).toContain('5,000 or 30,000 steps of Adam (in brackets), the best of 3 (K = 2), 1 (K = 8) restarts.');
  expect(table([fitResult({}), fitResult({ k: 8, boundStandardError: 0.0031 })])).toContain('at most 0.0031;');
  expect(table([fitResult({ seed: 7 })])).toMatch(/\| U1, planar +\| 0\.250 \|/);
});

/** A result of table 2, with some fields changed. */
const run = (changes: object) => ({
  ...{ experiment: 'table2', architecture: 'oxford', flow: 'planar*10', k: 10, steps: 100_000, seed: 0 },
  ...{
    binarization: 'static',
    images: 10_000,
    samples: 200,
    closeSamples: 5000,
    settings: { heads: 'plain' },
    closeImages: 1000,
    closeEstimator: 'regression',
    testNegativeElboStandardError: 0.25,
  },
  ...{ validationNegativeElbo: 96, testNegativeElbo: 95, nll200: 91, nll200StandardError: 0.24 },
  ...{
    nll5000: 90.5,
    nll5000StandardError: 0.24,
    validationCurve: [
      [5000, 150],
      [25_000, 103.5],
      [100_000, 96],
    ],
  },
  ...changes,
});

it('table2: seeds as one row, and each beside the published curve at its steps', () => {
  const text = tableOfMnist([
    ...[run({}), run({ seed: 1, testNegativeElbo: 97 })],
    ...[run({ flow: 'nice-perm*10' }), run({ flow: 'nice-planar*10-affine' })],
    run({ flow: 'nice-perm(80)*10', settings: { heads: 'plain', amortize: 'base' } }),
  ]);
  expect(text).toMatch(/\| +planar \| +10 \| +2 \| +96\.00 \(96\.4\) \| +96\.00 ± 1\.00 \|/);
  expect(text).toMatch(/\| +planar\*10 \| +100,000 \| +103\.50 \(103\.0\) \| +96\.00 \(96\.4\) \|/);
  expect(text.match(/^\| oxford +\| +(nice-)?p[a-z]+\*10/gm)).toHaveLength(4);
  expect(text).toMatch(/\| +nice-perm\(80\), shared \| +10 \| +1 \| +96\.00 \(97\.4\) \|/);
  expect(text).toMatch(/\| +planar\*10, seed 1 \| +100,000 \|/);
  expect(text).toMatch(/\| +nice-planar\*K-affine \| +10 \| .* 94\.89, 88\.62 \| +94\.57, 90\.00 \|/);
  // a result without the error of KL
  expect(text).toMatch(/\| +nice-perm \| .* \| 90\.50 ± 0\.24 \| +4\.00 \| +94\.89, 88\.62/);
  expect(text).toContain('the first runs do not tell its error');
  const known = tableOfMnist([run({ kl200StandardError: 0.03 })]);
  expect(known).toContain('| 4.00 ± 0.03 |');
  expect(known).not.toContain('do not tell its error');
  expect(text).toContain('S = 5000: the first 1,000 images have both, and a regression carries');
  const scaled = tableOfMnist([run({}), run({ settings: { heads: 'scaled' } })]);
  expect(scaled).toMatch(/^\| oxford, scaled heads, 100,000 +\| +planar \| +10 \| +1 \|/m);
  expect(() => tableOfMnist([run({}), run({})])).toThrow('expected one result for each seed, got seeds 0, 0');
  expect(() => tableOfMnist([run({ flow: 'radial*10' })])).toThrow('table2: flow: expected none, planar,');
});

describe('the verdicts of table 2', () => {
  const long = (changes: object) =>
    run({
      ...{ architecture: 'oxford-bounded', steps: 500_000, settings: { heads: 'scaled' } },
      ...{ testNegativeElbo: 94.05, nll200: 88, ...changes },
    });
  const cellsOf = (text: string, name: string) =>
    text
      .split('\n')
      .find((line) => line.startsWith(`| ${name} `))!
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());

  it('tell the distance to each published number in errors of ours', () => {
    const text = verdicts([long({})]);
    expect(cellsOf(text, 'oxford-bounded, scaled heads, planar*10')).toEqual([
      ...['oxford-bounded, scaled heads, planar*10', '500,000', '1'],
      ...['94.05 ± 0.25', '93.56 (+0.49, +2.0) ✓', '93.48 (+0.57, +2.3) ✗'],
      ...['88.00 ± 0.24', '87.53 (+0.47, +2.0) ✓', '88.95 (−0.95, −4.0) ✓'],
    ]);
    expect(text).toContain('- oxford-bounded, scaled heads, planar*10: the bound is the paper’s');
    expect(text).toContain('lie 6.0 nats here, 4.5 in the reproduction, 6.0 in the paper');
  });

  it('have the error over seeds where there are several', () => {
    const [row] = verdicts([long({}), long({ seed: 1, testNegativeElbo: 93.25 })]).match(/^\| oxf.*$/m)!;
    expect(row).toContain('| 93.65 ± 0.40 | 93.56 (+0.09, +0.2) ✓ |');
  });

  it('have rows of published length, and all of the paper’s own layers, which the reproduction lacks', () => {
    const text = verdicts([run({}), run({ architecture: 'maxout' })]);
    expect(text.match(/^\| .*planar/gm)).toHaveLength(1);
    expect(cellsOf(text, 'maxout, planar*10').slice(4)).toEqual([
      ...['93.56 (+1.44, +5.8) ✗', '–', '91.00 ± 0.24', '87.53 (+3.47, +14.5) ✗', '–'],
    ]);
    expect(text).toContain('- maxout, planar*10: not explained yet.');
  });

  it('have the published error where there is one', () => {
    const plain = long({ flow: 'none', k: 0, testNegativeElbo: 98.15, nll200: 92.56, nll200StandardError: 0.26 });
    // 2.64 / √(0.26² + 0.33²)
    expect(cellsOf(verdicts([plain]), 'oxford-bounded, scaled heads, none')[7]).toBe('89.92 (+2.64, +6.3) ✗');
  });

  it('say that NICE has other networks than the paper, and fewer steps in the reproduction', () => {
    const text = verdicts([long({ flow: 'nice-planar*10-affine' })]);
    expect(cellsOf(text, 'oxford-bounded, scaled heads, nice-planar*K-affine*10')[5]).toBe('–');
    expect(text).toContain('- NICE: the paper does not specify its networks');
  });

  it('of the committed results bear the reasons out', () => {
    const text = readFileSync(new URL('../../experiments/README.md', import.meta.url), 'utf8');
    expect(text).not.toContain('not explained yet');
    const marks = (name: string) =>
      cellsOf(text, name)
        .map((cell) => /[✓✗]/.exec(cell)?.[0] ?? '')
        .join('');
    // bound of paper and reproduction, then −ln p(x) of both
    expect(marks('oxford-bounded, scaled heads, none')).toBe('✗✓✗✓');
    expect(marks('oxford-bounded, scaled heads, planar*10')).toBe('✓✓✗✓');
    expect(marks('oxford-bounded, scaled heads, planar*20')).toBe('✓✓✗✓');
    const [, steps, , , ...maxout] = cellsOf(text, 'maxout, none');
    expect(steps).toBe('100,000'); // a fifth
    expect(maxout.filter((cell) => cell.includes('(−'))).toHaveLength(2);
  });
});

it('the tables in the READMEs are those of the committed results', () => {
  expect(updateTables({ write: false })).toEqual([]);
});

describe('the table of k̂', () => {
  const fit = (difference: number, rest: Partial<JudgedFit> = {}): JudgedFit => ({
    ...{ target: 'ring', guide: 'full-rank', seed: 0, paretoK: 0.1, level: 'good', effectiveSampleSize: 9 },
    ...{ difference, logZError: 0.1, worstMean: 0.5, worstStd: 0.25, ...rest },
  });

  it('has medians, quantiles and coverage by level and kind of target', () => {
    const fits = [0.1, -0.2, 0.3, Number.NaN].map((difference) => fit(difference));
    const text = levelTable([...fits, fit(1, { target: 'U4', level: 'void', worstStd: 2 })]);
    const rows = text.match(/^\| (good|void).*$/gm)!.map((row) => row.split('|').map((cell) => cell.trim()));
    expect(rows.map((row) => row.slice(1, -1))).toEqual([
      ['good', 'one mode', '4', '0.200', 'Infinity', '50 %', '0.500', '0.500'],
      ['void', 'several modes', '1', '1.000', '1.000', '0 %', '2.000', '2.000'],
    ]);
  });

  it('in the README is that of the committed fits', () => {
    const textOf = (path: string) =>
      readFileSync(new URL(`../../experiments/targets/${path}`, import.meta.url), 'utf8');
    const spaced = (text: string) => text.replaceAll(/ +/g, ' ').trim(); // the formatter counts k̂ as one column
    const table = levelTable(JSON.parse(textOf('khat/results.json')).fits);
    expect(spaced(textOf('README.md'))).toContain(spaced(table));
  });
});

it('every committed result names its command, seed, versions and no path of a machine', () => {
  for (const name of ['fig3', 'table2', 'pythae-baseline']) {
    const results = fileURLToPath(new URL(`../../experiments/${name}/results`, import.meta.url));
    for (const file of existsSync(results) ? readdirSync(results).filter((each) => each.endsWith('.json')) : []) {
      const text = readFileSync(join(results, file), 'utf8');
      expect(JSON.parse(text), file).toMatchObject({
        experiment: name,
        command: expect.stringContaining(file.replace('.json', '')),
        seed: expect.any(Number),
        versions: { flowvae: expect.any(String), onnxruntime: expect.any(String) },
      });
      expect(text, file).not.toMatch(/\/(work|tmp|home|root)\//);
    }
  }
});
