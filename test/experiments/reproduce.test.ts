// `pnpm reproduce` at its smallest: lists, runs, takes up, refuses; and the tables of the READMEs are those of the committed results.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lockRun, makeFolder } from 'flowvae';
import { afterAll, describe, expect, it } from 'vitest';
import { fig3, table } from '../../experiments/fig3/experiment.ts';
import { chosenOf, readOptions } from '../../experiments/reproduce/options.ts';
import { isDone, readResults } from '../../experiments/reproduce/result-files.ts';
import { updateTables } from '../../experiments/reproduce/tables.ts';
import { table as tableOfMnist } from '../../experiments/table2/table.ts';
import { program } from '../processes/programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'flowvae-reproduce-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function reproduce(...args: string[]) {
  const inTemporary = ['--out', join(folder, 'results'), '--runs', join(folder, 'runs'), '--threads', '1'];
  return program('experiments/reproduce/run.ts', [...inTemporary, ...args]);
}

const resultOf = (slug: string) => JSON.parse(readFileSync(join(folder, 'results', `${slug}.json`), 'utf8'));
const smoke = ['table2', '--scale', 'smoke'];

describe('table2', { timeout: 180_000 }, () => {
  it('runs in two processes, leaves a result each, and a table and a figure of both', async () => {
    const { code, stdout, stderr } = await reproduce(...smoke, '--jobs', '2');
    expect(code, stderr).toBe(0);
    expect(readdirSync(join(folder, 'results')).toSorted()).toEqual([
      'fig4-oxford-20.png',
      'oxford-none-20-seed0.json',
      'oxford-planar-2-20-seed0.json',
    ]);
    expect(stdout).toMatch(/\| oxford, 20 +\| +planar \| +2 \|/);
    const result = resultOf('oxford-planar-2-20-seed0');
    expect(result).toMatchObject({
      experiment: 'table2',
      architecture: 'oxford',
      flow: 'planar*2',
      k: 2,
      steps: 20,
      seed: 0,
      binarization: 'static',
      settings: { optimizer: 'rmsprop', lr: 1e-5, anneal: 'paper', batch: 100, latent: 40 },
    });
    expect(result.validationCurve.map(([step]: [number]) => step)).toEqual([10, 20]);
    expect(result.validationNegativeElbo).toBe(result.validationCurve[1][1]);
    expect(result.nll200).toBeLessThanOrEqual(result.testNegativeElbo);
    expect(result.nll200StandardError).toBeGreaterThan(0);
    expect(result.kl200StandardError).toBeGreaterThan(0);
    expect(result.kl200StandardError).toBeLessThan(result.nll200StandardError); // an image's bound and likelihood move together
    expect(result.command).toContain("reproduce table2 --scale smoke --only '^oxford-planar-2-20-seed0$' --threads 1");
    expect(JSON.stringify(result)).not.toContain(folder);
  });

  it('does not run again what has a result, and takes up the run of what has none, on as many threads as that began with', async () => {
    const slug = 'oxford-none-20-seed0';
    const [kept, removed] = [
      join(folder, 'results', 'oxford-planar-2-20-seed0.json'),
      join(folder, 'results', `${slug}.json`),
    ];
    const [before, writtenAt] = [resultOf(slug), statSync(kept).mtimeMs];
    unlinkSync(removed);
    const { code, stderr } = await reproduce(...smoke, '--index', '0', '--threads', '2');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('going on after step 20');
    expect(statSync(kept).mtimeMs).toBe(writtenAt);
    expect({ ...resultOf(slug), seconds: 0 }).toEqual({ ...before, seconds: 0 });
  });

  it('lists its runs as JSON lines', async () => {
    const { stdout } = await reproduce(
      'table2',
      '--scale',
      'paper',
      '--list',
      '--only',
      'oxford.*-100000-',
      '--seeds',
      '2',
    );
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.slice(0, 7).map(({ slug }) => slug)).toEqual(
      ['none', 'planar-10', 'nice-perm-10', 'planar-20', 'planar-40', 'nice-perm-20', 'planar-80'].map(
        (flow) => `oxford-${flow}-100000-seed0`,
      ),
    );
    expect(new Set(lines.map(({ slug }) => slug)).size).toBe(40);
    expect(new Set(lines.map(({ settings }) => `${settings.architecture}: ${settings.heads}`))).toEqual(
      new Set(['oxford: undefined', 'oxford-bounded: scaled']),
    );
    expect(lines.filter(({ settings }) => settings.seed === 1).length).toBe(lines.length / 2);
  });
});

