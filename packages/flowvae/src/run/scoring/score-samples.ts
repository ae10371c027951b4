// The number of importance samples by which single rows are scored. Loads no tensor library.
import { ExpectationError } from '@flowvae/tensor/plain';
import { settings, type TrainConfig } from '../../config/settings.ts';

/** So many samples tell the tail of weights. */
export const FEWEST_SAMPLES = 50;

/**
 * The number that was asked for, else that of the run, but 50 at least.
 *
 * @throws ExpectationError for a number that no evaluation takes
 */
export function scoreSamples({ evalSamples }: Pick<TrainConfig, 'evalSamples'>, wanted: number | undefined): number {
  if (wanted === undefined) return Math.max(evalSamples, FEWEST_SAMPLES);
  const { accepts, expected } = settings.evalSamples;
  if (accepts(wanted)) return wanted;
  throw new ExpectationError({ where: 'score: samples', expected, received: String(wanted) });
}
