// Whole numbers of rows for shares: by largest remainders, over one group or over many.
import type { Fractions } from './split-rule.ts';

/** Rows of a group for training, validation and test. */
export type Apportioned = [train: number, validation: number, test: number];

/**
 * For each group the whole numbers nearest to its shares: every split gets its share rounded down or up, and the sum is
 * the size of the group.
 *
 * The rows that are left after rounding down go to the splits that are furthest behind their share of all rows so far.
 * For one group this is the method of largest remainders. Over many small groups, such as classes of two rows, the
 * totals keep the shares, too. A group has a training row at least.
 *
 * @param shares weights; they need not add up to 1
 */
export function apportioned(sizes: readonly number[], shares: Fractions): Apportioned[] {
  const sum = shares.reduce((total, share) => total + share, 0);
  const behind: Apportioned = [0, 0, 0];
  return sizes.map((size) => {
    const exact = shares.map((share) => (size * share) / sum);
    const given = exact.map(Math.floor) as Apportioned;
    for (let split = 0; split < 3; split++) behind[split]! += exact[split]! - given[split]!;
    let left = size - given[0] - given[1] - given[2];
    const give = (split: number) => {
      given[split]!++;
      behind[split]!--;
      left--;
    };
    if (left > 0 && given[0] === 0 && shares[0] > 0) give(0);
    const others = [0, 1, 2].filter((split) => given[split]! < exact[split]!);
    for (const split of others.toSorted((a, b) => behind[b]! - behind[a]!)) if (left > 0) give(split);
    return given;
  });
}
