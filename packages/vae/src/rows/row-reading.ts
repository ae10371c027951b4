// Rows of data: the values to score, a mask of the observed ones, and the encoder's input.
import { checkShape, type Tensor2D, tf } from '@flowvae/tensor';

/** Data, and where they were observed. */
export interface Observed {
  /** [B, P] */
  readonly x: Tensor2D;
  /** 1 where observed, 0 where missing, [B, P]; absent: all observed. */
  readonly mask?: Tensor2D | undefined;
}

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

/** Zeros in place of missing values. A product would turn an infinite value into NaN. */
export const zeroWhereMissing = (x: Tensor2D, mask: Tensor2D): Tensor2D =>
  tf.where(tf.greater(mask, 0), x, tf.zerosLike(x));
