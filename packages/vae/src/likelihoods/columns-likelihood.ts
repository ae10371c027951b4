// The likelihood of tables: numbers, categories and bits, each column by its kind.
import { type Column, type ColumnLayout, checkLayout, columns } from '@flowvae/distributions';
import { ExpectationError, type Tensor2D } from '@flowvae/tensor';
import { logitOfMean, logOfShare, startLogStd } from './initial-outputs.ts';
import type { Likelihood } from './likelihood.ts';

/** The initial bias of a column, from its mean. */
const biasOf: Readonly<Record<Column['kind'], (mean: number) => number>> = {
  number: (mean) => mean,
  category: logOfShare,
  bit: logitOfMean,
};

/**
 * `columns`, for a layout. Numbers start at their mean and deviation (left out: 1), categories at the logarithm of
 * their classes' shares, bits at the logit of their mean.
 *
 * @throws ExpectationError without a layout, or for one that has gaps
 */
export function columnsLikelihood(layout: ColumnLayout | undefined): Omit<Likelihood, 'name' | 'data'> {
  if (!layout) {
    throw new ExpectationError({
      where: 'likelihood columns',
      expected: 'the layout of the columns',
      received: 'none',
      remedy: "make it with parseLikelihood('columns', { columns: layout })",
    });
  }
  checkLayout(layout);
  const kinds = layout.flatMap(({ kind, width }) => Array.from({ length: width }, () => kind));
  const numbers = layout.filter(({ kind }) => kind === 'number');
  return {
    outputsPerPixel: 1,
    layout,
    start: (mean, deviation) => ({
      bias: mean.map((each, i) => biasOf[kinds[i]!](each)),
      params:
        numbers.length === 0
          ? {}
          : { logStd: Float32Array.from(numbers, ({ at }) => (deviation ? startLogStd(deviation[at]!) : 0)) },
    }),
    at: (outputs: Tensor2D, { logStd }) => columns({ outputs, logStd }, layout),
  };
}
