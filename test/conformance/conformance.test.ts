// The whole of tfjs's tests, by the same command that people run; and that this command can find fault.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Observation } from './observation.ts';
import { outcomeOf } from './outcome.ts';
import { unmet } from './requirements.ts';
import { formatTable, summarise } from './table.ts';

const command = fileURLToPath(new URL('run.ts', import.meta.url));
const committed = readFileSync(new URL('results/table.md', import.meta.url), 'utf8');

it("tfjs-core's own tests on ONNX Runtime are no worse than the committed table", () => {
  const { stdout, status } = spawnSync(process.execPath, ['--import', 'tsx', command], { encoding: 'utf8' });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.filter((line) => line.startsWith('not met'))).toEqual([]);
  const [passed, failed] = /^conformance: (\d+) passed, (\d+) failed, \d+ not applicable$/
    .exec(lines.at(-1)!)!
    .slice(1)
    .map(Number) as [number, number];
  expect(passed + failed).toBeGreaterThanOrEqual(2100);
  expect(passed / (passed + failed)).toBeGreaterThanOrEqual(0.95);
  expect(status).toBe(0);
}, 180_000);

const passing: Observation = {
  file: 'ops/abs_test.js',
  name: 'abs basic',
  status: 'passed',
  messages: [],
  kernels: 1,
  foreignKernels: 0,
  nodes: 1,
  refused: [],
};

describe('a test of tfjs', () => {
  it.each<[string, Partial<Observation>, object]>([
    ['passes', {}, { kind: 'passed' }],
    ['fails', { status: 'failed' }, { kind: 'failed' }],
    ['fails where another backend did the work', { foreignKernels: 1 }, { kind: 'failed' }],
    ['is counted apart without a kernel, even where it fails', { kernels: 0, status: 'failed' }, { kind: 'no kernel' }],
    ['is counted apart where tfjs switched it off', { status: 'pending' }, { kind: 'switched off' }],
    [
      'does not apply because of a kernel out of scope, even where it passes',
      { refused: ['FFT'] },
      { kind: 'not applicable', reason: 'complex numbers: ONNX Runtime has no complex64' },
    ],
    [
      'does not apply because of a type',
      { refused: ['string'], status: 'failed' },
      { kind: 'not applicable', reason: 'strings: a graph holds numbers' },
    ],
    ['fails where a kernel is unknown to the table', { refused: ['Mystery'], status: 'failed' }, { kind: 'failed' }],
    [
      'fails, even where it passes, because of a kernel that could be lowered',
      { refused: ['Transform'] },
      { kind: 'failed', explanation: 'kernel Transform: no lowering yet' },
    ],
  ])('%s', (_, observed, outcome) => {
    expect(outcomeOf({ ...passing, ...observed })).toEqual(outcome);
  });
});

describe('a run', () => {
  const tests = (count: number, observed: Partial<Observation>) =>
    Array.from({ length: count }, () => ({ ...passing, ...observed }));
  const faults = (observations: Observation[], table = '') =>
    unmet(summarise(observations), table).filter((fault) => !fault.startsWith('explained but not failing'));

  it('is faultless with enough tests that pass', () => {
    expect(faults(tests(2100, {}))).toEqual([]);
  });

  it.each<[string, Observation[], string, RegExp]>([
    ['too few apply', tests(2099, {}), '', /2099 applicable tests/],
    ['too few pass', [...tests(1900, {}), ...tests(200, { status: 'failed' })], '', /1900 of 2100 pass/],
    [
      'a failure has no explanation',
      [...tests(2100, {}), ...tests(1, { status: 'failed' })],
      '',
      /without explanation/,
    ],
    ['no node ran', tests(2100, { nodes: 0 }), '', /ran no node/],
    [
      'another backend worked',
      [...tests(2100, {}), ...tests(1, { foreignKernels: 1 })],
      '',
      /kernels of another backend/,
    ],
    [
      'fewer pass than before',
      tests(2100, {}),
      formatTable(summarise(tests(2101, {}))),
      /ops\/abs_test\.js: 2100 pass, 2101 in the committed table/,
    ],
  ])('is refused where %s', (_, observations, table, fault) => {
    expect(faults(observations, table).join('\n')).toMatch(fault);
  });

  it('is refused where an explanation is out of date', () => {
    expect(unmet(summarise(tests(2100, {})), '').join('\n')).toMatch(/explained but not failing: exp int32/);
  });

  it('is compared with a committed table that has rows', () => {
    expect(unmet(summarise([]), committed).join('\n')).toMatch(/ops\/abs_test\.js: 0 pass, \d+ in the committed table/);
  });
});
