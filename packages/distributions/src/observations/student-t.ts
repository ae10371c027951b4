// Student-t observations, whose heavy tails bear outliers.
import { checkShape, type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { detach } from '../detach.ts';
import type { Observation } from '../distribution.ts';
import { differentiable } from '../special/differentiable.ts';
import { logGammaRatio } from '../special/log-gamma-ratio.ts';
import { boundedLogScale } from './log-scale.ts';
import { observation } from './observation.ts';

/** Parameters of {@link studentT}. */
export interface StudentTParams {
  /** μ, [B, P] */
  readonly location: Tensor2D;
  /** log σ, [1, 1] for all variables, or [1, P]; taken within ±7. */
  readonly logScale: Tensor2D;
  /** log ν of the degrees of freedom, [1, 1] or [1, P]; ν is taken from 1 to 1100. */
  readonly logDof: Tensor2D;
}

/** Distances from the location count up to this: their squares would leave float32. */
export const MOST_DISTANCE = 1e30;

/** Half of log 1100: log ν lies in 0 … 7. */
const HALF_LOG_MOST_DOF = 3.5;

/**
 * Student-t observations: log p(x) = Σ log Γ((ν + 1)/2) − log Γ(ν/2) − ½ log(πν) − log σ − ½(ν + 1)·log(1 + y²/ν), y =
 * (x − μ)/σ. The mean is μ; at ν = 1, where none exists, it is the median.
 *
 * An outlier costs its logarithm, not its square, and its gradient falls as 1/y. A draw is μ + σ·a·√(ν·(e^(r²/ν) −
 * 1)/r²), r² = a² + b²: Bailey's polar method, exact for every ν. Shapes: location [B, P]; logScale, logDof [1, 1 or
 * P]; x [B or 1, P] → [B]; noise [B, 2P], normal. Units: nats.
 * @throws ShapeError if a parameter, x or noise has another shape
 * @see Bailey 1994, Polar generation of random variates with the t-distribution, Mathematics of Computation 62, 779-781
 */
export function studentT({ location, logScale, logDof }: StudentTParams): Observation {
  const [rows, width] = location.shape;
  for (const [name, each] of Object.entries({ logScale, logDof })) {
    checkShape(`studentT: ${name}`, each, [1, each.shape[1] === 1 ? 1 : width]);
  }
  const logSigma = boundedLogScale(logScale);
  const logNu: Tensor2D = tf.add(
    boundedLogScale(tf.sub(logDof, HALF_LOG_MOST_DOF), HALF_LOG_MOST_DOF),
    HALF_LOG_MOST_DOF,
  );
  const nu = tf.exp(logNu);
  return observation({
    name: 'studentT',
    rows,
    width,
    noise: { kind: 'normal', width: 2 * width },
    logProbOfEach(x) {
      const distance = tf.clipByValue(tf.sub(x, location), -MOST_DISTANCE, MOST_DISTANCE);
      const scaled = tf.mul(distance, tf.exp(tf.neg(tf.add(logSigma, tf.mul(logNu, 0.5))))); // y/√ν
      const constant = tf.sub(normaliser(nu, logNu), logSigma);
      return tf.sub(constant, tf.mul(tf.mul(tf.add(nu, 1), 0.5), logOnePlusSquare(scaled)));
    },
    draw(noise) {
      const [a, b] = tf.split(noise, 2, 1) as [Tensor2D, Tensor2D];
      const square = tf.maximum(tf.add(tf.square(a), tf.square(b)), 1e-12);
      const stretch = tf.sqrt(tf.mul(nu, tf.div(tf.expm1(tf.div(square, nu)), square)));
      return tf.add(location, tf.mul(tf.exp(logSigma), tf.mul(a, stretch)));
    },
    mean: () => location,
    detached: () => studentT({ location: detach(location), logScale: detach(logScale), logDof: detach(logDof) }),
  });
}

/** log Γ((ν + 1)/2) − log Γ(ν/2) − ½ log(πν) */
const normaliser = (nu: Tensor2D, logNu: Tensor2D): Tensor2D => {
  const half: Tensor2D = tf.mul(nu, 0.5);
  return tf.sub(logGammaRatio(half, tf.fill(half.shape, 0.5)), tf.mul(tf.add(logNu, Math.log(Math.PI)), 0.5));
};

/** Squares beyond this leave 1 without effect. */
const FAR = 1e9;

/** log(1 + w²) and 2w/(1 + w²) without the square of a large w. */
const logOnePlusSquare = differentiable(
  (w: Tensor) => {
    const size = tf.abs(w);
    const beyond = tf.log(tf.maximum(tf.mul(size, 1 / FAR), 1));
    return tf.add(tf.log1p(tf.square(tf.minimum(size, FAR))), tf.mul(beyond, 2));
  },
  (w: Tensor) => {
    const near = tf.clipByValue(w, -FAR, FAR);
    const size = tf.maximum(tf.abs(w), FAR);
    return tf.mul(tf.div(tf.mul(near, 2), tf.add(tf.square(near), 1)), tf.div(FAR, size));
  },
);
