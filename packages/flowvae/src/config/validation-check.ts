// Whether a run that uses validations reaches one.
import { ExpectationError } from '@flowvae/tensor/plain';
import { flagOf, type TrainConfig } from './settings.ts';

/**
 * For new runs only: an earlier version may have begun a resumed run without this check. @throws ExpectationError if
 * no step validates
 */
export function refuseUnreachedValidation({ keep, patience, validateEvery, steps }: TrainConfig): void {
  const [used] = [keep === 'best' ? `${flagOf('keep')} best` : '', patience > 0 ? flagOf('patience') : ''].filter(
    Boolean,
  );
  if (used === undefined || validateEvery <= steps) return;
  throw new ExpectationError({
    where: flagOf('validateEvery'),
    expected: `at most the ${steps} steps of the run beside ${used}, which judges by validations`,
    received: String(validateEvery),
    remedy: `pass ${flagOf('validateEvery')} ${steps} or less`,
  });
}
