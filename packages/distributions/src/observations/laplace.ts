// Laplace observations, whose location is a median.
import { checkShape, type Tensor2D, tf } from '@flowvae/tensor';
import { detach } from '../detach.ts';
import type { Observation } from '../distribution.ts';
import { boundedLogScale } from './log-scale.ts';
import { observation } from './observation.ts';
import { MOST_DISTANCE } from './student-t.ts';

/** Parameters of {@link laplace}. */
export interface LaplaceParams {
  /** μ, [B, P] */
  readonly location: Tensor2D;
  /** log b, [1, 1] for all variables, or [1, P]; taken within ±7. */
  readonly logScale: Tensor2D;
}

/** Uniform noise is kept this far from 0 and 1, where quantiles are infinite. */
const SMALLEST = 2 ** -24;

/**
 * Laplace observations: log p(x) = −Σ |x − μ|/b + log 2b; mean and median μ, variance 2b².
 *
 * A draw is the quantile of its noise. Shapes: location [B, P]; logScale [1, 1 or P]; x [B or 1, P] → [B]; noise [B,
 * P], uniform. Units: nats.
 * @throws ShapeError if logScale, x or noise has another shape
 */
export function laplace({ location, logScale }: LaplaceParams): Observation {
  const [rows, width] = location.shape;
  checkShape('laplace: logScale', logScale, [1, logScale.shape[1] === 1 ? 1 : width]);
  const logB = boundedLogScale(logScale);
  return observation({
    name: 'laplace',
    rows,
    width,
    noise: { kind: 'uniform', width },
    logProbOfEach(x) {
      const distance = tf.minimum(tf.abs(tf.sub(x, location)), MOST_DISTANCE);
      return tf.neg(tf.add(tf.mul(distance, tf.exp(tf.neg(logB))), tf.add(logB, Math.LN2)));
    },
    draw(uniform) {
      const u = tf.clipByValue(uniform, SMALLEST, 1 - SMALLEST);
      const below = tf.log(tf.minimum(tf.mul(u, 2), 1)); // 0 above the median
      const above = tf.log(tf.minimum(tf.mul(tf.sub(1, u), 2), 1));
      return tf.add(location, tf.mul(tf.exp(logB), tf.sub(below, above)));
    },
    mean: () => location,
    detached: () => laplace({ location: detach(location), logScale: detach(logScale) }),
  });
}
