// The enumerated model of discrete-latent.json as a LatentModel: z is one-hot, [B, C], and its draws have no gradient.
import type { Draw, Samplable, Scorable } from '@flowvae/distributions';
import type { LatentModel } from '@flowvae/objectives';
import { rowsFor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { readCommitted } from '../reference/committed-json.ts';
import type { DiscreteLatentReference } from '../reference/discrete-latent.ts';

export const discreteLatent = readCommitted<DiscreteLatentReference>('discrete-latent');

const states = discreteLatent.prior.length;
const bits = discreteLatent.bits.length / states;

/** Categorical distribution over one-hot rows z [B, C], probabilities [B|1, C]; a draw takes one uniform number. */
function categorical(probabilities: Tensor2D): Samplable & Scorable {
  const [, count] = probabilities.shape;
  const logProb = (z: Tensor2D): Tensor1D =>
    tf.sum(tf.mul(z, tf.log(rowsFor('categorical', probabilities, z.shape[0]))), 1);
  return {
    noise: { kind: 'uniform', width: 1 },
    sampleAndLogProb(uniform): Draw {
      const upTo = tf.cumsum(rowsFor('categorical', probabilities, uniform.shape[0]), 1);
      const index = tf.sum(tf.cast(tf.greaterEqual(uniform, tf.slice(upTo, [0, 0], [-1, count - 1])), 'int32'), 1);
      const z = tf.cast(tf.oneHot(tf.cast(index, 'int32') as Tensor1D, count), 'float32') as Tensor2D;
      return { z, logProb: logProb(z), terms: { logBase: logProb(z) } };
    },
    logProb,
    detached() {
      return this;
    },
  };
}

const rowsAt = (values: readonly number[], width: number, points: readonly number[]): Tensor2D =>
  tf.tensor2d(
    points.flatMap((point) => values.slice(point * width, (point + 1) * width)),
    [points.length, width],
  );

/** Its posteriors at some of its points. */
export const discretePosteriors = {
  exact: (points: readonly number[]) => categorical(rowsAt(discreteLatent.posterior, states, points)),
  wrong: (_: readonly number[]) => categorical(tf.tensor2d([[...discreteLatent.wrong]])),
};

/** The model at some of its points, with a posterior. */
export function discreteLatentModel(points: readonly number[], posterior: Samplable): LatentModel {
  const x = rowsAt(discreteLatent.x, bits, points);
  const theta = tf.tensor2d([...discreteLatent.bits], [states, bits]);
  return {
    prior: categorical(tf.tensor2d([[...discreteLatent.prior]])),
    posterior,
    likelihood(z) {
      const p: Tensor2D = tf.matMul(z, theta);
      const bit = rowsFor('x', x, z.shape[0]);
      return tf.sum(tf.log(tf.add(tf.mul(bit, p), tf.mul(tf.sub(1, bit), tf.sub(1, p)))), 1);
    },
  };
}
