// The covariates of samples as columns, and as named arrays for a model.
import type { Covariate } from '@flowvae/datasets';
import { drawUniform, fold, type Key } from '@flowvae/random';
import { ExpectationError, namedInputs, rowLayout, type Tensor2D } from '@flowvae/tensor';
import type { Named } from '@flowvae/vae';
import { hasClasses, type LabelChoice } from '../../config/covariates/label-text.ts';
import type { Plan } from '../../config/plan.ts';
import type { Experiment } from '../experiment.ts';
import { fixedRows } from '../run-data.ts';
import { widthOfAll } from './conditioning.ts';

/** Options of {@link sampleColumns}. */
export interface SampleColumnsOptions {
  readonly choice: LabelChoice;
  readonly count: number;
  /** Sample i's labels depend on the key and i only. */
  readonly key: Key;
}

/**
 * The covariates of samples, [count, W]; W is 0 for a model without.
 *
 * @throws ExpectationError for numbers that nobody gives: only classes have shares
 */
export function sampleColumns({ covariates }: Pick<Plan, 'covariates'>, options: SampleColumnsOptions): Float32Array {
  const { choice, count, key } = options;
  const width = widthOfAll(covariates);
  const columns = new Float32Array(count * width);
  if (width === 0) return columns;
  const rowAt = rowsOf(covariates, choice, { count, key });
  for (let i = 0; i < count; i++) columns.set(rowAt(i), i * width);
  return columns;
}

function rowsOf(
  covariates: readonly Covariate[],
  choice: LabelChoice,
  { count, key }: Pick<SampleColumnsOptions, 'count' | 'key'>,
): (index: number) => ArrayLike<number> {
  const width = widthOfAll(covariates);
  switch (choice.kind) {
    case 'given':
      return () => choice.columns;
    case 'rows':
      return (index) => choice.columns.subarray((index * width) % choice.columns.length).subarray(0, width);
    case 'each':
      return (index) => oneOf(width, Math.floor((index * width) / count));
    case 'shares': {
      const shares = covariates.map(sharesOf);
      return (index) => {
        const uniforms = drawUniform(fold(key, 'labels', index), covariates.length);
        return covariates.flatMap((covariate, i) => drawnColumns(covariate, shares[i]!, uniforms[i]!));
      };
    }
  }
}

const oneOf = (width: number, place: number): number[] => Array.from({ length: width }, (_, i) => Number(i === place));

function sharesOf({ name, kind, width, shares }: Covariate): readonly number[] {
  if (kind !== 'number') return shares ?? new Array<number>(width).fill(kind === 'bit' ? 0.5 : 1 / width);
  throw new ExpectationError({
    where: `samples: covariate ${name}`,
    expected: 'a number: only classes can be drawn by their shares',
    received: 'none',
    remedy: `pass --label ${name}=<number>`,
  });
}

/** The class whose cumulated share exceeds a uniform number; a class with share 0 is never drawn. */
function drawnColumns({ kind, width }: Covariate, shares: readonly number[], uniform: number): number[] {
  if (kind === 'bit') return [Number(uniform < shares[0]!)];
  let sum = 0;
  const place = shares.findIndex((share) => {
    sum += share;
    return uniform < sum;
  });
  return oneOf(width, place >= 0 ? place : shares.findLastIndex((share) => share > 0)); // sums may round below 1
}

/** Columns [B, W] as arrays by name, inside a trace as well; undefined without covariates. */
export const namedCovariates = (
  { covariates }: Pick<Plan, 'covariates'>,
  columns: Tensor2D | undefined,
): Named | undefined =>
  columns && covariates.length > 0
    ? namedInputs(rowLayout(covariates.map(({ name, width }) => [name, width])), columns)
    : undefined;

/** The samples of a run's picture: of each class in turn, or beside the covariates of test rows. */
export function pictureSamples(
  parts: Experiment,
  count: number,
): { readonly count: number; readonly labels?: LabelChoice } {
  const { plan, set } = parts;
  if (plan.covariates.length === 0) return { count };
  if (!hasClasses(plan.covariates)) {
    const split = set.splits.test.length > 0 ? 'test' : 'train';
    return { count, labels: { kind: 'rows', columns: columnsOfRows(parts, split, count) } };
  }
  const labels = { kind: 'each' } as const;
  return { count: evenCount(plan.covariates, labels, count), labels };
}

/** The covariates of the first rows of a split, [n, W]. */
function columnsOfRows({ plan, set }: Experiment, split: 'train' | 'test', most: number): Float32Array {
  const points = fixedRows(set, split, plan, most);
  const width = widthOfAll(plan.covariates);
  const columns = new Float32Array(points.count * width);
  for (let i = 0; i < points.count; i++) columns.set(points.row(i).subarray(points.width - width), i * width);
  return columns;
}

/** So many samples at least that every class has as many as the others. */
export const evenCount = (covariates: readonly Covariate[], choice: LabelChoice, count: number): number =>
  choice.kind === 'each' ? Math.ceil(count / widthOfAll(covariates)) * widthOfAll(covariates) : count;
