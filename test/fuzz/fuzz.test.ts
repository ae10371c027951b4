// Random programs on every engine: a part of `pnpm fuzz`, and proof that it would see a crash and a wrong number.
import { describe, expect, it } from 'vitest';
import { program } from '../processes/programs.ts';
import { runCampaign, type StartPrograms } from './campaign.ts';
import { printProgram, randomProgram } from './random-program.ts';
import { differenceOf, expectedOf } from './reference.ts';

const start: StartPrograms = (args) => program('test/fuzz/programs-program.ts', args);

it('random programs have the numbers of eager TensorFlow.js: compiled, on the backend, and exported', async () => {
  expect(await runCampaign({ first: 0, count: 300, start })).toEqual([]);
}, 240_000);

describe('a campaign', () => {
  const said = (...lines: object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const outcome = { code: 0, signal: null, stderr: '', stdout: '' };

  it('names the program in which a process died, and goes on behind it', async () => {
    const asked: (readonly string[])[] = [];
    const faults = await runCampaign({
      first: 5,
      count: 3,
      async start(args) {
        asked.push(args);
        if (asked.length > 1) return outcome;
        const stdout = said(
          { seed: 5, engine: 'compiled', state: 'right' },
          { seed: 6, engine: 'compiled', state: 'begun' },
        );
        return { ...outcome, code: null, signal: 'SIGSEGV', stdout };
      },
    });
    expect(faults).toEqual([{ seed: 6, engine: 'compiled', fault: 'the process died: SIGSEGV' }]);
    expect(asked).toEqual([
      ['5', '3'],
      ['7', '1'],
    ]);
  });

  it('reports wrong numbers', async () => {
    const stdout = said({ seed: 1, engine: 'backend', state: 'wrong', fault: 'v3[0]: expected 1 ± 1e-7, got 2' });
    const faults = await runCampaign({ first: 1, count: 1, start: async () => ({ ...outcome, stdout }) });
    expect(faults).toEqual([{ seed: 1, engine: 'backend', fault: 'v3[0]: expected 1 ± 1e-7, got 2' }]);
  });
});

describe('a program', () => {
  it('is the same for the same seed', () => {
    expect(printProgram(randomProgram(12))).toBe(printProgram(randomProgram(12)));
    expect(printProgram(randomProgram(12))).not.toBe(printProgram(randomProgram(13)));
  });

  it('is compared within an error that its own condition allows', () => {
    for (const seed of [0, 1, 2, 3, 4, 5]) {
      const expected = expectedOf(randomProgram(seed));
      const [name, { values, tolerance }] = Object.entries(expected)[0]!;
      const largest = Math.max(1e-3, ...Array.from(values, Math.abs));
      const off = (by: number) => ({ ...got, [name]: Array.from(values, (value) => value + by) });
      const got = Object.fromEntries(Object.entries(expected).map(([each, { values }]) => [each, values]));
      expect(differenceOf(expected, got)).toBeUndefined();
      expect(differenceOf(expected, off(2 * Math.max(...tolerance)))).toContain(`${name}[`);
      expect(Math.max(...tolerance) / largest, `tolerance of program ${seed}`).toBeLessThan(1e-3);
    }
  });
});
