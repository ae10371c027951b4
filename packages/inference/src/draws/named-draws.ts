// Draws of named quantities, as tables and files need them.
import { columnNames } from '@flowvae/flows';
import { ExpectationError, elementCount } from '@flowvae/tensor';
import type { ChainDraws } from '../chains/chain-record.ts';
import { type ColumnSummary, columnSummaries } from '../diagnostics/column-summary.ts';

/** All draws of one quantity. */
export interface NamedColumn {
  /** Shape of one value; [] of a number. */
  readonly shape: readonly number[];
  /** [chains, draws, ...shape], row-major; bytes stand for no (0) and yes (1). */
  readonly values: Float32Array | Uint8Array;
}

/** Draws of chains by the quantities' names; independent draws are one chain. */
export interface NamedDraws {
  readonly chains: number;
  /** Draws of each chain. */
  readonly draws: number;
  readonly columns: Readonly<Record<string, NamedColumn>>;
}

/**
 * Names the coordinates of chains: consecutive ones form a quantity.
 *
 * @param shapes of the quantities, in the order of the coordinates
 * @throws ExpectationError if the shapes have another number of coordinates
 */
export function namedDraws(
  { chains, draws, dim, values }: Pick<ChainDraws, 'chains' | 'draws' | 'dim' | 'values'>,
  shapes: Readonly<Record<string, readonly number[]>>,
): NamedDraws {
  const total = Object.values(shapes).reduce((sum, shape) => sum + elementCount(shape), 0);
  if (total !== dim) {
    const expected = `quantities of ${dim} numbers in all`;
    throw new ExpectationError({ where: 'namedDraws: shapes', expected, received: String(total) });
  }
  let first = 0;
  const columns = Object.entries(shapes).map(([name, shape]) => {
    const size = elementCount(shape);
    const own = new Float32Array(chains * draws * size);
    for (let row = 0; row < chains * draws; row++) {
      own.set(values.subarray(row * dim + first, row * dim + first + size), row * size);
    }
    first += size;
    return [name, { shape, values: own }] as const;
  });
  return { chains, draws, columns: Object.fromEntries(columns) };
}

/** Acceptance and divergences of chains, under the names that ArviZ looks for in `sample_stats`. */
export const chainStatistics = ({ chains, draws, acceptance, diverging }: ChainDraws): NamedDraws => ({
  chains,
  draws,
  columns: {
    acceptance_rate: { shape: [], values: acceptance },
    diverging: { shape: [], values: diverging },
  },
});

/** The summary of one number of a quantity. */
export interface NamedSummary extends ColumnSummary {
  /** `mu`, `theta[0]`, see {@link columnNames}. */
  readonly name: string;
}

/**
 * Moments, their errors, R̂ and effective sample sizes of every number, in the order of the draws.
 *
 * @throws ExpectationError if a quantity's values do not fit
 */
export function summariseDraws(draws: NamedDraws): NamedSummary[] {
  checkDraws('summariseDraws', draws);
  return Object.entries(draws.columns).flatMap(([name, { shape, values }]) => {
    const summaries = columnSummaries(values, draws);
    return columnNames(name, shape).map((own, i) => ({ name: own, ...summaries[i]! }));
  });
}

/** @throws ExpectationError for no draws, or values that do not fit them */
export function checkDraws(where: string, { chains, draws, columns }: NamedDraws): void {
  for (const [name, count] of Object.entries({ chains, draws })) {
    if (Number.isInteger(count) && count >= 1) continue;
    throw new ExpectationError({ where: `${where}: ${name}`, expected: 'one or more', received: String(count) });
  }
  for (const [name, { shape, values }] of Object.entries(columns)) {
    const wanted = chains * draws * elementCount(shape);
    if (values.length === wanted) continue;
    const expected = `${wanted} numbers, [${[chains, draws, ...shape].join(', ')}]`;
    throw new ExpectationError({ where: `${where}: ${name}`, expected, received: String(values.length) });
  }
}
