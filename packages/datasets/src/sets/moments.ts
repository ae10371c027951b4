// Means and deviations of the training rows: the start of a decoder's bias, and standardisation.
import { expectedOf, expectedOfBytes } from '../binarisation.ts';
import type { Binarisation } from '../binarisation-kinds.ts';
import { type DataSet, widthOfDatum } from './data-set.ts';
import { rowRuns, rowsInPiece } from './row-runs.ts';

/** Moments of each variable over the observed values of the training rows, in the units of models. */
export interface DataMoments {
  /** [P]; 0 where nothing was observed. */
  readonly mean: Float64Array;
  /** Root of the mean squared distance to the mean, [P]. */
  readonly deviation: Float64Array;
  /** Observed values, [P]. */
  readonly counts: Float64Array;
}

/**
 * The moments of the training rows. Of levels, and numbers from 0 to 1, that are binarised the mean is that of the
 * bits.
 *
 * Bits and levels are added up. Means and squares of others are updated row by row (Welford 1962), so that a mean that
 * is large beside the deviation costs no digits. All is float64.
 *
 * @see Welford 1962, Technometrics 4(3), 419-420
 */
export function dataMoments(set: DataSet, binarisation: Binarisation = 'none'): DataMoments {
  const { form } = set.description;
  const pixels = widthOfDatum(set.description);
  const moments = form === 'bits' || form === 'levels' ? addedMoments(pixels) : updatedMoments(pixels);
  const expected = valuesOf(set, binarisation);
  for (const { values, mask, rows } of trainingBlocks(set)) {
    for (const row of rows) {
      const start = row * pixels;
      for (let i = 0; i < pixels; i++) {
        const stored = values[start + i]!;
        if (mask?.[start + i] === 0 || Number.isNaN(stored)) continue;
        moments.add(i, expected(stored));
      }
    }
  }
  return moments.result();
}

interface MomentSums {
  add(variable: number, value: number): void;
  result(): DataMoments;
}

function addedMoments(pixels: number): MomentSums {
  const [counts, sums, squares] = [new Float64Array(pixels), new Float64Array(pixels), new Float64Array(pixels)];
  return {
    add(i, value) {
      counts[i]!++;
      sums[i]! += value;
      squares[i]! += value * value;
    },
    result() {
      const mean = sums.map((sum, i) => sum / Math.max(1, counts[i]!));
      const deviation = squares.map((sum, i) => Math.sqrt(Math.max(0, sum / Math.max(1, counts[i]!) - mean[i]! ** 2)));
      return { mean, deviation, counts };
    },
  };
}

function updatedMoments(pixels: number): MomentSums {
  const [counts, mean, squares] = [new Float64Array(pixels), new Float64Array(pixels), new Float64Array(pixels)];
  return {
    add(i, value) {
      const step = value - mean[i]!;
      counts[i]!++;
      mean[i]! += step / counts[i]!;
      squares[i]! += step * (value - mean[i]!);
    },
    result: () => ({ mean, deviation: squares.map((sum, i) => Math.sqrt(sum / Math.max(1, counts[i]!))), counts }),
  };
}

/** The value that a model expects for a stored one. */
function valuesOf({ divisor, description: { form } }: DataSet, binarisation: Binarisation): (stored: number) => number {
  if (form === 'grey') return (stored) => expectedOf(binarisation, stored / divisor);
  if (form !== 'levels') return (stored) => stored / divisor;
  const expected = expectedOfBytes(binarisation);
  const factor = 255 / divisor;
  return (stored) => expected[Math.round(factor * stored)]!;
}

interface Block {
  /** Rows of the block that are for training. */
  readonly rows: Uint32Array;
  readonly values: Float32Array;
  readonly mask: Float32Array | undefined;
}

/** Training rows in blocks; rows close together in the file are read at once. */
function* trainingBlocks({ x, mask, splits: { train }, description }: DataSet): Generator<Block> {
  const pixels = widthOfDatum(description);
  const most = rowsInPiece(pixels);
  const values = new Float32Array(most * pixels);
  const observed = mask && new Float32Array(most * pixels);
  for (const { from, to, first, end } of rowRuns(train, most)) {
    const length = (to - from) * pixels;
    x.read(from, to, values.subarray(0, length));
    mask?.read(from, to, observed!.subarray(0, length));
    yield { rows: train.subarray(first, end).map((row) => row - from), values, mask: observed };
  }
}
