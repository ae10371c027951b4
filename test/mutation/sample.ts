// Random samples of mutants that grow: a larger sample of the same seed holds the smaller one, and other lines of a
// file change nothing.
import { digest } from './kept-files.ts';
import { type Mutant, nameOf } from './mutant.ts';

/** The first of the mutants in the order of numbers drawn from seed and name. */
export const sampled = (mutants: readonly Mutant[], size: number, seed: number): Mutant[] =>
  mutants
    .map((mutant) => ({ mutant, drawn: digest(String(seed), nameOf(mutant)) }))
    .toSorted((a, b) => (a.drawn < b.drawn ? -1 : 1))
    .slice(0, size)
    .map(({ mutant }) => mutant);

/** The 95 % interval of a share, by Wilson. @see Wilson 1927, JASA 22(158) */
export function interval(successes: number, trials: number): readonly [number, number] {
  if (trials === 0) return [0, 1];
  const z = 1.959964;
  const share = successes / trials;
  const scale = 1 + z ** 2 / trials;
  const middle = (share + z ** 2 / (2 * trials)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
