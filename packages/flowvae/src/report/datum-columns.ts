// The columns of a datum, named or not, and the entries of a row: a category is one entry with several variables.
import type { Binarisation, DataColumn, DataDescription } from '@flowvae/datasets';
import { widthOfDatum } from '@flowvae/datasets';
import { columnsOf } from '../config/data-columns.ts';
import { formAfter } from '../config/likelihood-data.ts';

/** The columns of data, in the kinds that a model sees: levels and numbers that are binarised are bits. */
export const datumColumns = (data: DataDescription, binarisation: Binarisation): readonly DataColumn[] =>
  data.columns ?? columnsOf(data).map((column) => ({ ...column, kind: kindOfVariables(data, binarisation) }));

/** The kind of variables that no column describes. */
export const kindOfVariables = ({ form }: DataDescription, binarisation: Binarisation): 'number' | 'bit' =>
  formAfter(form, binarisation) === 'bits' ? 'bit' : 'number';

/** The number of observed entries in the mask [P] of a row. */
export function observedEntries(mask: Float32Array, { columns }: Pick<DataDescription, 'columns'>): number {
  if (!columns) return mask.reduce((sum, observed) => sum + observed, 0);
  return columns.reduce((sum, { at }) => sum + mask[at]!, 0); // a category's variables are observed together
}

/** The number of entries in a row. */
export const entriesOfDatum = (data: DataDescription): number => data.columns?.length ?? widthOfDatum(data);
