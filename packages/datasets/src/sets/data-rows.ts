// The rows of a split as models see them: binarised or grey bytes, or numbers, with a mask behind them where values
// may be missing.
import { type DataPoints, ExpectationError, type RowLayout, rowLayout, widthOfRow } from '@flowvae/tensor';
import { type BinarisationOptions, bytesWriter, type ImagePlace, numbersWriter } from '../binarisation.ts';
import { staysGrey } from '../binarisation-kinds.ts';
import { covariateOf, type NamedCovariate } from '../covariates/covariate-of.ts';
import { type DataSet, type SplitName, widthOfDatum } from './data-set.ts';
import { placesOf } from './places.ts';

/** Options of {@link dataRows}. */
export interface DataRowsOptions extends BinarisationOptions {
  /** Rows, from the first on. Default: all. */
  readonly most?: number;
  /** Covariates behind the data, in this order: `y` for the labels, or others that the set was opened with. */
  readonly covariates?: readonly string[];
}

/**
 * The rows of a split as data points, [P]; or [2P] where values may be missing: x with 0 for a missing value, then 1
 * for each observed value and 0 for each missing one. Covariates follow: numbers, or one-hot classes. The layout names
 * the parts.
 *
 * Levels are k/255, or bits by the binarisation, as are numbers from 0 to 1; all other values are as stored.
 *
 * @throws ExpectationError, also by `row`, where a value is infinite, or missing in data without missing values
 */
export function dataRows(set: DataSet, split: SplitName | Uint32Array, options: DataRowsOptions): DataPoints {
  const rows = typeof split === 'string' ? set.splits[split] : split;
  const pixels = widthOfDatum(set.description);
  const covariates = (options.covariates ?? []).map((name) => covariateOf(set, name));
  const layout = layoutOf(set, covariates);
  const width = widthOfRow(layout);
  const count = rowCount(set.name, rows.length, options.most);
  const row = new Float32Array(width);
  const x = row.subarray(0, pixels);
  const write = writerOf(set, options, x);
  const finish = finisherOf(set, options, row);
  const beside = covariates.map(({ values }, i) => {
    const { at, width: own } = layout[layout.length - covariates.length + i]!;
    const part = row.subarray(at, at + own);
    return (stored: number) => values.read(stored, stored + 1, part);
  });
  const fill = (index: number, occasion: number | 'evaluation'): Float32Array => {
    const stored = rows[index];
    if (stored === undefined || index >= count) throw noSuchRow(set.name, count, index);
    write(stored, occasion);
    finish(stored);
    for (const read of beside) read(stored);
    return row;
  };
  const isDrawnAnew = options.binarisation === 'dynamic';
  return {
    count,
    width,
    layout,
    row: (index) => fill(index, 'evaluation'),
    ...(isDrawnAnew ? { rowAt: (step: number, index: number) => fill(index, step) } : {}),
  };
}

/** The parts of a row. */
const layoutOf = ({ description }: DataSet, covariates: readonly NamedCovariate[]): RowLayout => {
  const pixels = widthOfDatum(description);
  return rowLayout([
    ['x', pixels],
    ...(description.hasMissing ? [['mask', pixels] as const] : []),
    ...covariates.map(({ covariate }) => [covariate.name, covariate.width] as const),
  ]);
};

function rowCount(name: string, count: number, most = count): number {
  if (Number.isInteger(most) && most >= 0) return Math.min(most, count);
  throw new ExpectationError({ where: `${name}: most`, expected: 'a whole number of rows', received: String(most) });
}

const noSuchRow = (name: string, count: number, index: number) =>
  new ExpectationError({ where: `${name}: row`, expected: `an index below ${count}`, received: String(index) });

type StoredWriter = (stored: number, occasion: number | 'evaluation') => void;

/** Whether values go through levels 0 … 255, all of which are finite. */
const goesThroughLevels = ({ description: { form }, divisor }: DataSet, { binarisation }: DataRowsOptions): boolean =>
  form === 'levels' && !(divisor === 1 && staysGrey(binarisation));

