// Continuous Bernoulli variables on [0, 1], parameterised by logits.
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { detach } from '../detach.ts';
import type { Observation } from '../distribution.ts';
import { polynomial } from '../special/polynomial.ts';
import { besideTerms, observation, summedTo } from './observation.ts';

/**
 * Independent continuous Bernoulli variables by logits l: p(x) = C·λ^x·(1 − λ)^(1−x) on [0, 1], λ = σ(l), C =
 * 2·artanh(1 − 2λ)/(1 − 2λ).
 *
 * In the logit it is the exponential family log p(x) = Σ x·l − A(l), A(l) = log((e^l − 1)/l), with mean A′(l) = 1/(1 −
 * e^−l) − 1/l and gradient x − A′(l). Both divide 0 by 0 at l = 0 (λ = ½) and lose their digits near it: there they are
 * taken from their Taylor series. Shapes: logits [B, P]; x [B or 1, P] → [B]; noise [B, P], uniform. Units: nats.
 * @throws ShapeError if x or noise has another shape
 * @see Loaiza-Ganem & Cunningham 2019, arXiv:1907.06845, section 3
 */
export function continuousBernoulli({ logits }: { readonly logits: Tensor2D }): Observation {
  const [rows, width] = logits.shape;
  return observation({
    name: 'continuousBernoulli',
    rows,
    width,
    noise: { kind: 'uniform', width },
    logProb: (x) => rowLogProb(x, logits) as Tensor1D,
    logProbOfEach: (x) => eachLogProb(x, logits) as Tensor2D,
    draw: (uniform) => quantile(uniform, logits),
    mean: () => meanOf(logits),
    detached: () => continuousBernoulli({ logits: detach(logits) }),
  });
}

/** log p(x_i), or its sum, with the gradient x − A′(l) written out. */
const differentiated = (evaluate: (each: Tensor2D) => Tensor) =>
  tf.customGrad((...args) => {
    const [x, logits, save] = args as unknown as [Tensor2D, Tensor2D, (tensors: Tensor[]) => void];
    save([x, logits]);
    const value = evaluate(tf.sub(tf.mul(x, logits), logNormaliser(logits)));
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [givenX, givenLogits] = saved as [Tensor2D, Tensor2D];
      const column = besideTerms(dy);
      return [
        summedTo(givenX.shape[0], tf.mul(column, givenLogits)),
        summedTo(givenLogits.shape[0], tf.mul(column, tf.sub(givenX, meanOf(givenLogits)))),
      ];
    };
    return { value, gradFunc };
  });

const rowLogProb = differentiated((each) => tf.sum(each, 1));
const eachLogProb = differentiated((each) => each);

/** From |l| = 1 on the closed forms have all their digits; below, the series' first omitted terms are under 1.1e-7. */
const CLOSED_FROM = 1;

/** A series for t < 1 and a closed form elsewhere; both are evaluated only where they are finite. t ≥ 0. */
function nearAndFar(t: Tensor2D, near: (t: Tensor2D) => Tensor2D, far: (t: Tensor2D) => Tensor2D): Tensor2D {
  const below = near(tf.minimum(t, CLOSED_FROM));
  const above = far(tf.maximum(t, CLOSED_FROM));
  return tf.add(below, tf.mul(tf.step(tf.sub(t, CLOSED_FROM)), tf.sub(above, below)));
}

/** A(l) = relu(l) + log((1 − e^−t)/t), t = |l|; the second part is −t/2 + t²/24 − t⁴/2880 + t⁶/181440 − … */
function logNormaliser(logits: Tensor2D): Tensor2D {
  const rest = nearAndFar(
    tf.abs(logits),
    (t) => tf.add(tf.mul(t, -1 / 2), polynomial(tf.square(t), [0, 1 / 24, -1 / 2880, 1 / 181_440])),
    (t) => tf.log(tf.div(tf.sub(1, tf.exp(tf.neg(t))), t)),
  );
  return tf.add(tf.relu(logits), rest);
}

/**
 * A′(l); for l = −t it is 1/t − 1/(e^t − 1) = ½ − t/12 + t³/720 − t⁵/30240 + t⁷/1209600 − …, for l = t its complement
 * to 1.
 */
function meanOf(logits: Tensor2D): Tensor2D {
  const lower = nearAndFar(
    tf.abs(logits),
    (t) => tf.add(1 / 2, tf.mul(t, polynomial(tf.square(t), [-1 / 12, 1 / 720, -1 / 30_240, 1 / 1_209_600]))),
    (t) => tf.sub(tf.div(1, t), tf.div(tf.exp(tf.neg(t)), tf.sub(1, tf.exp(tf.neg(t))))),
  );
  return mirrored(lower, logits);
}

/** Below this |l| the distribution is uniform to float32's accuracy. */
const SMALLEST = 1e-6;

/** F⁻¹(u); for l = −t it is −log(1 − u·(1 − e^−t))/t, for l = t its mirror image. */
function quantile(uniform: Tensor2D, logits: Tensor2D): Tensor2D {
  const t = tf.maximum(tf.abs(logits), SMALLEST);
  const u = mirrored(uniform, logits);
  const lower: Tensor2D = tf.div(tf.log1p(tf.mul(u, tf.expm1(tf.neg(t)))), tf.neg(t));
  return mirrored(tf.clipByValue(lower, 0, 1), logits);
}

/** y where l ≤ 0, 1 − y where l > 0. */
function mirrored(y: Tensor2D, logits: Tensor2D): Tensor2D {
  return tf.add(y, tf.mul(tf.step(logits), tf.sub(1, tf.mul(y, 2))));
}
