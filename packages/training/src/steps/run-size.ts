// How many rows are computed in one run: what the likelihood makes of a row decides, from 3 KB of bits to 800 KB of 256
// levels for each pixel.
import { type Graph, peakBytes, TraceError } from '@flowvae/compiler';

/**
 * Bytes that the values of one run may take, as shapes say it. ONNX Runtime's allocator takes a quarter more where it
 * keeps no second block for the memory pattern (`isSmall` of a session's choices), and a thread 10 MiB: with two of
 * them an evaluation takes some 100 MiB beside the process and its parameters.
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
 * The same by the graph that so many rows have; `most` where there is none, for what cannot be traced can still run
 * eagerly.
 *
 * @param graphAt traces
 */
export function tracedRowsWithin(most: number, graphAt: (rows: number) => Graph): number {
  try {
    return rowsWithin(most, (rows) => peakBytes(graphAt(rows)));
  } catch (error) {
    if (error instanceof TraceError) return most;
    throw error;
  }
}
