// Independent Bernoulli variables, parameterised by logits.
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { detach } from '../detach.ts';
import type { Observation } from '../distribution.ts';
import { besideTerms, observation, summedTo } from './observation.ts';

/**
 * Independent Bernoulli variables by logits l: log p(x) = Σ x·l − softplus(l) = Σ x·l − relu(l) − log(1 + e^−|l|); mean
 * σ(l).
 *
 * The factors 1 + e^−|l| lie in [1, 2], so one logarithm is taken of a product of up to 64 factors: a logarithm is
 * slower than all other operations here. The sum holds for x in [0, 1], not only for bits, but only for bits it is a
 * log-probability. Probabilities are never formed. The gradient is the closed form x − σ(l), one pass instead of six by
 * differentiating the sum. A draw has no gradient. Shapes: logits [B, P]; x [B, P], or [1, P] scored against every row
 * of logits → [B]; noise [B, P], uniform. Units: nats.
 * @throws ShapeError if x or noise has another shape
 */
export function bernoulli({ logits }: { readonly logits: Tensor2D }): Observation {
  const [rows, width] = logits.shape;
  return observation({
    name: 'bernoulli',
    rows,
    width,
    noise: { kind: 'uniform', width },
    logProb: (x) => rowLogProb(x, logits) as Tensor1D,
    logProbOfEach: (x) => eachLogProb(x, logits) as Tensor2D,
    draw: (uniform) => tf.step(tf.sub(tf.sigmoid(logits), uniform)),
    mean: () => tf.sigmoid(logits),
    detached: () => bernoulli({ logits: detach(logits) }),
  });
}

/** The value, with the gradient x − σ(l) written out. */
const differentiated = (evaluate: (x: Tensor2D, logits: Tensor2D) => Tensor) =>
  tf.customGrad((...args) => {
    const [x, logits, save] = args as unknown as [Tensor2D, Tensor2D, (tensors: Tensor[]) => void];
    save([x, logits]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [givenX, givenLogits] = saved as [Tensor2D, Tensor2D];
      const column = besideTerms(dy);
      return [
        summedTo(givenX.shape[0], tf.mul(column, givenLogits)),
        summedTo(givenLogits.shape[0], tf.mul(column, tf.sub(givenX, tf.sigmoid(givenLogits)))),
      ];
    };
    return { value: evaluate(x, logits), gradFunc };
  });

/** x·l − relu(l), [B, P]: at x = 1 and large l the two cancel exactly. */
const linearPart = (x: Tensor2D, logits: Tensor2D): Tensor2D => tf.sub(tf.mul(x, logits), tf.relu(logits));

/** e^−|l| */
const decay = (logits: Tensor2D): Tensor2D => tf.exp(tf.neg(tf.abs(logits)));

const rowLogProb = differentiated((x, logits) => {
  const factors: Tensor2D = tf.add(decay(logits), 1);
  return tf.sub(tf.sum(linearPart(x, logits), 1), sumOfLogs(factors));
});

const eachLogProb = differentiated((x, logits) => tf.sub(linearPart(x, logits), tf.log1p(decay(logits))));

/** Factors up to 2 in one product: 2⁶⁴ is far below float32's limit of 2¹²⁸. */
const MOST_FACTORS = 64;

/** Σ log f over the columns of f [B, P], every f in [1, 2] → [B]. */
function sumOfLogs(factors: Tensor2D): Tensor1D {
  const [rows, width] = factors.shape;
  const group = largestDivisor(width, MOST_FACTORS);
  const products = tf.prod(tf.reshape(factors, [rows, width / group, group]), 2);
  return tf.sum(tf.log(products), 1);
}

function largestDivisor(n: number, limit: number): number {
  let divisor = Math.min(n, limit);
  while (n % divisor !== 0) divisor--;
  return divisor;
}
