// One of 256 levels for each pixel, every level with a logit of its own.
import { checkShape, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import { detach } from '../detach.ts';
import type { Observation } from '../distribution.ts';
import { LEVELS, levelOf } from './levels.ts';
import { observation, summedTo } from './observation.ts';

/**
 * Independent categorical variables over the 256 levels k/255: log p(x) = Σ l_k − log Σ_j exp l_j, k = 255·x; mean Σ_k
 * softmax(l)_k·k/255.
 *
 * x that is no level counts as the nearest. The gradient, written out, is one-hot(k) − softmax(l).
 * Shapes: logits [B, P, 256]; x [B or 1, P] → [B]; noise [B, P], uniform. Units: nats.
 * @throws ShapeError if logits, x or noise have another shape
 */
export function categorical({ logits }: { readonly logits: Tensor3D }): Observation {
  checkShape('categorical: logits', logits, ['batch', 'width', LEVELS]);
  const [rows, width] = logits.shape;
  return observation({
    name: 'categorical',
    rows,
    width,
    noise: { kind: 'uniform', width },
    logProb: (x) => rowLogProb(x, logits) as Tensor1D,
    logProbOfEach: (x) => eachLogProb(x, logits) as Tensor2D,
    draw: (uniform) => draw(uniform, logits),
    mean: () => tf.sum(tf.mul(tf.softmax(logits), tf.div(levelRow(), LEVELS - 1)), 2),
    detached: () => categorical({ logits: detach(logits) }),
  });
}

const levelRow = () => tf.range(0, LEVELS, 1, 'float32');

const oneHot = (x: Tensor2D): Tensor3D => tf.cast(tf.equal(tf.expandDims(levelOf(x), 2), levelRow()), 'float32');

/** log p(x_i), or its sum, with the gradient one-hot(k) − softmax(l) written out. */
const differentiated = (evaluate: (each: Tensor2D) => Tensor) =>
  tf.customGrad((...args) => {
    const [x, logits, save] = args as unknown as [Tensor2D, Tensor3D, (tensors: Tensor[]) => void];
    save([x, logits]);
    const chosen: Tensor2D = tf.sum(tf.mul(oneHot(x), logits), 2);
    const value = evaluate(tf.sub(chosen, tf.logSumExp(logits, 2)));
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [givenX, givenLogits] = saved as [Tensor2D, Tensor3D];
      const excess = tf.sub(oneHot(givenX), tf.softmax(givenLogits));
      const column = tf.reshape(dy, [dy.shape[0]!, -1, 1]); // [B, 1, 1] or [B, P, 1]
      return [tf.zerosLike(givenX), summedTo(givenLogits.shape[0], tf.mul(column, excess))];
    };
    return { value, gradFunc };
  });

const rowLogProb = differentiated((each) => tf.sum(each, 1));
const eachLogProb = differentiated((each) => each);

/**
 * The first level whose cumulative probability exceeds u; its index is the number of cumulative probabilities that do
 * not exceed u.
 */
function draw(uniform: Tensor2D, logits: Tensor3D): Tensor2D {
  const cumulative = tf.cumsum(tf.softmax(logits), 2);
  const exceeded = tf.step(tf.sub(cumulative, tf.expandDims(uniform, 2)));
  const level: Tensor2D = tf.sub(LEVELS, tf.sum(exceeded, 2));
  return tf.div(tf.minimum(level, LEVELS - 1), LEVELS - 1); // rounding may leave the last one below u
}
