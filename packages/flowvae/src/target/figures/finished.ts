// A finished fit, as its pictures need it.
import type { TargetEstimate } from '@flowvae/inference';
import type { Fits } from '../restarts.ts';

/** A finished fit. */
export interface Finished extends Fits {
  readonly estimate: TargetEstimate;
}
