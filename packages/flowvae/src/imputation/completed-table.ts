// A table with its holes filled, as CSV.
import type { DataSet } from '@flowvae/datasets';
import { labelRows } from '@flowvae/datasets';
import { csvLine, rowFields, shortest } from '../files/csv-rows.ts';
import { writeLines } from '../files/row-sink.ts';
import { datumColumns } from '../report/datum-columns.ts';
import type { Experiment } from '../run/experiment.ts';
import { type ImputedRows, type ImputeRowsOptions, imputeRows } from './impute-rows.ts';

/**
 * Writes the rows with missing numbers as their means, missing categories and bits as their most probable class.
 * Observed entries stay. The label of a table is the last column; columns that the run left out are not written.
 *
 * @throws as {@link imputeRows}, and if the file cannot be written
 */
export async function writeCompletedTable(
  path: string,
  parts: Experiment,
  { rows, ...options }: ImputeRowsOptions & { readonly rows: Uint32Array },
): Promise<ImputedRows> {
  const columns = datumColumns(parts.data, parts.plan.binarisation);
  const label = labelColumn(parts.set);
  let totals: ImputedRows | undefined;
  await writeLines(path, async (append) => {
    append(csvLine([...columns.map(({ name }) => name), ...(label ? [label.name] : [])]));
    totals = await imputeRows(parts, {
      ...options,
      onRow(index, row, imputed) {
        options.onRow(index, row, imputed);
        const fields = rowFields(imputed?.mean ?? row, columns);
        append(csvLine([...fields, ...(label ? [label.at(rows[index]!)] : [])]));
      },
    });
  });
  return totals!;
}

/** The label of a table, by its class's name. */
function labelColumn({ y, description: { label, classes } }: DataSet) {
  if (!y || label === undefined) return undefined;
  return {
    name: label,
    at(row: number): string {
      const value = labelRows(y, Uint32Array.of(row))[0]!;
      return classes?.[value] ?? shortest(value);
    },
  };
}
