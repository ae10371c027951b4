// A class, and a latent whose distribution depends on it.
import { checkShape, rowsFor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { detach } from './detach.ts';
import type { Samplable, Scorable } from './distribution.ts';
import { oneHot } from './observations/one-hot.ts';
import { normalCdf } from './special/normal-cdf.ts';

/** The parts of a {@link classConditional}. */
export interface ClassConditionalParts {
  /** Of p(y), [B or 1, K]. */
  readonly logits: Tensor2D;
  /** y in one-hot form, [N, K], for N = B, or B·S for S draws, one after the other, of each row → p(z|y) of each */
  readonly given: (y: Tensor2D) => Samplable & Scorable;
  /** Normal numbers that a draw of p(z|y) takes. */
  readonly width: number;
}

/**
 * p(y, z) = p(y)·p(z|y) over [y, z], [B, K + D], with y ~ softmax(logits) as one-hot columns.
 *
 * Noise [B, 1 + width], normal: Φ of the first column chooses the class, which has no gradient; where classes are
 * trained, sum over them. Units: nats.
 * @see Kingma et al. 2014, arXiv:1406.5298, for the use as a posterior
 */
export function classConditional(parts: ClassConditionalParts): Samplable & Scorable {
  const { logits, given, width } = parts;
  const classes = logits.shape[1];
  const of = (rows: number) => oneHot({ logits: rowsFor('classConditional', logits, rows) });
  return {
    noise: { kind: 'normal', width: 1 + width },
    sampleAndLogProb(noise) {
      checkShape('classConditional: noise', noise, ['batch', 1 + width]);
      const [choice, rest] = tf.split(noise, [1, width], 1) as [Tensor2D, Tensor2D];
      const y = of(noise.shape[0]).sampleAndLogProb(normalCdf(choice));
      const z = given(y.z).sampleAndLogProb(rest);
      const logProb = tf.add<Tensor1D>(y.logProb, z.logProb);
      return { z: tf.concat([y.z, z.z], 1), logProb, terms: { logBase: logProb } };
    },
    logProb(at) {
      const [y, z] = tf.split(at, [classes, at.shape[1] - classes], 1) as [Tensor2D, Tensor2D];
      return tf.add<Tensor1D>(of(at.shape[0]).logProb(y), given(y).logProb(z));
    },
    detached: () => classConditional({ logits: detach(logits), given: (y) => given(y).detached(), width }) as never,
  };
}
