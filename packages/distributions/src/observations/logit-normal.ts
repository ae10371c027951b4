// Logit-normal observations: a normal distribution squashed into the unit interval.
import { checkShape, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { detach } from '../detach.ts';
import type { Observation } from '../distribution.ts';
import { boundedLogScale } from './log-scale.ts';
import { observation } from './observation.ts';

/** Parameters of {@link logitNormal}. */
export interface LogitNormalParams {
  /** Mean of the logit, [B, P]. */
  readonly mean: Tensor2D;
  /**
   * Log deviation of the logit, [B, P]; clipped to ±5, because e⁻⁵ is less than half the distance of two of 256 levels.
   */
  readonly logStd: Tensor2D;
}

/** Values in [0, 1] are mapped to [ε, 1 − ε]: 0 and 1 have no logit. @see Rezende & Mohamed 2015, section 6.3 */
const EPSILON = 1e-4;

const LOG_STD_RANGE = 5;
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * Logit-normal variables: p(y) = Π N(logit y; μ, α²)/(y·(1 − y)) of y = ε + (1 − 2ε)·x, ε = 1e-4.
 *
 * The density is that of y, as in the paper; that of x is larger by log(1 − 2ε) = −0.0002 each. 1 − y is formed from 1
 * − x, which keeps its digits. The mean has no closed form and is a sum over the normal.
 *
 * A draw y outside [ε, 1 − ε] is shown as the nearest end, x = 0 or 1, while `sampleAndLogProb` gives the density of y
 * itself: its mean is the negative entropy, whereas `logProb` of a shown end is the density at that end, which is not
 * how often draws fall there. Shapes: mean, logStd [B, P]; x [B or 1, P], in [0, 1] → [B]; noise [B, P], normal. Units:
 * nats.
 * @throws ShapeError if a parameter, x or noise has another shape
 * @see Rezende & Mohamed 2015, arXiv:1505.05770, section 6.3
 */
export function logitNormal({ mean, logStd }: LogitNormalParams): Observation {
  const [rows, width] = mean.shape;
  checkShape('logitNormal: logStd', logStd, [rows, width]);
  const logAlpha = boundedLogScale(logStd, LOG_STD_RANGE);
  /** −log p(y_i) from the deviation in units of α, log y and log(1 − y). */
  const costOfEach = (deviation: Tensor2D, logY: Tensor2D, logRest: Tensor2D): Tensor2D => {
    const jacobian = tf.add(logY, logRest);
    return tf.add(tf.add(tf.mul(tf.square(deviation), 0.5), logAlpha), tf.add(jacobian, HALF_LOG_TWO_PI));
  };
  const costAt = (x: Tensor2D): Tensor2D => {
    const [logY, logRest] = [tf.log(squeezed(x)), tf.log(squeezed(tf.sub(1, x)))];
    const deviation: Tensor2D = tf.mul(tf.sub(tf.sub(logY, logRest), mean), tf.exp(tf.neg(logAlpha)));
    return costOfEach(deviation, logY, logRest);
  };
  const total = (cost: Tensor2D) => tf.neg(tf.sum(cost, 1)) as Tensor1D;
  const logitAt = (noise: Tensor2D): Tensor2D => tf.add(mean, tf.mul(tf.exp(logAlpha), noise));
  return observation({
    name: 'logitNormal',
    rows,
    width,
    noise: { kind: 'normal', width },
    drawEnds: ENDS,
    logProb: (x) => total(costAt(x)),
    logProbOfEach: (x) => tf.neg(costAt(x)),
    draw: (noise) => stretched(tf.sigmoid(logitAt(noise))),
    logProbOfDraw(noise) {
      const logit = logitAt(noise);
      return total(costOfEach(noise, tf.neg(tf.softplus(tf.neg(logit))), tf.neg(tf.softplus(logit))));
    },
    mean: () => stretched(meanOfSigmoid(mean, tf.exp(logAlpha))),
    detached: () => logitNormal({ mean: detach(mean), logStd: detach(logStd) }),
  });
}

/** [0, 1] → [ε, 1 − ε] */
const squeezed = (x: Tensor2D): Tensor2D => tf.add(tf.mul(x, 1 - 2 * EPSILON), EPSILON);

/** Ends of x. */
const ENDS = [0, 1] as const;

/** The inverse map. A draw outside becomes the nearest end: 0 and 1 stand for all values that no image can show. */
const stretched = (y: Tensor2D): Tensor2D => tf.clipByValue(tf.div(tf.sub(y, EPSILON), 1 - 2 * EPSILON), ...ENDS);

/** Spacing and reach of the sum over the normal, in its standard deviations. */
const [STEP, REACH] = [0.2, 5];

/**
 * E[σ(μ + αε)], ε ~ N(0, 1), by the trapezoidal rule. σ(μ + αε) has its poles at a distance of π/α from the real line,
 * so the error falls as exp(−2π²/(α·step)): below 1e-5 up to α = 8, one in a hundred at 20.
 */
function meanOfSigmoid(mean: Tensor2D, alpha: Tensor2D): Tensor2D {
  const nodes = Array.from({ length: 2 * Math.round(REACH / STEP) + 1 }, (_, i) => i * STEP - REACH);
  const weights = nodes.map((node) => Math.exp(-0.5 * node * node));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return nodes
    .map((node, i): Tensor2D => tf.mul(tf.sigmoid(tf.add(mean, tf.mul(alpha, node))), weights[i]! / total))
    .reduce((sum, term) => tf.add(sum, term));
}
