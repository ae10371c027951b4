// Refusals of imputation: rows that are not [x, mask], and weights that cannot be used.
import { type DataPoints, ExpectationError } from '@flowvae/tensor';
import { NonFiniteError } from '@flowvae/training';

/**
 * Width P of x in rows [x, mask], or in rows of a layout that begins with these two.
 *
 * @throws ExpectationError for an odd width without a layout, or a layout without a mask behind x
 */
export function maskedWidth(where: string, { layout = [], width }: Pick<DataPoints, 'layout' | 'width'>): number {
  const [x, mask] = layout;
  if (x && mask?.name === 'mask' && mask.width === x.width) return x.width;
  if (layout.length < 2 && width % 2 === 0) return width / 2;
  throw new ExpectationError({
    where,
    expected: 'rows [x, mask] of an even width',
    received: `rows of width ${width}`,
    remedy: 'append 1 for each observed entry, 0 for each missing one',
  });
}

/**
 * Checks a row [x, m], with x of a width; covariates may follow.
 *
 * @throws ExpectationError for a mask value other than 0 and 1, and for a missing entry that is not 0
 */
export function checkRow(where: string, row: Float32Array, width: number): void {
  for (let i = 0; i < width; i++) {
    const [x, m] = [row[i]!, row[width + i]!];
    if (m !== 0 && m !== 1) {
      throw new ExpectationError({ where: `${where}: mask[${i}]`, expected: '0 or 1', received: String(m) });
    }
    if (m === 0 && x !== 0) {
      const expected = '0, because its mask says that it is missing';
      throw new ExpectationError({ where: `${where}: x[${i}]`, expected, received: String(x) });
    }
  }
}

/** @throws NonFiniteError for weights that are not finite; ExpectationError where every weight is 0 */
export function refuseWeights(where: string, logMean: number, isAnyAboveZero: boolean): void {
  if (Number.isNaN(logMean) || logMean === Number.POSITIVE_INFINITY) {
    throw new NonFiniteError({
      where,
      expected: 'finite importance weights',
      received: `a log p(x) of ${logMean}`,
      remedy: 'the model is broken: train it again with a lower learning rate',
    });
  }
  if (isAnyAboveZero) return;
  throw new ExpectationError({
    where,
    expected: 'an importance weight above 0',
    received: 'weights that are all 0 in float32',
    remedy: 'the observed values are impossible for this model: check their range',
  });
}
