// Histograms of one numeric column as densities: each series has area 1, less its share outside of the axis.
import { bars } from '../charts/histogram.ts';
import { countInBins } from '../charts/value-bins.ts';
import type { ColumnSeries } from './column-options.ts';
import type { NumberAxis } from './number-axis.ts';
import type { ObservedNumbers } from './observed-values.ts';

/** Chart.js datasets of bars, one a series; none for a series without an observed value. */
export function densityBars(axis: NumberAxis, numbers: readonly ObservedNumbers[], series: readonly ColumnSeries[]) {
  return numbers.flatMap(({ sorted }, i) => {
    if (sorted.length === 0) return [];
    const { counts, from, width } = countInBins(sorted, axis);
    const densities = counts.map((count) => count / sorted.length / width);
    return [bars({ from, width, counts: densities }, series[i]!.label, i)];
  });
}