it('fig3 fits, and no bound is below its floor', async () => {
  const { code, stderr } = await reproduce('fig3', '--scale', 'smoke', '--index', '0');
  expect(code, stderr).toBe(0);
  const { bound, boundStandardError, logZ, kl } = resultOf('U1-planar-2-30-seed0');
  expect(logZ).toBeCloseTo(1.8775016, 4);
  expect(bound).toBeGreaterThan(-logZ - 4 * boundStandardError);
  expect(kl).toBeCloseTo(bound + logZ, 10);
  const again = ['fig3', '--scale', 'smoke', '--only', '^U1-planar-2-30-seed0$'];
  expect((await reproduce(...again)).stderr).toContain('1 of 1 have their results in ');
}, 180_000);

it('a fit that another process works on is left to that', async () => {
  const claim = join(folder, 'runs', 'claims', 'fig3', 'U1-planar-2-30-seed0');
  makeFolder(claim);
  const { release } = lockRun(claim);
  const out = join(folder, 'elsewhere');
  const run = (...which: string[]) => reproduce('fig3', '--scale', 'smoke', '--out', out, ...which);
  const [sweep, alone] = [await run('--only', 'planar'), await run('--index', '0')];
  release();
  expect(sweep.stderr).toContain('U1-planar-2-30-seed0: another process works on it');
  expect([sweep.code, alone.code]).toEqual([0, 2]);
  expect(alone.stderr).toContain(`process ${process.pid}`);
  expect(readdirSync(out)).toEqual([]);
}, 120_000);

