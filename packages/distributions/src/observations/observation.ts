// The common frame of all distributions of observed data: it checks shapes, so that the distributions hold formulas
// only.
import { checkShape, ExpectationError, type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import type { Noise, Observation } from '../distribution.ts';

/** The formulas of an {@link Observation}. */
export interface ObservationParts {
  /** The name of the function that makes the distribution, for errors. */
  readonly name: string;
  /** Rows of the distribution's parameters; all data share a single row. */
  readonly rows: number;
  /** Width P of x. */
  readonly width: number;
  readonly noise: Noise;
  readonly drawEnds?: readonly [least: number, most: number];
  /** Default: the sum of `logProbOfEach`. */
  logProb?(x: Tensor2D): Tensor1D;
  logProbOfEach(x: Tensor2D): Tensor2D;
  /** noise [B, noise.width] → x [B, P] */
  draw(noise: Tensor2D): Tensor2D;
  /** The log-density of the noise's draw, if the shown x does not determine it. Default: `logProb` of x. */
  logProbOfDraw?(noise: Tensor2D): Tensor1D;
  mean(): Tensor2D;
  detached(): Observation;
}

/**
 * An {@link Observation} from its formulas. Either x or the parameters may have a single row, which then serves all
 * rows of the other. A likelihood of one's own gives its formulas here.
 */
export function observation(parts: ObservationParts): Observation {
  const { name, rows, width, noise, logProbOfEach } = parts;
  const logProb = parts.logProb ?? ((x: Tensor2D) => tf.sum(logProbOfEach(x), 1) as Tensor1D);
  const check = (method: string, x: Tensor2D) => {
    checkShape(`${name}.${method}: x`, x, ['batch', width]);
    if (rows === 1 || x.shape[0] === 1 || x.shape[0] === rows) return;
    throw new ExpectationError({
      where: `${name}.${method}: x`,
      expected: `${rows} rows, or 1 for all rows of parameters`,
      received: `${x.shape[0]} rows`,
    });
  };
  return {
    noise,
    ...(parts.drawEnds ? { drawEnds: parts.drawEnds } : {}),
    logProb(x) {
      check('logProb', x);
      return logProb(x);
    },
    logProbOfEach(x) {
      check('logProbOfEach', x);
      return logProbOfEach(x);
    },
    sampleAndLogProb(given) {
      checkShape(`${name}.sampleAndLogProb: noise`, given, ['batch', noise.width]);
      const z = parts.draw(given);
      const density = parts.logProbOfDraw?.(given) ?? logProb(z);
      return { z, logProb: density, terms: { logBase: density } };
    },
    mean: () => parts.mean(),
    detached() {
      return parts.detached() as typeof this;
    },
  };
}

/** Sums a gradient over the rows that shared one row of its variable. */
export const summedTo = (rows: number, gradient: Tensor): Tensor =>
  rows === gradient.shape[0] ? gradient : tf.sum(gradient, 0, true);

/** The gradient of a row's sum [B] as a column [B, 1]; the gradient of its terms [B, P] unchanged. */
export const besideTerms = (dy: Tensor): Tensor => (dy.rank === 1 ? tf.expandDims(dy, 1) : dy);
