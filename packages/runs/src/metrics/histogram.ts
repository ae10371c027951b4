// Histograms of parameters for TensorBoard.
import type { Histogram } from './event-message.ts';

const BUCKETS = 30;

/** Counts values in thirty buckets of equal width between the least and the greatest. */
export function histogramOf(values: Float32Array): Histogram {
  let [min, max, sum, sumOfSquares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    sumOfSquares += value * value;
  }
  const count = values.length;
  // equal values, such as fresh biases, have one bucket
  if (!(max > min)) return { min, max, count, sum, sumOfSquares, limits: [max], counts: [count] };
  const counts = new Array<number>(BUCKETS).fill(0);
  const scale = BUCKETS / (max - min);
  for (const value of values) counts[Math.min(BUCKETS - 1, Math.floor((value - min) * scale))]!++;
  const limits = counts.map((_, i) => (i === BUCKETS - 1 ? max : min + (i + 1) / scale));
  return { min, max, count, sum, sumOfSquares, limits, counts };
}
