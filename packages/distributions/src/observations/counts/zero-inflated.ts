// Counts with more zeros than their distribution has.
import { checkShape, type Tensor2D, tf } from '@flowvae/tensor';
import { detach } from '../../detach.ts';
import type { Observation } from '../../distribution.ts';
import { normalCdf } from '../../special/normal-cdf.ts';
import { boundedLogScale } from '../log-scale.ts';
import { observation } from '../observation.ts';

/** Parameters of {@link zeroInflated}. */
export interface ZeroInflatedParams {
  /** The counts, of normal noise: `poisson` or `negativeBinomial`. */
  readonly counts: Observation;
  /** Logits l of an additional zero, [B, P]; taken within ±20. */
  readonly logits: Tensor2D;
}

/** Beyond it the smaller probability is below 2e-9, and float32's differences of logits would lose their digits. */
const LOGIT_RANGE = 20;

/**
 * Zero-inflated counts: x is 0 with probability π = σ(l), and otherwise drawn from `counts`. log p(x) = log(1 − π) +
 * log c(x) for x > 0, and log(π + (1 − π)·c(0)) for x = 0; mean (1 − π)·E[c].
 *
 * With softplus ζ the first is log c(x) − ζ(l), the second ζ(log c(0) − l) − ζ(−l): no probability is formed. A draw
 * takes a normal number more for each variable; it has no gradient. Shapes: logits [B, P]; x [B or 1, P] → [B]; noise
 * [B, W + P], normal, W that of the counts. Units: nats.
 * @throws ShapeError if logits, x or noise have another shape
 * @see Lambert 1992, Technometrics 34(1), 1-14; Lopez et al. 2018, Nature Methods 15, 1053-1058
 */
export function zeroInflated({ counts, logits }: ZeroInflatedParams): Observation {
  const [rows, width] = logits.shape;
  checkShape('zeroInflated: logits', logits, ['batch', width]);
  const bounded = boundedLogScale(logits, LOGIT_RANGE);
  return observation({
    name: 'zeroInflated',
    rows,
    width,
    noise: { kind: 'normal', width: counts.noise.width + width },
    logProbOfEach(x) {
      const isZero: Tensor2D = tf.sub(1, tf.clipByValue(x, 0, 1));
      const ofCounts = counts.logProbOfEach(x);
      const atZero = tf.sub(tf.softplus(tf.sub(ofCounts, bounded)), tf.softplus(tf.neg(bounded)));
      const beyond = tf.sub(ofCounts, tf.softplus(bounded));
      return tf.add(tf.mul(isZero, atZero), tf.mul(tf.sub(1, isZero), beyond));
    },
    draw(noise) {
      const [own, chooser] = tf.split(noise, [counts.noise.width, width], 1) as [Tensor2D, Tensor2D];
      const uniform = normalCdf(chooser);
      const isCounted = tf.step(tf.sub(uniform, tf.sigmoid(bounded)));
      return tf.mul(isCounted, counts.sampleAndLogProb(own).z);
    },
    mean: () => tf.mul(tf.sigmoid(tf.neg(bounded)), counts.mean()),
    detached: () => zeroInflated({ counts: counts.detached(), logits: detach(logits) }),
  });
}
