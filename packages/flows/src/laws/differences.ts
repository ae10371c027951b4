// Comparison of named results.
import { relativeError } from '../check/tally.ts';

type Results = Readonly<Record<string, ArrayLike<number>>>;

/** The first number of each result that is off by more than the tolerance, relative to max(1, |expected|). */
export const differences = (
  place: string,
  found: Results,
  { expected, tolerance }: { readonly expected: Results; readonly tolerance: number },
): string[] =>
  Object.entries(expected).flatMap(([name, values]) => {
    const odd = Array.from(values).findIndex((value, i) => !(relativeError(found[name]![i]!, value) <= tolerance));
    return odd < 0 ? [] : [`${place}: ${name}[${odd}] is ${found[name]![odd]} instead of ${values[odd]}`];
  });
