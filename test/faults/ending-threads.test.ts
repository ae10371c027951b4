// Threads end without ending the process: native code that is left by force would abort it.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('ending-threads-program.ts', import.meta.url));

it.each([40, 120])(
  'threads end at every moment, and when the process exits after %i ms of work',
  { timeout: 120_000 },
  (after) => {
    const args = ['--import', import.meta.resolve('tsx'), program, String(after)];
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect([status, signal, stdout, stderr.includes('terminate called')]).toEqual([7, null, 'still here\n', false]);
  },
);
