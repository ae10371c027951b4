// Slurm's batch script, run by bash with a scheduler that only records its commands.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { slurmScript } from '@flowvae/sweeps';
import { afterAll, describe, expect, it } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'flowvae-script-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let next = 0;

/** Runs the second of two tasks, whose program is given. */
function ran(program: string, signal?: NodeJS.Signals) {
  const folder = join(root, `it’s ${next++}`);
  mkdirSync(join(folder, 'bin'), { recursive: true });
  mkdirSync(join(folder, 'logs'));
  writeFileSync(join(folder, 'bin/scontrol'), `#!/bin/sh\necho "$@" >> "${folder}/told"\n`, { mode: 0o755 });
  const tasks = ['exit 9', program].map((words, number) => ({
    ...{ number, slug: `run-${number}`, command: ['bash', '-c', words, `${number}`] },
  }));
  const array = { name: 'a', folder, workFolder: folder, tasks };
  writeFileSync(join(folder, 'script'), slurmScript(array, { threads: 1, stopBefore: 60 }));
  const PATH = `${join(folder, 'bin')}${delimiter}${process.env.PATH}`;
  const env = { PATH, SLURM_ARRAY_TASK_ID: '1', SLURM_ARRAY_JOB_ID: '17', SLURM_JOB_ID: '17' };
  const child = spawn('bash', [join(folder, 'script')], { env, stdio: 'ignore' });
  const read = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');
  const timer = setInterval(() => {
    if (signal === undefined || !read('logs/run-1.log').includes('ready')) return;
    clearInterval(timer);
    child.kill(signal);
  }, 20);
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearInterval(timer);
      resolve({ code, told: read('told'), log: read('logs/run-1.log') });
    });
  });
}

/** A program that ends by a signal with its code, a moment later. */
const ending = (signal: string, code: number) =>
  `trap 'sleep 0.1; exit ${code}' ${signal}; echo ready; while :; do sleep 0.05; done`;

describe.skipIf(process.platform === 'win32')('Slurm’s batch script (no Windows: bash)', () => {
  it.each([
    [0, ''],
    [2, ''],
    [143, ''],
    [140, 'requeue 17_1\n'],
    [75, 'requeue 17_1\n'],
  ])('keeps the exit code %i, and asks for a restart where the job can go on by itself', async (code, told) => {
    expect(await ran(`echo "$0"; exit ${code}`)).toEqual({ code, told, log: '1\n' });
  });

  it('passes the warning before the limit on, and waits for the end of the run', async () => {
    expect(await ran(ending('USR2', 140), 'SIGUSR2')).toMatchObject({ code: 140, told: 'requeue 17_1\n' });
  });

  it('passes SIGTERM on, and asks for no restart', async () => {
    expect(await ran(ending('TERM', 143), 'SIGTERM')).toMatchObject({ code: 143, told: '' });
  });

  it('does not start again a run that ends well in spite of the warning', async () => {
    expect(await ran(ending('USR2', 0), 'SIGUSR2')).toMatchObject({ code: 0, told: '' });
  });
});
