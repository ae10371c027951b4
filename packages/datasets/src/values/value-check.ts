// Whether the values of single variables are those that a model describes.
import { ExpectationError } from '@flowvae/tensor/plain';
import { type DataSet, widthOfDatum } from '../sets/data-set.ts';
import { rowsInPiece } from '../sets/row-runs.ts';
import { lookAt } from '../sources/look.ts';
import { shortNumber } from './survey.ts';

/** The demand on a variable: a whole number from 0, or a number from 0 to 1. */
export type ValueDemand = 'counts' | 'grey';

/** A variable with a demand. */
export interface DemandedVariable {
  readonly name: string;
  /** Its place among the P variables. */
  readonly at: number;
  readonly demand: ValueDemand;
}

const demands: Readonly<Record<ValueDemand, { fits(value: number): boolean; readonly words: string }>> = {
  counts: { fits: (value) => value >= 0 && Number.isInteger(value), words: 'a whole number from 0' },
  grey: { fits: (value) => value >= 0 && value <= 1, words: 'a number from 0 to 1' },
};

/**
 * Looks at all observed values of some variables, in all rows.
 *
 * @throws ExpectationError for the first one that is not as demanded, with its column and row
 */
export function checkValues(set: DataSet, variables: readonly DemandedVariable[]): void {
  if (variables.length === 0) return;
  const { x, mask, description } = set;
  const [count, width] = [x.shape[0]!, widthOfDatum(description)];
  const rows = Math.min(count, rowsInPiece(width));
  const [values, observed] = [new Float32Array(rows * width), new Float32Array(rows * width).fill(1)];
  for (let from = 0; from < count; from += rows) {
    const to = Math.min(from + rows, count);
    x.read(from, to, values.subarray(0, (to - from) * width));
    mask?.read(from, to, observed.subarray(0, (to - from) * width));
    for (let row = 0; row < to - from; row++) {
      for (const variable of variables) {
        const [place, { fits }] = [row * width + variable.at, demands[variable.demand]];
        const value = values[place]!;
        if (observed[place] === 0 || Number.isNaN(value) || fits(value)) continue;
        throw misfit(set, { variable, row: from + row, value });
      }
    }
  }
}

interface Misfit {
  readonly variable: DemandedVariable;
  readonly row: number;
  readonly value: number;
}

const misfit = ({ name }: DataSet, { variable, row, value }: Misfit) =>
  new ExpectationError({
    where: `${name}: column "${variable.name}", row ${row}`,
    expected: `${demands[variable.demand].words}, as its likelihood describes`,
    received: shortNumber(value),
    remedy: `choose another likelihood for the column; ${lookAt(name)}`,
  });
