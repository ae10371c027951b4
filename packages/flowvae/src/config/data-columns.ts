// The columns of data: of a table as it names them, of other rows a column for each value.
import { type DataColumn, type DataDescription, widthOfDatum } from '@flowvae/datasets';

/** The columns of a table; those of other rows are named by their places. */
export const columnsOf = (data: DataDescription): readonly DataColumn[] =>
  data.columns ??
  Array.from({ length: widthOfDatum(data) }, (_, at) => ({
    name: `x${at + 1}`,
    kind: data.form === 'bits' ? 'bit' : 'number',
    at,
    width: 1,
    classes: [],
  }));
