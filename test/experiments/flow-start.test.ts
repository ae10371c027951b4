// The experiment on the start of planar flows: it runs from its command, and its tables are those of its results.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completeConfig } from 'flowvae';
import { afterAll, expect, it } from 'vitest';
import { parts, settingsOf, type Way, ways } from '../../experiments/flow-start/config.ts';
import type { End } from '../../experiments/flow-start/ends.ts';
import { updateReadme } from '../../experiments/flow-start/results.ts';
import type { Start } from '../../experiments/flow-start/starts.ts';
import { endsTable, startsTable } from '../../experiments/flow-start/table.ts';
import { program } from '../processes/programs.ts';

const out = mkdtempSync(join(tmpdir(), 'flowvae-flow-start-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

it('flow-start looks at flows before their first step and after every few', async () => {
  const words = ['--part', 'smoke', '--threads', '1', '--out', out];
  const one = await program('experiments/flow-start/run.ts', [...words, '--way', 'scaled']);
  expect([one.code, existsSync(join(out, 'starts', 'plain-2-0.json'))], one.stderr).toEqual([0, false]);
  const { code, stdout, stderr } = await program('experiments/flow-start/run.ts', words);
  expect([code, stderr.match(/^\d\/\d .*/gm)], stderr).toEqual([0, ['1/2 plain-2-0']]);
  const read = (name: string): Start => JSON.parse(readFileSync(join(out, 'starts', name), 'utf8'));
  const [plain, scaled] = [read('plain-2-0.json'), read('scaled-2-0.json')];
  expect(plain.looks.map(({ step }) => step)).toEqual([0, 2, 4]);
  expect(plain.looks[0]!.logDet).toBeCloseTo(0, 5); // flows begin as the identity
  expect(plain.looks[0]!.elbo).toBeCloseTo(scaled.looks[0]!.elbo, 2);
  expect(plain.largestGradient.norm).toBeGreaterThan(scaled.largestGradient.norm);
  expect(stdout).toMatch(/\| plain, planar\\\*2 +\| +0 \|/);
  expect(existsSync(join(out, 'starts.png'))).toBe(true);
}, 120_000);

it('flow-start trains runs to their ends, validates them, and looks at their flows', async () => {
  const words = ['--part', 'smoke-ends', '--threads', '1', '--out', out, '--runs', join(out, 'runs')];
  const { code, stderr } = await program('experiments/flow-start/run.ts', words);
  expect(code, stderr).toBe(0);
  const end: End = JSON.parse(readFileSync(join(out, 'ends', 'plain-2-0.json'), 'utf8'));
  expect(end.validation.map(([step]) => step)).toEqual([2, 4]);
  expect([end.flat, end.steps, Number.isFinite(end.logDet)]).toEqual([expect.any(Number), 4, true]);
}, 120_000);

it('flow-start refuses options that leave no case', async () => {
  const { code, stderr } = await program('experiments/flow-start/run.ts', ['--part', 'smoke', '--layers', '3']);
  expect([code, stderr.trim()]).toEqual([2, '--layers, --way, --seed: expected a case of this part, got none']);
});

it('the ways to start differ in one setting each from the published one, the last in both of its own', () => {
  const plain = completeConfig(settingsOf({ way: 'plain', layers: 40, seed: 0 }));
  const differences = Object.keys(ways).map((way) => {
    const config = completeConfig(settingsOf({ way: way as Way, layers: 40, seed: 0 }));
    return Object.entries(config).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(plain[name as 'lr']),
    );
  });
  expect(differences.map((each) => each.map(([name]) => name).toSorted())).toEqual([
    ...[[], ['heads'], ['lr'], ['lrWarmup'], ['clip'], ['architecture']],
    ['architecture', 'heads'],
  ]);
  expect(parts.ends.cases).toHaveLength(2 * 2 * 5);
});

it('tables join the seeds of a start: ranges, and seeds that never had half of their layers flat', () => {
  const start = (seed: number, flats: readonly number[]): Start => ({
    ...{ way: 'plain', layers: 40, seed },
    looks: flats.map((flat, i) => ({ step: 25 * i, flat, logDet: -flat, elbo: -100 - seed })),
    largestGradient: { norm: 10 + seed, step: 1 },
  });
  const table = startsTable([start(1, [0, 0.2, 0.4]), start(0, [0, 0.6, 0.9])]);
  expect(table).toMatch(
    /\| plain, planar\\\*40 \| +0, 1 \| +25; 1 never \| +20 to 60 \| +40 to 90 \| +40 to 90 \| +−0\.9 to −0\.4 \| +100\.0 to 101\.0 \| +10 to 11 \|/,
  );
  const end = (seed: number, bound: number): End => ({
    ...{ way: 'scaled', layers: 80, seed, steps: 25_000, flat: 0, logDet: -9.04 },
    validation: [
      [10_000, 150.25 + seed],
      [25_000, bound],
    ],
  });
  expect(endsTable([end(1, 101.5), end(0, 101.25)])).toMatch(
    /\| scaled, planar\\\*80 \| 25,000 \| +0, 1 \| +101\.25, 101\.50 \| +0\.25 \| +150\.3, 151\.3 \| +0 \| +−9\.0 \|/,
  );
});

it('the tables on its page are those of the committed results', () => {
  expect(updateReadme({ write: false })).toBe(false);
});
