// The distance of estimated moments from reference ones.
import type { ColumnMoments } from 'flowvae';

/** Over all columns, in units of the reference's standard deviation. */
export interface WorstErrors {
  readonly worstMean?: number;
  readonly worstStd?: number;
}

/** Columns whose errors are told, by target: not the x of a funnel, whose deviation 20,000 exact draws miss, too. */
export const checkedColumns: Readonly<Record<string, readonly string[]>> = { funnel: ['v'] };

/** The largest errors of a mean and of a standard deviation; default: of all columns with a reference. */
export function worstErrors(
  found: Readonly<Record<string, ColumnMoments>>,
  reference: Readonly<Record<string, { readonly mean: number; readonly std: number }>>,
  columns: readonly string[] = Object.keys(reference),
): WorstErrors {
  const errors = columns.map((name) => {
    const { mean, std } = reference[name]!;
    return { mean: Math.abs(found[name]!.mean - mean) / std, std: Math.abs(found[name]!.std - std) / std };
  });
  return {
    worstMean: Math.max(...errors.map((each) => each.mean)),
    worstStd: Math.max(...errors.map((each) => each.std)),
  };
}
