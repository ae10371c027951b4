// A pure function at many points, piece by piece: threads work on several pieces, and these come in order.
import type { Arrays } from '@flowvae/compiler';
import { checkShape, repeatRows, type Tensor, type Tensor2D } from '@flowvae/tensor';
import { type DataPoints, functionRunner, inOrder, type RunnerOptions } from '@flowvae/training';

/** A function of points: x [B, P] → named tensors [B, …], or [1, …] if all rows share the result. */
export type PointFunction = (x: Tensor2D) => Readonly<Record<string, Tensor>>;

/** The data points of a piece: `rows` of them, starting at `first`. */
export interface Piece {
  readonly first: number;
  readonly rows: number;
}

/** Options of {@link pieces}. */
export interface PiecesOptions extends RunnerOptions {
  /** Rows in one run of the function, fewer if they need too much memory. */
  readonly chunk: number;
  /** Stops after the pieces that are under way; later ones do not come. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Yields results by name, [rows, …] row-major, for piece after piece. Each run has the same number of rows: the last
 * data point fills up the last piece. So the result of a point depends on this point and its place alone, for any
 * number of threads.
 *
 * @throws ShapeError with the name of a result that has another number of rows
 */
export async function* pieces(
  fn: PointFunction,
  data: DataPoints,
  { chunk, signal, ...options }: PiecesOptions,
): AsyncGenerator<readonly [Piece, Arrays]> {
  const { count, width } = data;
  if (count === 0) return;
  const runner = await functionRunner(({ x }) => oneForEach(fn(x as Tensor2D), x!.shape[0]!), options);
  try {
    const size = runner.rowsWithin(chunk, (rows) => ({ x: [rows, width] }));
    const x = new Float32Array(size * width);
    const start = ({ first, rows }: Piece): Promise<Arrays> => {
      for (let i = 0; i < size; i++) x.set(data.row(first + Math.min(i, rows - 1)), i * width);
      return runner.run({ x }, { x: [size, width] });
    };
    for await (const [piece, whole] of inOrder(piecesOf(count, size, signal), runner.width, start))
      yield [piece, firstRows(whole, piece.rows, size)];
  } finally {
    await runner.dispose();
  }
}

function* piecesOf(count: number, size: number, signal: AbortSignal | undefined): Generator<Piece> {
  for (let first = 0; first < count && !signal?.aborted; first += size)
    yield { first, rows: Math.min(size, count - first) };
}

/** The results of the first of some rows. */
function firstRows(whole: Arrays, rows: number, of: number): Arrays {
  const own = Object.entries(whole).map(([name, values]) => [name, values.subarray(0, (values.length / of) * rows)]);
  return Object.fromEntries(own);
}

/** Expands results to one row per data point; a result that does not depend on x may have a single row. */
function oneForEach(results: Readonly<Record<string, Tensor>>, rows: number): Readonly<Record<string, Tensor>> {
  const whole = Object.entries(results).map(([name, result]) => {
    const given = result.shape[0];
    if (given !== 1 && given !== rows) checkShape(`tabulate: ${name}`, result, [rows, ...result.shape.slice(1)]);
    return [name, given === rows ? result : repeatRows(result, rows)] as const;
  });
  return Object.fromEntries(whole);
}
