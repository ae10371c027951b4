// The covariates of a set by name, and their moments.
import { ExpectationError } from '@flowvae/tensor/plain';
import type { DataSet } from '../sets/data-set.ts';
import { LABELS, labelCovariate, type NamedCovariate, withShares } from './covariates.ts';
import { labelRows } from './label-rows.ts';

export type { NamedCovariate };

/**
 * A covariate of a set: the labels by `y`, others if the set was opened with them.
 *
 * @throws ExpectationError for another name
 */
export function covariateOf(set: DataSet, name: string): NamedCovariate {
  const covariate = set.description.covariates?.find((each) => each.name === name);
  const values = set.covariates?.[name];
  if (covariate && values) return { covariate, values };
  if (name === LABELS) return labelCovariate(set);
  throw new ExpectationError({
    where: `${set.name}: covariate ${name}`,
    expected: `one of ${[...Object.keys(set.covariates ?? {}), ...(set.y ? [LABELS] : [])].join(', ') || 'none'}`,
    received: 'a name that the data were not opened with',
    remedy: `openData(…, { covariates: ['${name}'] })`,
  });
}

/**
 * A set whose description has these covariates, in their order: the labels may be one without having been asked for.
 *
 * @throws ExpectationError as {@link covariateOf}
 */
export function withCovariates(set: DataSet, names: readonly string[]): DataSet {
  const { covariates: described = [] } = set.description;
  if (names.every((name) => described.some((each) => each.name === name))) return set;
  const all = names.map((name) => covariateOf(set, name));
  return {
    ...set,
    description: { ...set.description, covariates: all.map((each) => withShares(each, set.splits.train)) },
    covariates: Object.fromEntries(all.map(({ covariate, values }) => [covariate.name, values])),
  };
}

/** Mean and deviation over the training rows of each column of numbers; 0 and 1 for classes and constants. */
export function covariateMoments(
  set: DataSet,
  names: readonly string[],
): { readonly mean: Float32Array; readonly scale: Float32Array } {
  const each = names.map((name) => momentsOf(covariateOf(set, name), set.splits.train));
  return {
    mean: Float32Array.from(each.flatMap(({ mean }) => mean)),
    scale: Float32Array.from(each.flatMap(({ scale }) => scale)),
  };
}

function momentsOf({ covariate: { kind, width }, values }: NamedCovariate, rows: Uint32Array) {
  const unchanged = { mean: new Array<number>(width).fill(0), scale: new Array<number>(width).fill(1) };
  if (kind !== 'number' || rows.length === 0) return unchanged;
  const all = labelRows(values, rows);
  const columns = unchanged.mean.map((_, column) => {
    const mean = sumOver(rows.length, (row) => all[row * width + column]!) / rows.length;
    const squares = sumOver(rows.length, (row) => (all[row * width + column]! - mean) ** 2);
    return { mean, scale: Math.fround(Math.sqrt(squares / rows.length)) || 1 };
  });
  return { mean: columns.map(({ mean }) => mean), scale: columns.map(({ scale }) => scale) };
}

function sumOver(count: number, value: (index: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += value(i);
  return sum;
}
