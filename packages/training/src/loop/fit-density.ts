// Density estimation: maximum likelihood in the normalising direction, with the same training loop.
import type { Scorable } from '@flowvae/distributions';
import { epochOrders, type Key } from '@flowvae/random';
import type { DataPoints } from '@flowvae/tensor';
import { ExpectationError, type Scalar, type Tensor2D, tf } from '@flowvae/tensor';
import { type FitOptions, type FitResult, fit } from './fit.ts';
import type { TrainingProblem } from './variational.ts';

/** Options of {@link fitDensity}: the data, the drawing of batches, and all options of `fit` besides its problem. */
export interface FitDensityOptions extends Omit<FitOptions, keyof TrainingProblem> {
  readonly data: DataPoints;
  /** Data points in a step; at most as many as there are. */
  readonly batchSize: number;
  /** Decides the order of the data, anew in each epoch. */
  readonly key: Key;
}

/**
 * Fits a density to data by maximum likelihood: minimises −mean log q(x) over minibatches without replacement.
 *
 * The density must compute `logProb` from the variables anew at each call, as `pushForward(base, flow, variables)`
 * does; the history's term
 * `logProb` is the mean log-likelihood of the batches. Compiled by default, like `fit`.
 * @param density e.g. `pushForward(standardNormal(2), flow, variables)`
 * @param options.variables the density's own variables: they are trained
 * @throws ExpectationError for an impossible batch size; NonFiniteError as `fit`
 */
export function fitDensity(
  density: Scorable,
  { data, batchSize, key, ...options }: FitDensityOptions,
): Promise<FitResult> {
  return fit({ ...options, ...maximumLikelihood(density, { data, batchSize, key }) });
}

function maximumLikelihood(
  density: Scorable,
  { data, batchSize, key }: Pick<FitDensityOptions, 'data' | 'batchSize' | 'key'>,
): TrainingProblem {
  const { count, width } = data;
  checkBatchSize(batchSize, count);
  const stepsPerEpoch = Math.floor(count / batchSize);
  const orderOf = epochOrders(key, count);
  const x = new Float32Array(batchSize * width);
  return {
    loss(inputs) {
      const logProb = density.logProb(inputs.x as Tensor2D);
      return { loss: tf.neg(tf.mean(logProb)) as Scalar, terms: { logProb } };
    },
    inputShapes: { x: [batchSize, width] },
    batch(step) {
      const order = orderOf(Math.floor(step / stepsPerEpoch));
      const start = (step % stepsPerEpoch) * batchSize;
      for (let i = 0; i < batchSize; i++) x.set(data.row(order[start + i]!), i * width);
      return { x };
    },
  };
}

function checkBatchSize(batchSize: number, count: number): void {
  if (Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= count) return;
  throw new ExpectationError({
    where: 'fitDensity: batchSize',
    expected: `a whole number from 1 to ${count}, the number of data points`,
    received: String(batchSize),
  });
}
