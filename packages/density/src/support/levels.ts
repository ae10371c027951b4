// Whole levels, such as the bytes of pictures: noise fills each level, and the logit takes the result to all numbers.
import { type InverseLogitOptions, inverseLogit } from '@flowvae/flows';
import { checkCount, ExpectationError, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import type { Dequantisation } from '../dequantisation/dequantisation.ts';
import { certain } from './certain.ts';
import type { Support } from './support.ts';

/** Options of {@link levelsSupport}. */
export interface LevelsOptions extends InverseLogitOptions {
  /** Levels 0 … levels − 1; data are k/(levels − 1). Default 256. */
  readonly levels?: number;
  readonly dequantisation: Dequantisation;
}

/**
 * Levels k = (L − 1)·x of data x in [0, 1]: v = logit(α + (1 − 2α)·y), y = (k + u)/L, u ~ q(u|k); log q(v|x) = log
 * q(u|k) + D·log L − log|det ∂v/∂y|. Back: the level of a y outside of [0, 1] is the nearest.
 *
 * Shapes: x [B, D] → v [B, D]. Units: nats.
 * @throws ExpectationError for fewer than 2 levels, or an α outside [0, ½)
 * @see Dinh et al. 2017, arXiv:1605.08803, section 4.1
 */
export function levelsSupport(dim: number, { levels = 256, alpha, dequantisation }: LevelsOptions): Support {
  if (checkCount('levelsSupport: levels', levels) < 2) {
    const expected = 'a whole number from 2';
    throw new ExpectationError({ where: 'levelsSupport: levels', expected, received: String(levels) });
  }
  const logit = inverseLogit(dim, alpha === undefined ? {} : { alpha });
  const top = levels - 1;
  return {
    dim,
    dequantisation: dequantisation.name,
    levels,
    variables: dequantisation.variables,
    noise: dequantisation.noise,
    place(x, noise) {
      const k: Tensor2D = tf.round(tf.mul(x, top)); // k/top·top may miss k by rounding
      const { z: u, logProb } = dequantisation.within(k).sampleAndLogProb(noise);
      const { z: v, logDet } = logit.inverse({}, tf.div(tf.add(k, u), levels));
      const logBase: Tensor1D = tf.add(logProb, dim * Math.log(levels));
      return { v, logBase, logDet };
    },
    observe(v) {
      const { y } = logit.forward({}, v);
      const k = tf.clipByValue(tf.floor(tf.mul(y, levels)), 0, top);
      return certain(tf.div(k, top), 0.5 / top);
    },
  };
}
