// The distribution of one certain value in each row.
import type { Observation } from '@flowvae/distributions';
import { checkShape, rowsFor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';

/**
 * A value that is certain: log p(x) is 0 where x is within `reach` of it in every column, −∞ elsewhere.
 *
 * Shapes: value and x [B, D], → logProb [B]. A draw takes no noise; one unused number stands for it.
 */
export function certain(value: Tensor2D, reach: number): Observation {
  const dim = value.shape[1];
  const logProbOfEach = (x: Tensor2D): Tensor2D => {
    checkShape('certain.logProb: x', x, ['batch', dim]);
    const isHit = tf.lessEqual(tf.abs(tf.sub(x, rowsFor('certain.logProb', value, x.shape[0]))), reach);
    return tf.where(isHit, tf.zerosLike(x), tf.fill(x.shape, Number.NEGATIVE_INFINITY));
  };
  return {
    noise: { kind: 'uniform', width: 1 },
    sampleAndLogProb(noise) {
      const z = rowsFor('certain: noise', value, noise.shape[0]);
      const logProb: Tensor1D = tf.zeros([z.shape[0]]);
      return { z, logProb, terms: { logBase: logProb } };
    },
    logProb: (x) => tf.sum(logProbOfEach(x), 1),
    logProbOfEach,
    mean: () => value,
    detached() {
      return this;
    },
  };
}
