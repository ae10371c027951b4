// One look at all values: their form, their range, how many are missing.
import { ExpectationError } from '@flowvae/tensor/plain';
import { rowsInPiece } from '../sets/row-runs.ts';
import type { StoredArray } from '../stored/stored-array.ts';
import { widthOf } from '../stored/views.ts';
import { countsOf, formOf, type SeenFacts, type Survey } from './value-forms.ts';

/** Values and their mask. */
export interface SurveyedValues {
  readonly x: StoredArray;
  readonly mask?: StoredArray | undefined;
}

/** Options of {@link survey}. */
export interface SurveyOptions {
  /** Whether the values are counts. Default false. */
  readonly counts?: boolean;
  /** Names of the variables, for errors. */
  readonly names?: readonly string[] | undefined;
  /** Called with the share of rows that are done. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/**
 * Looks at all values of all parts once, in pieces.
 *
 * @throws ExpectationError where a value is infinite, or no count among counts, a mask holds anything but 0 and 1, or
 * nothing was observed
 */
export function survey(
  parts: readonly SurveyedValues[],
  { counts = false, names, onProgress }: SurveyOptions = {},
): Survey {
  const count = parts.reduce((sum, { x }) => sum + x.shape[0]!, 0);
  const { x } = parts[0]!;
  const seen = new SeenValues(x.type === 'f2' ? HALF_LEVEL_ERROR : LEVEL_ERROR);
  let done = 0;
  for (const part of parts) {
    look(part, { seen, counts, names }, (rows) => {
      done += rows;
      onProgress?.(done / count);
    });
  }
  if (seen.observed > 0) return counts ? countsOf(seen.facts()) : formOf(seen.facts(), x);
  throw new ExpectationError({ where: x.where, expected: 'values', received: count > 0 ? 'none observed' : 'no rows' });
}

interface Look extends Pick<SurveyOptions, 'names'> {
  readonly seen: SeenValues;
  readonly counts: boolean;
}

function look({ x, mask }: SurveyedValues, { seen, counts, names }: Look, onRows: (rows: number) => void): void {
  const count = x.shape[0]!;
  const width = widthOf(x);
  const rows = Math.min(count, rowsInPiece(width));
  const valuesAt = mask ? floatsOf(x, rows) : valuesOf(x, rows);
  const maskAt = mask && floatsOf(mask, rows);
  for (let from = 0; from < count; from += rows) {
    const to = Math.min(from + rows, count);
    const [values, observed] = [valuesAt(from, to), maskAt?.(from, to)];
    const variable = (i: number) => (names ? `column "${names[i]}"` : `value ${i}`);
    const placeOf = (i: number) => `row ${from + Math.floor(i / width)}, ${variable(i % width)}`;
    if (mask) checkMask(mask.where, observed!, placeOf);
    const infinite = seen.see(values, observed);
    if (infinite >= 0) throw infiniteValue(`${x.where}, ${placeOf(infinite)}`, x.type);
    if (counts) checkCounts(x.where, values, { observed, placeOf });
    onRows(to - from);
  }
}

type RowValues = (from: number, to: number) => Float32Array | Uint8Array;

/** Bytes as they are: a large picture would take four times its memory as floats. */
const valuesOf = (x: StoredArray, rows: number): RowValues =>
  x.type === 'u1' && x.readBytes ? x.readBytes : floatsOf(x, rows);

/** Rows in memory that is used again; at most so many. */
function floatsOf(array: StoredArray, rows: number): (from: number, to: number) => Float32Array {
  const width = widthOf(array);
  const memory = new Float32Array(rows * width);
  return (from, to) => {
    const values = memory.subarray(0, (to - from) * width);
    array.read(from, to, values);
    return values;
  };
}

function checkMask(where: string, values: Float32Array, placeOf: (i: number) => string): void {
  const wrong = values.findIndex((value) => value !== 0 && value !== 1);
  if (wrong < 0) return;
  throw new ExpectationError({
    where: `${where}, ${placeOf(wrong)}`,
    expected: 'a mask of 1 for observed and 0 for missing values',
    received: String(values[wrong]),
  });
}

interface Places {
  readonly observed: Float32Array | undefined;
  placeOf(i: number): string;
}

function checkCounts(where: string, values: ArrayLike<number>, { observed, placeOf }: Places): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if ((value >= 0 && Number.isInteger(value)) || Number.isNaN(value) || observed?.[i] === 0) continue;
    throw noCount(`${where}, ${placeOf(i)}`, value);
  }
}

/** A float32 with its own digits. */
export const shortNumber = (value: number): string => String(Number(value.toPrecision(7)));

const noCount = (where: string, value: number) =>
  new ExpectationError({
    where,
    expected: 'a whole number from 0, for the values are asked for as counts',
    received: shortNumber(value),
    remedy: 'choose a likelihood of other numbers, such as gaussian or student-t',
  });

const infiniteValue = (where: string, type: string) =>
  new ExpectationError({
    where,
    expected: 'a finite number, or NaN for a missing one',
    received: type === 'f8' ? 'an infinite one, or one beyond 3.4e38, the largest of float32' : 'an infinite one',
    remedy: 'replace it where the file is written, or give a mask',
  });

/** Levels k/255 in float32 differ from the quotient by less than this. */
const LEVEL_ERROR = 1e-3 / 255;

/** Half precision has 11 bits: near 1 it rounds by 2^-12 at most. */
const HALF_LEVEL_ERROR = 2 ** -12 + LEVEL_ERROR;

class SeenValues {
  observed = 0;
  #missing = 0;
  #least = Number.POSITIVE_INFINITY;
  #greatest = Number.NEGATIVE_INFINITY;
  #areBits = true;
  #areWhole = true;
  #areLevels = true;
  readonly #levelError: number;

  constructor(levelError: number) {
    this.#levelError = levelError;
  }

  /** @returns the place of an infinite value, or −1 */
  see(values: Float32Array | Uint8Array, mask?: Float32Array): number {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (mask?.[i] === 0 || Number.isNaN(value)) {
        this.#missing++;
        continue;
      }
      this.observed++;
      if (value < this.#least) this.#least = value;
      if (value > this.#greatest) this.#greatest = value;
      if (value === 0 || value === 1) continue;
      this.#areBits = false;
      if (this.#areWhole && !Number.isInteger(value)) this.#areWhole = false;
      if (this.#areLevels && Math.abs(value - Math.round(255 * value) / 255) > this.#levelError) {
        this.#areLevels = false;
      }
      if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return i;
    }
    return -1;
  }

  facts(): SeenFacts {
    return {
      range: [this.#least, this.#greatest],
      observed: this.observed,
      missing: this.#missing,
      areBits: this.#areBits,
      areWhole: this.#areWhole,
      areLevels: this.#areLevels,
    };
  }
}
