// Refusals of imputation: rows that are not [x, mask], and weights that cannot be used.
import { ExpectationError } from '@flowvae/tensor';
import { NonFiniteError } from '@flowvae/training';

/** @throws ExpectationError unless rows can be halves of one width */
export function checkWidth(where: string, width: number): void {
  if (width % 2 === 0) return;
  throw new ExpectationError({
    where,
    expected: 'rows [x, mask] of an even width',
    received: `rows of width ${width}`,
    remedy: 'append 1 for each observed entry, 0 for each missing one',
  });
}

/**
 * Checks a row [x, m].
 *
 * @throws ExpectationError for a mask value other than 0 and 1, and for a missing entry that is not 0
 */
export function checkRow(where: string, row: Float32Array): void {
  const width = row.length / 2;
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
