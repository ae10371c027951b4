// The number of rows in one run: it depends on the likelihood's bytes per row, from 3 KB of bits to 800 KB of 256
// levels for each pixel.
import { type Graph, peakBytes, TraceError } from '@flowvae/compiler';

/**
 * Limit on the bytes of one run's values, by their shapes, where no part that is equal for all rows, such as masked
 * kernels, takes more than half of it. ONNX Runtime's allocator takes a quarter more if it keeps no second block for
 * the memory pattern (`isSmall` of a session's choices), and a thread takes 10 MiB: with two threads an evaluation
 * takes some 100 MiB beside the process and its parameters.
 */
export const RUN_BYTES = 32 * 2 ** 20;

/**
 * The most rows, up to `most`, whose run stays within a limit; at least 1. A constant part of more than half the limit
 * raises it to twice that part: each run makes the part again, and with few rows would do little else.
 *
 * @param bytesAt the bytes of a run with this many rows: a constant and a multiple of the rows
 */
export function rowsWithin(most: number, bytesAt: (rows: number) => number, limit = RUN_BYTES): number {
  const all = bytesAt(most);
  if (all <= limit || most <= 1) return most;
  const one = bytesAt(1);
  const perRow = (all - one) / (most - 1);
  const raised = Math.max(limit, 2 * (one - perRow));
  return Math.max(1, Math.min(most, Math.floor(1 + (raised - one) / perRow)));
}

/**
 * The same by the graph for this many rows; `most` without a graph, because functions that cannot be traced can still
 * run eagerly.
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
