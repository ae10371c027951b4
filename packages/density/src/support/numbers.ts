// Numbers, whose density needs no noise: as they are, or from 0 to 1 by their logits.
import { type InverseLogitOptions, inverseLogit } from '@flowvae/flows';
import { checkCount, type Tensor1D, tf } from '@flowvae/tensor';
import { certain } from './certain.ts';
import type { Support } from './support.ts';

/** Options of {@link numbersSupport}. */
export interface NumbersOptions extends InverseLogitOptions {
  /** Whether the numbers lie from 0 to 1, so that the flow describes logit(α + (1 − 2α)·x). Default false. */
  readonly inUnitInterval?: boolean;
}

/** Models have some noise; here a draw does not use it. */
const UNUSED = { kind: 'uniform', width: 1 } as const;

/**
 * Numbers: v = x, or v = logit(α + (1 − 2α)·x) of numbers from 0 to 1. The point is certain, so that the bound is the
 * density itself.
 *
 * Shapes: x [B, D] → v [B, D]. Units: nats.
 * @throws ExpectationError for an α outside [0, ½)
 */
export function numbersSupport(dim: number, { inUnitInterval = false, alpha }: NumbersOptions = {}): Support {
  checkCount('numbersSupport: dim', dim);
  const common = { dim, variables: {}, noise: UNUSED };
  const none = (rows: number): Tensor1D => tf.zeros([rows]);
  if (!inUnitInterval) {
    return {
      ...common,
      place: (x) => ({ v: x, logBase: none(x.shape[0]), logDet: none(x.shape[0]) }),
      observe: (v) => certain(v, 0),
    };
  }
  const logit = inverseLogit(dim, alpha === undefined ? {} : { alpha });
  return {
    ...common,
    place(x) {
      const { z: v, logDet } = logit.inverse({}, x);
      return { v, logBase: none(x.shape[0]), logDet };
    },
    observe: (v) => certain(tf.clipByValue(logit.forward({}, v).y, 0, 1), 0),
  };
}
