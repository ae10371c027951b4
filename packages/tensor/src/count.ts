// The check of numbers of things: samples, draws, rows.
import { ExpectationError } from './expectation-error.ts';

/** A count, given back. @throws ExpectationError unless it is a whole number, 1 or more */
export function checkCount(where: string, count: number): number {
  if (Number.isInteger(count) && count >= 1) return count;
  throw new ExpectationError({ where, expected: 'a whole number, 1 or more', received: String(count) });
}
