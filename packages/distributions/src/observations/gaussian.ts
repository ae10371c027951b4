// Normal observations with one scale, or one for each variable.
import { checkShape, type Tensor2D, tf } from '@flowvae/tensor';
import { detach } from '../detach.ts';
import type { Observation } from '../distribution.ts';
import { diagonalNormal } from '../normal.ts';
import { boundedLogScale } from './log-scale.ts';
import { observation } from './observation.ts';

/** Parameters of {@link gaussian}. */
export interface GaussianParams {
  /** [B, P] */
  readonly mean: Tensor2D;
  /** [1, 1] for all variables, or [1, P]; taken within ±7. */
  readonly logStd: Tensor2D;
}

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * Normal observations with one scale, or one for each variable: log p(x) = −Σ (½((x − μ)/σ)² + log σ + ½ log 2π);
 * mean μ.
 *
 * With σ learned it settles at the root mean square of x − μ, so no weight has to be chosen between reconstruction and
 * KL divergence. Shapes: mean [B, P]; logStd [1, 1 or P]; x [B or 1, P] → [B]; noise [B, P], normal. Units: nats.
 * @throws ShapeError if logStd, x or noise has another shape
 * @see Rybkin et al. 2021, arXiv:2006.13202, section 3 (the scale learned)
 */
export function gaussian({ mean, logStd }: GaussianParams): Observation {
  const [rows, width] = mean.shape;
  const isShared = logStd.shape[1] === 1;
  checkShape('gaussian: logStd', logStd, [1, isShared ? 1 : width]);
  const logSigma = boundedLogScale(logStd);
  // not tiled: tfjs's gradient of `tile` has an operation for each copy
  const deviation = diagonalNormal({
    mean: tf.zeros([1, width]),
    logStd: isShared ? tf.add(logSigma, tf.zeros([1, width])) : logSigma,
  });
  return observation({
    name: 'gaussian',
    rows,
    width,
    noise: deviation.noise,
    logProb: (x) => deviation.logProb(tf.sub(x, mean)),
    logProbOfEach(x) {
      const epsilon = tf.mul(tf.sub(x, mean), tf.exp(tf.neg(logSigma)));
      return tf.sub(tf.mul(tf.square(epsilon), -0.5), tf.add(logSigma, HALF_LOG_TWO_PI));
    },
    draw: (noise) => tf.add(mean, deviation.sampleAndLogProb(noise).z),
    mean: () => mean,
    detached: () => gaussian({ mean: detach(mean), logStd: detach(logStd) }),
  });
}
