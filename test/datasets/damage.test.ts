// Damaged files of arrays: each gives arrays, and data for training, or one clear error, within 2 s and 200 MiB.
// 2,000 of them: pnpm damage 0 2000
import { expect, it } from 'vitest';
import { faultsIn, MOST_MEGABYTES, MOST_SECONDS, readDamaged } from './damage-campaign.ts';

it('damaged files give arrays or one clear error within time and memory', async () => {
  const count = 400;
  const readings = await readDamaged(0, count);
  expect(faultsIn(readings)).toEqual([]);
  expect(readings).toHaveLength(count);
  // files of all kinds are refused, and some still have a meaning
  const refused = readings.filter(({ outcome }) => outcome === 'refused');
  expect(refused.length).toBeGreaterThan(count / 2);
  expect(refused.length).toBeLessThan(count);
  // data have more to fulfil than arrays
  expect(readings.filter(({ outcome, data }) => outcome === 'refused' && data?.outcome === 'read')).toEqual([]);
});

it('the campaign names readings that break a limit, and other errors', () => {
  const fine = { seed: 1, outcome: 'refused', seconds: 0.1, megabytes: 1 } as const;
  const slow = { ...fine, seed: 2, seconds: MOST_SECONDS + 1 };
  const large = { ...fine, seed: 3, megabytes: MOST_MEGABYTES + 1 };
  const wrong = { ...fine, seed: 4, outcome: 'wrong' } as const;
  expect(faultsIn([fine, slow, large, wrong]).map(({ seed }) => seed)).toEqual([2, 3, 4]);
});
