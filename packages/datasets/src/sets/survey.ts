// One look at all values: their form, their range, how many are missing.
import { ExpectationError } from '@flowvae/tensor/plain';
import type { StoredArray } from '../stored/stored-array.ts';
import { widthOf } from '../stored/views.ts';
import type { ValueForm } from './data-set.ts';

/** The facts about the values of x. */
export interface Survey {
  readonly form: Exclude<ValueForm, 'columns'>;
  /** Levels that are stored as 0 … 255 are divided by 255. */
  readonly divisor: 1 | 255;
  /** Least and greatest observed value, as stored. */
  readonly range: readonly [least: number, greatest: number];
  readonly observed: number;
  readonly missing: number;
  readonly notes: readonly string[];
}

/** Values and their mask. */
export interface SurveyedValues {
  readonly x: StoredArray;
  readonly mask?: StoredArray | undefined;
  /** Called with the share of rows that are done. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** Numbers in one look. */
const PIECE = 2 ** 18;

/**
 * Looks at all values once, in pieces.
 *
 * @throws ExpectationError where a value is infinite, or nothing was observed
 */
export function survey({ x, mask, onProgress }: SurveyedValues): Survey {
  const count = x.shape[0]!;
  const width = widthOf(x);
  const rows = Math.max(1, Math.floor(PIECE / Math.max(1, width)));
  const seen = new SeenValues();
  const [values, observed] = [new Float32Array(rows * width), new Float32Array(mask ? rows * width : 0)];
  for (let from = 0; from < count; from += rows) {
    const to = Math.min(from + rows, count);
    const length = (to - from) * width;
    x.read(from, to, values.subarray(0, length));
    mask?.read(from, to, observed.subarray(0, length));
    const infinite = seen.see(values.subarray(0, length), mask && observed.subarray(0, length));
    if (infinite >= 0)
      throw infiniteValue(x.where, { row: from + Math.floor(infinite / width), place: infinite % width });
    onProgress?.(to / count);
  }
  if (seen.observed === 0)
    throw new ExpectationError({ where: x.where, expected: 'values', received: 'none observed' });
  return formOf(seen, x);
}

const infiniteValue = (where: string, { row, place }: { readonly row: number; readonly place: number }) =>
  new ExpectationError({
    where: `${where}, row ${row}, value ${place}`,
    expected: 'a finite number, or NaN for a missing one',
    received: 'an infinite one',
  });

/** Levels k/255 in float32 and in half precision differ from the quotient by less than this. */
const LEVEL_ERROR = 1e-3 / 255;

class SeenValues {
  least = Number.POSITIVE_INFINITY;
  greatest = Number.NEGATIVE_INFINITY;
  observed = 0;
  missing = 0;
  areBits = true;
  areWhole = true;
  /** Whether all are k/255. */
  areLevels = true;

  /** @returns the place of an infinite value, or −1 */
  see(values: Float32Array, mask?: Float32Array): number {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (mask?.[i] === 0 || Number.isNaN(value)) {
        this.missing++;
        continue;
      }
      this.observed++;
      if (value < this.least) this.least = value;
      if (value > this.greatest) this.greatest = value;
      if (value === 0 || value === 1) continue;
      this.areBits = false;
      if (this.areWhole && !Number.isInteger(value)) this.areWhole = false;
      if (this.areLevels && Math.abs(value - Math.round(255 * value) / 255) > LEVEL_ERROR) this.areLevels = false;
      if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return i;
    }
    return -1;
  }
}

function formOf(seen: SeenValues, { type, shape }: StoredArray): Survey {
  const { least, greatest, observed, missing, areBits, areWhole, areLevels } = seen;
  const facts = { range: [least, greatest] as const, observed, missing };
  const isImage = shape.length > 2;
  const isByte = least >= 0 && greatest <= 255;
  if (areBits) return { ...facts, form: 'bits', divisor: 1, notes: [] };
  if (type === 'u1') return { ...facts, form: 'levels', divisor: 255, notes: [] };
  if (isImage && areWhole && isByte) {
    return {
      ...facts,
      form: 'levels',
      divisor: 255,
      notes: ['Whole numbers from 0 to 255: taken as the levels of a byte.'],
    };
  }
  if (isImage && areLevels && least >= 0 && greatest <= 1) {
    return { ...facts, form: 'levels', divisor: 1, notes: ['All values are k/255: taken as the levels of a byte.'] };
  }
  return { ...facts, form: least >= 0 && greatest <= 1 ? 'grey' : 'real', divisor: 1, notes: [] };
}
