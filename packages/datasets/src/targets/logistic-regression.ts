// The probability of a damaged O-ring by temperature and pressure.
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { oRingFlights } from './o-ring-flights.ts';
import { byQuadrature, densityOf, logNormal, type TargetDensity, total } from './target-density.ts';

const COUNT = oRingFlights.length;

/** Deviations of the priors: of the intercept, and of the slopes per standard deviation of a covariate. */
const PRIOR = { alpha: 10, beta: 2.5 } as const;

/** A covariate with mean 0 and deviation 1. */
function standardised(values: readonly number[]): readonly number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / COUNT;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / COUNT);
  return values.map((value) => (value - mean) / deviation);
}

const covariates = ([0, 1] as const).map((column) => standardised(oRingFlights.map((flight) => flight[column])));
const outcomes = oRingFlights.map(([, , hasDistress]) => hasDistress);

/** y_i ~ Bernoulli(σ(α + β·x_i)), α ~ N(0, 10²), β_j ~ N(0, 2.5²). */
export const logisticRegression: TargetDensity = {
  name: 'logistic-regression',
  title: 'logistic regression of O-ring distress',
  source:
    'Report of the Presidential Commission on the Space Shuttle Challenger Accident 1986 (a work of the United States ' +
    'government, public domain), as in Dalal, Fowlkes & Hoadley 1989, table 1; standardised covariates',
  parameters: { alpha: 'real', beta: 'real[2]' },
  logDensity: densityOf(
    'logistic-regression',
    { alpha: [], beta: [2] },
    ({ alpha, beta }: { alpha: Tensor1D; beta: Tensor2D }) => {
      const slopes = tf.matMul<Tensor2D>(beta, tf.tensor2d(covariates.flat(), [2, COUNT]));
      const logits = tf.add(tf.expandDims(alpha, 1), slopes);
      const hits = tf.mul(logits, tf.tensor2d([...outcomes], [1, COUNT]));
      const prior = tf.add(logNormal(alpha, 0, PRIOR.alpha), total(logNormal(beta, 0, PRIOR.beta)));
      return tf.add<Tensor1D>(prior, total(tf.sub(hits, tf.softplus(logits))));
    },
  ),
  logZ: -15.100756272417,
  moments: {
    alpha: { mean: -1.21105882, std: 0.65627066 },
    'beta[0]': { mean: -1.79860575, std: 0.777423096 },
    'beta[1]': { mean: 0.832447438, std: 0.658434186 },
  },
  reference: byQuadrature('trapezoidal rule in three dimensions, in the axes of the Laplace approximation'),
};