/** Whether numbers from 0 to 1 become bits. */
const becomesBits = ({ description: { form } }: DataSet, { binarisation }: DataRowsOptions): boolean =>
  form === 'grey' && !staysGrey(binarisation);

/** The work on a row after its values: the mask, or the check that there are no missing ones. */
function finisherOf(set: DataSet, options: DataRowsOptions, row: Float32Array): (stored: number) => void {
  const pixels = widthOfDatum(set.description);
  if (set.description.hasMissing) return maskWriter(set, row.subarray(0, 2 * pixels));
  const isChecked = goesThroughLevels(set, options) || becomesBits(set, options);
  return isChecked ? () => {} : completeness(set, row.subarray(0, pixels));
}

/** Writes a stored row into x. */
function writerOf(set: DataSet, options: DataRowsOptions, x: Float32Array): StoredWriter {
  if (becomesBits(set, options)) return intensityWriter(set, greyNumbers(set), { x, writerAt: numbersWriter(options) });
  if (!goesThroughLevels(set, options)) return numberWriter(set, x);
  return intensityWriter(set, levelBytes(set), { x, writerAt: bytesWriter(options) });
}

/** Intensities of stored rows, before they are written. */
interface Intensities<Values> {
  /** Those of a row; anything for a missing value. */
  at(stored: number): Values;
  /** Writes NaN where the last row has a missing value, for the mask. */
  keepHoles(x: Float32Array): void;
}

/** How intensities are written into x. */
interface Writing<Values> {
  readonly x: Float32Array;
  readonly writerAt: (occasion: number | 'evaluation') => (values: Values, place: ImagePlace, x: Float32Array) => void;
}

/** Draws, rounds or copies a row of intensities. */
function intensityWriter<Values>(
  { origins }: DataSet,
  { at, keepHoles }: Intensities<Values>,
  { x, writerAt }: Writing<Values>,
): StoredWriter {
  const placeAt = placesOf(origins);
  const current: { occasion?: number | 'evaluation'; write?: ReturnType<typeof writerAt> } = {};
  return (stored, occasion) => {
    if (occasion !== current.occasion) Object.assign(current, { occasion, write: writerAt(occasion) });
    current.write!(at(stored), placeAt(stored), x);
    keepHoles(x);
  };
}

/** Numbers from 0 to 1, checked unless some may be missing. */
function greyNumbers(set: DataSet): Intensities<Float32Array> {
  const numbers = new Float32Array(widthOfDatum(set.description));
  const read = numberWriter(set, numbers);
  const { hasMissing } = set.description;
  const check = hasMissing ? () => {} : completeness(set, numbers);
  return {
    at(stored) {
      read(stored);
      check(stored);
      return numbers;
    },
    keepHoles: hasMissing ? (x) => copyHoles(numbers, x) : () => {},
  };
}

function numberWriter({ x: stored, divisor }: DataSet, x: Float32Array): (row: number) => void {
  if (divisor === 1) return (row) => stored.read(row, row + 1, x);
  return (row) => {
    stored.read(row, row + 1, x);
    for (let i = 0; i < x.length; i++) x[i]! /= divisor;
  };
}

/** The levels 0 … 255 of stored rows. */
function levelBytes({ x, divisor, description }: DataSet): Intensities<Uint8Array> {
  if (x.readBytes && divisor === 255) {
    return { at: (stored) => x.readBytes!(stored, stored + 1), keepHoles: () => {} };
  }
  const values = new Float32Array(widthOfDatum(description));
  const levels = new Uint8Array(values.length);
  const factor = 255 / divisor;
  return {
    at(stored) {
      x.read(stored, stored + 1, values);
      for (let i = 0; i < values.length; i++) levels[i] = Math.round(factor * values[i]!); // NaN becomes 0
      return levels;
    },
    keepHoles: description.hasMissing ? (row) => copyHoles(values, row) : () => {},
  };
}

/** NaN in one row for each NaN in another. */
function copyHoles(from: Float32Array, to: Float32Array): void {
  for (let i = 0; i < from.length; i++) if (Number.isNaN(from[i])) to[i] = Number.NaN;
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
