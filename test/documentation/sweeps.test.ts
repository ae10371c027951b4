// The sweeps of all pages are read, and their runs are as the pages say.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readSweep, slurmScript, trialsOf } from '@flowvae/sweeps';
import { expect, it } from 'vitest';
import { allSweeps } from './examples.ts';

it('every sweep of a page can be read, and none is empty', () => {
  const counts = allSweeps().map((text) => trialsOf(readSweep(text, 'page.md')).length);
  // K = 0 at one rate, K = 10 at two rates with two networks; three seeds
  expect(counts).toEqual([15]);
});

it('the page on sweeps shows the batch script that a sweep writes', () => {
  const path = fileURLToPath(new URL('../../packages/flowvae/docs/sweeps.md', import.meta.url));
  const shown = /^```bash\n(.*?)^```$/ms.exec(readFileSync(path, 'utf8'))![1]!;
  const start = '/usr/bin/node /home/ada/node_modules/flowvae/dist/command/main.js sweep --resume runs/first --index';
  const tasks = [0, 1, 2].map((number) => ({
    number,
    slug: `seed-${number}`,
    command: [...start.split(' '), String(number)],
  }));
  const places = { folder: '/home/ada/runs/first', workFolder: '/home/ada' };
  const array = { name: 'first-1a2b3c4d', ...places, tasks, jobs: 2 };
  expect(slurmScript(array, { threads: 2, stopBefore: 120, timeLimit: '4:00:00' })).toBe(shown);
});
