// The type of constraints: bijections from free numbers to the values of a parameter.
import { checkShape, type Tensor, type Tensor1D, type Tensor2D } from '@flowvae/tensor';

/** A value with the log-det of the map that made it. */
export interface ConstrainedValue {
  /** [B, ...shape] */
  readonly value: Tensor;
  /** log|∂value/∂u|, [B], nats */
  readonly logDet: Tensor1D;
}

/** Free numbers with the log-det of the map that made them. */
export interface FreeNumbers {
  /** [B, W] */
  readonly u: Tensor2D;
  /** log|∂u/∂value| = −log|∂value/∂u|, [B], nats */
  readonly logDet: Tensor1D;
}

/**
 * The support of a parameter, as a bijection from all of R^W.
 *
 * Both directions are pure tfjs functions, so they can be traced and differentiated. Values on the boundary of the
 * support, where rounding may carry far points, count as the nearest float32 inside; values outside give NaN in `u` and
 * `logDet`, in a compiled function as well.
 */
export interface Constraint {
  /** Its formula: `positive`, `interval(0, 1)`, `simplex(3)`, `real[8]`. */
  readonly name: string;
  /** Free numbers of one value, W. */
  readonly freeWidth: number;
  /** The shape of one value, without the batch axis. */
  readonly shape: readonly number[];
  /** u [B, W] → value [B, ...shape], logDet [B]. @throws ShapeError */
  constrain(u: Tensor2D): ConstrainedValue;
  /** The inverse: value [B, ...shape] → u [B, W], logDet [B]. @throws ShapeError */
  unconstrain(value: Tensor): FreeNumbers;
}

/** A constraint whose directions check the shapes of their arguments. */
export function checkedConstraint({ name, freeWidth, shape, constrain, unconstrain }: Constraint): Constraint {
  const where = name.replace(/[([].*$/, '');
  return {
    name,
    freeWidth,
    shape,
    constrain(u) {
      checkShape(`${where}.constrain: u`, u, ['batch', freeWidth]);
      return constrain(u);
    },
    unconstrain(value) {
      checkShape(`${where}.unconstrain: value`, value, ['batch', ...shape]);
      return unconstrain(value);
    },
  };
}
