// Scattered rows in runs that are worth one look at the file.

/** Rows `from` … `to` − 1 of an array, among which are those that are wanted: places `first` … `end` − 1 of them. */
export interface RowRun {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly end: number;
}

/** Rows that are read without need cost less than another call, as long as they are few. */
const MOST_SKIPPED = 8;

/**
 * Runs of rows that lie close together, in the order in which they are wanted.
 *
 * @param most rows of a run
 */
export function* rowRuns(rows: Uint32Array, most: number): Generator<RowRun> {
  for (let first = 0; first < rows.length; ) {
    const from = rows[first]!;
    let end = first + 1;
    while (end < rows.length && follows(rows[end - 1]!, rows[end]!) && rows[end]! < from + most) end++;
    yield { from, to: rows[end - 1]! + 1, first, end };
    first = end;
  }
}

const follows = (row: number, next: number) => next > row && next - row <= MOST_SKIPPED;

/** Rows of so many numbers that are looked at together: at most 2^18 numbers, and one row at least. */
export const rowsInPiece = (width: number): number => Math.max(1, Math.floor(2 ** 18 / Math.max(1, width)));
