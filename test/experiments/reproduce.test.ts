// `pnpm reproduce` at its smallest: it lists, runs, resumes, leaves locked runs to others, and makes tables from
// existing results.
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
import { lockRun, makeFolder } from 'flowvae';
import { afterAll, describe, expect, it } from 'vitest';
import { fig3 } from '../../experiments/fig3/experiment.ts';
import type { RunContext } from '../../experiments/reproduce/experiment.ts';
import { isDone, readResults } from '../../experiments/reproduce/result-files.ts';
import { table2 } from '../../experiments/table2/experiment.ts';
import { npyOf } from '../flowvae/npy-of.ts';
import { program } from '../processes/programs.ts';
import { fitResult } from './fit-result.ts';

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
    // an image's bound and likelihood move together
    expect(result.kl200StandardError).toBeLessThan(result.nll200StandardError);
    expect(result.command).toContain("reproduce table2 --scale smoke --only '^oxford-planar-2-20-seed0$' --threads 1");
    expect(JSON.stringify(result)).not.toContain(folder);
  });

  it('does not repeat an entry with a result, and resumes the run of one without, with the threads of its start', async () => {
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

  it('does steps and evaluation of finished runs again for --check, and tells a number that differs', async () => {
    const path = join(folder, 'results', 'oxford-none-20-seed0.json');
    const result = readFileSync(path, 'utf8');
    writeFileSync(path, JSON.stringify({ ...JSON.parse(result), testNegativeElbo: 1 }));
    const { code, stdout } = await reproduce(...smoke, '--check');
    writeFileSync(path, result);
    expect(code, stdout).toBe(1);
    const [steps, numbers] = stdout.split('\n').filter((line) => line.startsWith('oxford-planar-2-20-seed0: '));
    expect(steps).toMatch(/: steps 11 to 19 again: 9 entries of the history, equal$/);
    expect(numbers).toMatch(/: 4 images, 5 samples again: −ELBO [\d.]+, equal; −ln p\(x\) [\d.]+, equal$/);
    expect(stdout).toMatch(/none-20-seed0: DIFFERS: .*−ELBO [\d.]+, committed 1\.0000; −ln p\(x\) [\d.]+, equal\n/);
  });

  it('skips the check of a run whose folder is elsewhere, and refuses that of fits, which leave none', async () => {
    const context = { runFolder: join(folder, 'elsewhere') } as RunContext;
    const checked = await table2.check!({} as never, resultOf('oxford-none-20-seed0'), context);
    expect(checked).toEqual({ skipped: `no run folder at ${context.runFolder}` });
    const { code, stderr } = await reproduce('fig3', '--scale', 'smoke', '--check');
    const message = '--check: expected an experiment whose runs leave checkpoints, got fig3';
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it('runs on files of bits, and tells their names without their folder', async () => {
    const bits = join(folder, 'bits.npy');
    writeFileSync(
      bits,
      npyOf(
        Uint8Array.from({ length: 60 * 16 }, (_, i) => ((i * i * 7) % 5) & 1),
        [60, 16],
      ),
    );
    const own = join(folder, 'own-data');
    const { code, stdout, stderr } = await reproduce(...smoke, '--only', 'none', '--data', bits, '--out', own);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/\| oxford, bits of bits\.npy, 20 +\| +none \|/);
    const [name] = readdirSync(own);
    const result = JSON.parse(readFileSync(join(own, name!), 'utf8'));
    expect([name, result.settings.data, result.binarization]).toEqual([
      'oxford-none-20-seed0-bits.json',
      'bits.npy',
      'none',
    ]);
    expect(result.command).toContain("--data 'bits.npy' --out results --only '^oxford-none-20-seed0-bits$'");
    expect(JSON.stringify(result)).not.toContain(folder);
    const paper = await reproduce('table2', '--scale', 'paper', '--list', '--data', bits);
    expect(paper.stdout).not.toMatch(/draw|binarizeSeed/);
    const without = await program('experiments/reproduce/run.ts', ['table2', '--list', '--data', bits]);
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('--data: expected --out beside it')]);
    const refused = await reproduce('fig3', '--scale', 'smoke', '--data', bits);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('--data: expected an experiment on MNIST, got fig3'),
    ]);
  });

  it('tells how far draws of the bits lie apart, and keeps other draws out of figures', () => {
    const usual = { ...resultOf('oxford-none-20-seed0'), testNegativeElbo: 100, nll200: 90 };
    const other = { ...usual, testNegativeElbo: 98.5, settings: { ...usual.settings, binarizeSeed: 1 } };
    expect(table2.table([usual])).not.toContain('several draws');
    expect(table2.table([usual, other])).toContain(
      'draws of the bits:\n\n- oxford, none, 20 steps, seed 0: test −ELBO 100.00 (the usual draw), 98.50 (draw 1): 1.50 apart; −ln p(x) 90.00 (',
    );
    expect(table2.table([usual, other])).toMatch(/\| oxford, draw 1, 20 +\|/);
    expect(table2.draw([{ ...other, k: 2, flow: 'planar*2' }], folder)).toEqual([]);
  });

  it('says of a run that a signal to its process alone stopped, and leaves its folder free', async () => {
    const [slug, runs] = ['oxford-none-20-seed0', join(folder, 'signalled')];
    const lock = join(runs, 'table2', slug, 'run.lock');
    const timer = setInterval(() => {
      if (!existsSync(lock)) return;
      clearInterval(timer);
      process.kill(JSON.parse(readFileSync(lock, 'utf8')).pid, 'SIGTERM');
    }, 5);
    const { code, stderr } = await reproduce(...smoke, '--only', 'none', '--runs', runs, '--out', join(folder, 'none'));
    clearInterval(timer);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`${slug} failed: a signal stopped it; the same command goes on\n`),
    ]);
    expect(existsSync(lock)).toBe(false);
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
    expect(new Set(lines.map(({ slug }) => slug)).size).toBe(44);
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
  const whole = fitResult();

  const mixed = join(folder, 'mixed');

  it('are those of the experiment; for a damaged file, one of another experiment or of another format, the fault is reported', () => {
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
