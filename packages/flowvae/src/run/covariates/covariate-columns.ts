// Covariates as columns of a table.
import type { Covariate, DataColumn } from '@flowvae/datasets';

/** A column for each class or bit, and for each number of a vector. */
export function covariateColumns(covariates: readonly Covariate[]): readonly DataColumn[] {
  let at = 0;
  return covariates.flatMap(({ name, kind, width, classes }): DataColumn[] => {
    const start = at;
    at += width;
    if (kind === 'category') return [{ name, kind, at: start, width, classes }];
    return Array.from({ length: width }, (_, i) => {
      const own = width === 1 ? name : `${name}${i + 1}`;
      return { name: own, kind, at: start + i, width: 1, classes: [] };
    });
  });
}
