// The rows of a split as models see them: binarised or grey bytes, or numbers, with a mask behind them where values may
// be missing.
import { type DataPoints, ExpectationError } from '@flowvae/tensor';
import { type BinarisationOptions, type BytesWriter, bytesWriter } from '../binarisation.ts';
import { staysGrey } from '../binarisation-kinds.ts';
import type { StoredArray } from '../stored/stored-array.ts';
import { type DataSet, type SplitName, widthOfDatum } from './data-set.ts';
import { placesOf } from './places.ts';

/** Options of {@link dataRows}. */
export interface DataRowsOptions extends BinarisationOptions {
  /** Rows, from the first on. Default: all. */
  readonly most?: number;
}

/**
 * The rows of a split as data points, [P]; or [2P] where values may be missing: x with 0 for a missing value, then 1
 * for each observed value and 0 for each missing one.
 *
 * Levels are k/255, or bits by the binarisation; all other values are as stored.
 *
 * @throws ExpectationError, also by `row`, where a value is infinite, or missing in data without missing values
 */
export function dataRows(set: DataSet, split: SplitName | Uint32Array, options: DataRowsOptions): DataPoints {
  const rows = typeof split === 'string' ? set.splits[split] : split;
  const pixels = widthOfDatum(set.description);
  const { hasMissing } = set.description;
  const width = hasMissing ? 2 * pixels : pixels;
  const row = new Float32Array(width);
  const x = row.subarray(0, pixels);
  const write = writerOf(set, options, x);
  const finish = hasMissing ? maskWriter(set, row) : completeness(set, x);
  const fill = (index: number, occasion: number | 'evaluation'): Float32Array => {
    const stored = rows[index];
    if (stored === undefined) throw noSuchRow(set.name, rows.length, index);
    write(stored, occasion);
    finish(stored);
    return row;
  };
  const isDrawnAnew = options.binarisation === 'dynamic';
  return {
    count: Math.min(options.most ?? rows.length, rows.length),
    width,
    row: (index) => fill(index, 'evaluation'),
    ...(isDrawnAnew ? { rowAt: (step: number, index: number) => fill(index, step) } : {}),
  };
}

const noSuchRow = (name: string, count: number, index: number) =>
  new ExpectationError({ where: `${name}: row`, expected: `an index below ${count}`, received: String(index) });

type StoredWriter = (stored: number, occasion: number | 'evaluation') => void;

/** Writes a stored row into x. */
function writerOf(set: DataSet, options: DataRowsOptions, x: Float32Array): StoredWriter {
  const { form } = set.description;
  if (form !== 'levels') return (stored) => set.x.read(stored, stored + 1, x);
  if (set.divisor === 1 && staysGrey(options.binarisation)) return (stored) => set.x.read(stored, stored + 1, x);
  const bytesAt = levelBytes(set);
  const placeAt = placesOf(set.origins);
  const writerAt = bytesWriter(options);
  const current: { occasion?: number | 'evaluation'; write?: BytesWriter } = {};
  return (stored, occasion) => {
    if (occasion !== current.occasion) Object.assign(current, { occasion, write: writerAt(occasion) });
    current.write!(bytesAt(stored), placeAt(stored), x);
  };
}

/** The levels 0 … 255 of a stored row. */
function levelBytes({ x, divisor, description }: DataSet): (stored: number) => Uint8Array {
  if (x.readBytes && divisor === 255) return (stored) => x.readBytes!(stored, stored + 1);
  const values = new Float32Array(widthOfDatum(description));
  const factor = 255 / divisor;
  return (stored) => {
    x.read(stored, stored + 1, values);
    return Uint8Array.from(values, (value) => (Number.isNaN(value) ? 0 : Math.round(factor * value)));
  };
}

/** Writes the mask behind x, and 0 for missing values. */
function maskWriter({ mask }: DataSet, row: Float32Array): (stored: number) => void {
  const pixels = row.length / 2;
  const given = row.subarray(pixels);
  return (stored) => {
    if (mask) mask.read(stored, stored + 1, given);
    else given.fill(1);
    for (let i = 0; i < pixels; i++) {
      if (given[i] !== 0 && !Number.isNaN(row[i])) continue;
      row[i] = 0;
      given[i] = 0;
    }
  };
}

/** The survey has seen all values; a file may have changed since. */
function completeness({ name, x: { where } }: DataSet, x: Float32Array): (stored: number) => void {
  return (stored) => {
    for (let i = 0; i < x.length; i++) {
      if (Number.isFinite(x[i])) continue;
      const received = String(x[i]);
      throw new ExpectationError({ where: `${where || name}, row ${stored}`, expected: 'finite values', received });
    }
  };
}

/** Labels, or other values beside x, of some rows: [n, …] as stored. */
export function labelRows(y: StoredArray, rows: Uint32Array): Float32Array {
  const width = y.shape.slice(1).reduce((product, size) => product * size, 1);
  const values = new Float32Array(rows.length * width);
  for (const [i, stored] of rows.entries()) y.read(stored, stored + 1, values.subarray(i * width, (i + 1) * width));
  return values;
}
