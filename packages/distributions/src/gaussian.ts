// Normal observations that share one scale.
import { checkShape, type Tensor2D, tf } from '@flowvae/tensor';
import { detach } from './detach.ts';
import type { Observation } from './distribution.ts';
import { boundedLogScale } from './log-scale.ts';
import { diagonalNormal } from './normal.ts';
import { observation } from './observation.ts';

/** Parameters of {@link gaussian}. */
export interface GaussianParams {
  /** [B, P] */
  readonly mean: Tensor2D;
  /** [1, 1]; taken within ±7. */
  readonly logStd: Tensor2D;
}

/**
 * Normal observations with one scale: log p(x) = −Σ (½((x − μ)/σ)² + log σ + ½ log 2π); mean μ.
 *
 * With σ learned it settles at the root mean square of x − μ, so no weight has to be chosen between reconstruction and
 * KL divergence. Shapes: mean [B, P]; logStd [1, 1]; x [B or 1, P] → [B]; noise [B, P], normal. Units: nats.
 * @throws ShapeError if logStd, x or noise has another shape
 * @see Rybkin et al. 2021, arXiv:2006.13202, section 3 (the scale learned)
 */
export function gaussian({ mean, logStd }: GaussianParams): Observation {
  checkShape('gaussian: logStd', logStd, [1, 1]);
  const [rows, width] = mean.shape;
  const deviation = diagonalNormal({
    mean: tf.zeros([1, width]),
    logStd: tf.tile(boundedLogScale(logStd), [1, width]),
  });
  return observation({
    name: 'gaussian',
    rows,
    width,
    noise: deviation.noise,
    logProb: (x) => deviation.logProb(tf.sub(x, mean)),
    draw: (noise) => tf.add(mean, deviation.sampleAndLogProb(noise).z),
    mean: () => mean,
    detached: () => gaussian({ mean: detach(mean), logStd: detach(logStd) }),
  });
}
