// Rows of data: the values to score, a mask of the observed ones, and the encoder's input.
import { checkShape, covariateParts, namedInputs, type RowLayout, type Tensor2D, tf } from '@flowvae/tensor';

/** Data, and where they were observed. */
export interface Observed {
  /** [B, P] */
  readonly x: Tensor2D;
  /** 1 where observed, 0 where missing, [B, P]; absent: all observed. */
  readonly mask?: Tensor2D | undefined;
  /** Covariates by name, each [B, width]; absent: none. */
  readonly named?: Named | undefined;
}

/** Arrays of rows by name, each [B, width]. */
export type Named = Readonly<Record<string, Tensor2D>>;

/** How a model reads rows of data. */
export interface RowReading {
  /** rows [B, W] → data in their own units; a missing value may be any number. */
  observed(rows: Tensor2D): Observed;
  /**
   * The encoder's input, [B, C]. Its argument is standardised, if the model does so, and 0 where missing.
   */
  encoderInput(observed: Observed): Tensor2D;
}

/** Rows are the data: all observed, and the encoder's input. */
export const plainRows: RowReading = {
  observed: (rows) => ({ x: rows }),
  encoderInput: ({ x }) => x,
};

/**
 * Rows [x, m] of P variables and their mask, [B, 2P]; the encoder's input is [m·x', m], [B, 2P].
 *
 * @throws ShapeError from `observed` if rows have another width
 */
export const maskedRows = (width: number): RowReading => ({
  observed(rows) {
    checkShape('masked rows: [x, m]', rows, ['batch', 2 * width]);
    const [x, mask] = tf.split(rows, 2, 1) as [Tensor2D, Tensor2D];
    return { x, mask };
  },
  encoderInput: ({ x, mask }) => tf.concat([x, mask ?? tf.onesLike(x)], 1),
});

/**
 * Rows of named arrays: `x`, then `mask` if values may be missing, then covariates. The encoder's input is x, or
 * [m·x', m]; a model that takes a condition appends it.
 *
 * @throws ShapeError from `observed` if rows have another width
 */
export function layoutRows(layout: RowLayout): RowReading {
  const covariates = covariateParts(layout).map(({ name }) => name);
  return {
    observed(rows) {
      const { x, mask, ...others } = namedInputs(layout, rows);
      const named = Object.fromEntries(covariates.map((name) => [name, others[name]!]));
      return { x: x!, ...(mask ? { mask } : {}), ...(covariates.length > 0 ? { named } : {}) };
    },
    encoderInput: ({ x, mask }) => (mask ? tf.concat([x, mask], 1) : x),
  };
}

/** Zeros in place of missing values. A product would turn an infinite value into NaN. */
export const zeroWhereMissing = (x: Tensor2D, mask: Tensor2D): Tensor2D =>
  tf.where(tf.greater(mask, 0), x, tf.zerosLike(x));
