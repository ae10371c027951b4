// A category of K classes, given as K columns of which one is 1.
import { type Tensor2D, tf } from '@flowvae/tensor';
import { detach } from '../detach.ts';
import type { Observation } from '../distribution.ts';
import { observation } from './observation.ts';

/**
 * One category as one-hot columns: log p(x) = Σ x_k·(l_k − log Σ_j exp l_j); mean softmax(l).
 *
 * The log-probability belongs to the category as a whole: `logProbOfEach` has it in the first column and 0 in the
 * others. A row without any 1, as a missing category is filled, has log-probability 0.
 * Shapes: logits [B, K]; x [B or 1, K] → [B]; noise [B, 1], uniform. Units: nats.
 * @throws ShapeError if x or noise has another shape
 */
export function oneHot({ logits }: { readonly logits: Tensor2D }): Observation {
  const [rows, classes] = logits.shape;
  return observation({
    name: 'oneHot',
    rows,
    width: classes,
    noise: { kind: 'uniform', width: 1 },
    logProbOfEach(x) {
      const logProbs = tf.sub(logits, tf.logSumExp(logits, 1, true));
      const ofCategory: Tensor2D = tf.sum(tf.mul(x, logProbs), 1, true);
      return tf.pad(ofCategory, [
        [0, 0],
        [0, classes - 1],
      ]);
    },
    draw: (uniform) => drawnClass(uniform, logits),
    mean: () => tf.softmax(logits),
    detached: () => oneHot({ logits: detach(logits) }),
  });
}

/** The first class whose cumulative probability exceeds u, one-hot. Its gradient is 0. */
function drawnClass(uniform: Tensor2D, logits: Tensor2D): Tensor2D {
  const classes = logits.shape[1];
  const exceeded = tf.step(tf.sub(tf.cumsum(tf.softmax(logits), 1), uniform));
  // rounding may leave the last sum below u
  const index = tf.minimum(tf.sub(classes, tf.sum(exceeded, 1, true)), classes - 1);
  return tf.sub(1, tf.step(tf.abs(tf.sub(index, tf.range(0, classes, 1, 'float32')))));
}
