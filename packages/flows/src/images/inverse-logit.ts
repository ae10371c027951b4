// The last layer of a density of pictures: from all numbers onto those between 0 and 1.
import { checkCount, ExpectationError } from '@flowvae/tensor';
import { interval } from '../constraints/element-wise.ts';
import { flowOf } from '../families/constraining.ts';
import type { NoShapes } from '../families/permutation.ts';
import type { InvertibleFlow } from '../flow.ts';

/** Options of {@link inverseLogit}. */
export interface InverseLogitOptions {
  /** Distance of the pixels' ends from 0 and 1, from 0 to below ½; default 0.05. */
  readonly alpha?: number;
}

/**
 * Pixels x in [0, 1] from numbers without bounds: x_i = (σ(z_i) − α)/(1 − 2α), whose inverse is z_i = logit(α + (1 −
 * 2α)·x_i); log|det J| = Σ log(σ(z_i)·σ(−z_i)/(1 − 2α)). Without parameters.
 *
 * α keeps the logit of black and white pixels finite; α > 0 leaves some mass outside [0, 1]. The inverse is NaN at
 * points with a component outside (−α/(1 − 2α), (1 − α)/(1 − 2α)). Shapes: z [B, D] → y [B, D], logDet [B]. Units:
 * nats.
 * @throws ShapeError if z has another shape; ExpectationError for an α outside [0, ½)
 * @see Dinh et al. 2017, arXiv:1605.08803, section 4.1; Papamakarios et al. 2017, arXiv:1705.07057, section 4.3
 */
export function inverseLogit(dim: number, { alpha = 0.05 }: InverseLogitOptions = {}): InvertibleFlow<NoShapes> {
  checkCount('inverseLogit: dim', dim);
  if (!(alpha >= 0 && alpha < 0.5)) {
    const expected = 'a number from 0 to below 0.5';
    throw new ExpectationError({ where: 'inverseLogit: alpha', expected, received: String(alpha) });
  }
  const outside = alpha / (1 - 2 * alpha);
  return flowOf(`inverse-logit(${alpha})`, dim, interval(-outside, 1 + outside, dim));
}
