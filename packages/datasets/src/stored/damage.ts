// The error about files whose bytes contradict each other.
import { ExpectationError } from '@flowvae/tensor/plain';

/** The error about a file that does not hold what it says. */
export const damaged = (where: string, expected: string, received: string): ExpectationError =>
  new ExpectationError({ where, expected, received, remedy: 'the file is damaged or of another kind' });
