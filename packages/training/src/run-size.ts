// How many rows are computed in one run: what the likelihood makes of a row decides, from 3 KB of bits to 800 KB of 256 levels for each pixel.
import { type InputShapes, peakBytes, type Traceable, TraceError, traceGraph } from '@flowvae/compiler';
import type { NamedVariables } from '@flowvae/tensor';

/**
 * Bytes that the values of one run may take, as shapes say it. ONNX Runtime's allocator takes up to twice as much, and a thread 45 MiB: with two of
 * them an evaluation takes some 300 MiB beside the parameters.
 */
export const RUN_BYTES = 32 * 2 ** 20;

/**
 * The most rows, up to `most`, whose run stays within {@link RUN_BYTES}; at least 1.
 *
 * @param bytesAt what a run of so many rows takes: a constant and a multiple of the rows
 */
export function rowsWithin(most: number, bytesAt: (rows: number) => number): number {
  const all = bytesAt(most);
  if (all <= RUN_BYTES || most <= 1) return most;
  const one = bytesAt(1);
  const perRow = (all - one) / (most - 1);
  return Math.max(1, Math.min(most, Math.floor(1 + (RUN_BYTES - one) / perRow)));
}

/**
 * The same for a function of rows, by its graph; `most` where it has none, for what cannot be traced can still run eagerly.
 *
 * @param shapesOf the inputs' shapes with so many rows
 */
export function tracedRowsWithin(
  fn: Traceable,
  variables: NamedVariables,
  { most, shapesOf }: { readonly most: number; readonly shapesOf: (rows: number) => InputShapes },
): number {
  try {
    return rowsWithin(most, (rows) => peakBytes(traceGraph(fn, shapesOf(rows), variables)));
  } catch (error) {
    if (error instanceof TraceError) return most;
    throw error;
  }
}