describe('results', () => {
  const whole = {
    ...{ experiment: 'fig3', energy: 'U1', flow: 'planar', k: 2, steps: 5000, seed: 0, restarts: [0, 0, 0] },
    ...{ bound: -1.6, boundStandardError: 0.002, logZ: 1.85, kl: 0.25, map: { cells: 1, ceiling: 1, bytes: '/w==' } },
  };
  const fit = (changes: object) => ({ ...whole, ...changes });

  it('of fig3: for each energy, flow and length the most steps, then the lowest seed, and the steps where they differ', () => {
    const text = table([
      fit({ seed: 2, kl: 0.5 }),
      fit({ seed: 1, kl: 0.25 }),
      fit({ k: 8, kl: 0.125, seed: 3 }),
      fit({ k: 8, kl: 0.0625, steps: 30_000, restarts: [0], seed: 4 }),
    ]);
    expect(text).toMatch(/\| U1, planar +\| +0\.250 \(5,000\) \| +0\.063 \(30,000\) \|/);
    expect(text).toContain('5,000 or 30,000 steps of Adam (in brackets), the best of 3 (K = 2), 1 (K = 8) restarts.');
    expect(table([fit({}), fit({ k: 8, boundStandardError: 0.0031 })])).toContain('at most 0.0031;');
    expect(table([fit({ seed: 7 })])).toMatch(/\| U1, planar +\| 0\.250 \|/);
  });

  it('of table2: seeds as one row, and each beside the published curve at its steps', () => {
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
    expect(text).toMatch(/\| +nice-perm \| .* \| 90\.50 ± 0\.24 \| +4\.00 \| +94\.89, 88\.62/); // a result without the error of KL
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

  const mixed = join(folder, 'mixed');

  it('are those of the experiment; of what is damaged, of another or of another format it is told what is wrong', () => {
    mkdirSync(mixed);
    const { map: _, ...old } = whole;
    const texts = { a: JSON.stringify(whole), b: '{"experiment": "table2"}', c: '{"experi', d: '[]', e: '{}' };
    for (const [name, text] of Object.entries({ ...texts, f: JSON.stringify(old) })) {
      writeFileSync(join(mixed, `${name}.json`), text);
    }
    writeFileSync(join(mixed, 'fig3.png'), '');
    expect(readResults(mixed, fig3)).toEqual({
      results: [whole],
      faults: {
        'b.json': 'experiment "table2"',
        'c.json': expect.stringMatching(/c\.json: expected a JSON object/),
        'd.json': expect.stringMatching(/d\.json: expected a JSON object/),
        'e.json': 'experiment undefined',
        'f.json': expect.stringMatching(/^map: /),
      },
    });
    expect(readResults(join(folder, 'nowhere'), fig3)).toEqual({ results: [], faults: {} });
  });

  it('are not done again, and a file that is none is not written over', () => {
    expect(isDone(mixed, { slug: 'a' }, fig3)).toBe(true);
    expect(isDone(mixed, { slug: 'z' }, fig3)).toBe(false);
    for (const slug of ['b', 'c', 'f']) {
      expect(() => isDone(mixed, { slug }, fig3)).toThrow(
        /\.json: expected a result of fig3, got .* move the file away/s,
      );
    }
  });

  it('damaged: the command says so and ends with exit code 2', async () => {
    const results = join(folder, 'results');
    mkdirSync(results, { recursive: true });
    const path = join(results, 'U1-nice-orth-2-30-seed0.json');
    writeFileSync(path, '{"experi');
    for (const which of [
      ['--only', 'nice'],
      ['--index', '1'],
    ]) {
      const { code, stderr } = await reproduce('fig3', '--scale', 'smoke', ...which);
      expect(code, stderr).toBe(2);
      expect(stderr).toContain(`${path}: expected a result of fig3`);
      expect(readFileSync(path, 'utf8')).toBe('{"experi');
    }
  }, 60_000);
});

it('--only chooses runs by name, and none is a mistake', () => {
  const runs = ['U1-planar-2', 'U1-planar-20', 'U1-radial-2'].map((slug) => ({ slug }));
  const slugs = (only?: RegExp) => chosenOf(runs, only).map(({ slug }) => slug);
  expect(slugs()).toHaveLength(3);
  expect(slugs(/planar/)).toEqual(['U1-planar-2', 'U1-planar-20']);
  expect(slugs(/^U1-planar-2$/)).toEqual(['U1-planar-2']);
  expect(() => slugs(/plannar/)).toThrow(
    '--only: expected an expression that fits a run that --list prints, got /plannar/',
  );
});

it('goes on under another machine only where that is asked for', () => {
  expect(readOptions(['fig3'], ['fig3']).allowDifferentMachine).toBe(false);
  expect(readOptions(['fig3', '--allow-different-machine'], ['fig3']).allowDifferentMachine).toBe(true);
});

it.each([
  ['an unknown name', ['fig9'], /^reproduce: expected one of fig3, table2, got 'fig9'$/],
  ['no name', [], /^reproduce: expected one of fig3, table2, got no name$/],
  ['an unknown scale', ['fig3', '--scale', 'huge'], /^--scale: expected one of smoke, quick, paper, got 'huge'$/],
  ['no number of seeds', ['fig3', '--seeds', 'two'], /^--seeds: expected a whole number from 1 to 1000, got 'two'$/],
  ['half an expression', ['fig3', '--only', '('], /^--only: expected a regular expression, got /],
  [
    'a place in the list beside an expression',
    ['fig3', '--index', '0', '--only', 'U1'],
    /^--only: expected no --only beside --index, got both$/,
  ],
  ['a check of no tables', ['fig3', '--check'], /^--check: expected --tables with it, got no --tables$/],
  ['a list of tables', ['--tables', '--list'], /^--list: expected no --list beside --tables, got both$/],
  ['an unknown option', ['fig3', '--sclae', 'smoke'], /^options: expected --scale, /],
])('refuses %s', (_, args, message) => {
  expect(() => readOptions(args, ['fig3', 'table2'])).toThrow(message);
});

it('the tables in the READMEs are those of the committed results', () => {
  expect(updateTables({ write: false })).toEqual([]);
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
