// The hyper-parameters of a Gaussian-process regression.
import { type Tensor1D, type Tensor3D, tf } from '@flowvae/tensor';
import { logDetAndQuadratic } from './bordered-elimination.ts';
import { byQuadrature, densityOf, HALF_LOG_TWO_PI, type TargetDensity } from './target-density.ts';

/** Values at −4.75, −4.25, …, 4.75: a wave with noise, written down for this target. */
const VALUES = [
  ...[-0.26, 0.21, 0.71, 0.62, 0.9, 0.53, 0.02, -0.38, -0.81, -1.04],
  ...[-0.83, -0.78, -0.31, 0.13, 0.49, 0.87, 1.07, 0.85, 0.71, 0.12],
];
const COUNT = VALUES.length;
const SPACING = 0.5;

/** Share of amplitude² on the diagonal: keeps all pivots above rounding in float32. */
const NUGGET = 1e-5;

const distances = Float32Array.from(
  { length: COUNT ** 2 },
  (_, at) => SPACING * Math.abs((at % COUNT) - Math.floor(at / COUNT)),
);

const identity = () => tf.expandDims<Tensor3D>(tf.eye(COUNT), 0);

/** [B] → [B, 1, 1] */
const spread = (x: Tensor1D): Tensor3D => tf.reshape(x, [-1, 1, 1]);

/** Half-normal of deviation 1, log density at x > 0. */
const logHalfNormal = (x: Tensor1D): Tensor1D => tf.sub(tf.mul(tf.square(x), -0.5), HALF_LOG_TWO_PI - Math.LN2);

/** Inverse gamma with shape 5 and scale 5, log density; Γ(5) = 24. */
const logInverseGamma = (x: Tensor1D): Tensor1D =>
  tf.sub(5 * Math.log(5) - Math.log(24), tf.add(tf.mul(tf.log(x), 6), tf.div(5, x)));

/**
 * y ~ N(0, a²·(exp(−½(d/ℓ)²) + 1e-5·I) + s²·I), amplitude a and noise s ~ half-normal(0, 1), ℓ ~ inverse gamma(5, 5).
 */
export const gaussianProcess: TargetDensity = {
  name: 'gaussian-process',
  title: "a Gaussian process's hyper-parameters",
  source: "20 values of this package; kernel and priors as in the Stan User's Guide, section Gaussian processes",
  parameters: { amplitude: 'positive', lengthScale: 'positive', noise: 'positive' },
  logDensity: densityOf(
    'gaussian-process',
    { amplitude: [], lengthScale: [], noise: [] },
    ({ amplitude, lengthScale, noise }: Record<'amplitude' | 'lengthScale' | 'noise', Tensor1D>) => {
      const scaled = tf.div(tf.tensor3d(distances, [1, COUNT, COUNT]), spread(lengthScale));
      const correlation = tf.add(tf.exp(tf.mul(tf.square(scaled), -0.5)), tf.mul(identity(), NUGGET));
      const ofNoise = tf.mul(identity(), spread(tf.square(noise)));
      const covariance = tf.add<Tensor3D>(tf.mul(correlation, spread(tf.square(amplitude))), ofNoise);
      const { logDet, quadratic } = logDetAndQuadratic(covariance, VALUES);
      const logLikelihood = tf.sub(tf.mul(tf.add(logDet, quadratic), -0.5), COUNT * HALF_LOG_TWO_PI);
      const logPrior = tf.add(logHalfNormal(amplitude), tf.add(logInverseGamma(lengthScale), logHalfNormal(noise)));
      return tf.add<Tensor1D>(logLikelihood, logPrior);
    },
  ),
  logZ: -4.9052634,
  logZError: 1e-6,
  moments: {
    amplitude: { mean: 0.95717184, std: 0.3496245 },
    lengthScale: { mean: 1.6472022, std: 0.34416378 },
    noise: { mean: 0.11269843, std: 0.02773044 },
  },
  reference: byQuadrature(
    'trapezoidal rule over the logarithms of the three, by eigendecompositions of the kernel matrix; errors below 1e-5 std',
  ),
};
