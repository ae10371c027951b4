// The sweeps of all pages are read, and their runs are as the pages say.
import { readSweep, trialsOf } from '@flowvae/sweeps';
import { expect, it } from 'vitest';
import { allSweeps } from './examples.ts';

it('every sweep of a page can be read, and none is empty', () => {
  const counts = allSweeps().map((text) => trialsOf(readSweep(text, 'page.md')).length);
  // K = 0 at one rate, K = 10 at two rates with two networks; three seeds
  expect(counts).toEqual([15]);
});
