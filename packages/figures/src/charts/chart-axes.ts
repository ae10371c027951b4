// The two axes of a chart, as Chart.js scales.
import type { LineChartOptions } from './chart-options.ts';
import { axis, leastWidth } from './chart-style.ts';
import { type ValueRange, xAxisRange, yAxisRange } from './value-range.ts';

/** The x axis: all points, with labels at round numbers or at the given ticks. */
export function xAxis({ xLabel, logX = false, series, xTicks }: LineChartOptions) {
  const { min, max } = xAxisRange(series, logX);
  const { ticks, ...common } = axis(xLabel);
  const type = logX ? ('logarithmic' as const) : ('linear' as const);
  if (xTicks)
    return {
      type,
      ...common,
      min,
      max,
      ...ticksAt(
        xTicks.filter((x) => x >= min && x <= max),
        ticks,
      ),
    };
  if (!logX) return { type, ...common, min, max, ticks };
  return { type, ...common, min, max, ticks: { ...ticks, callback: logTick({ min, max }) } };
}

/** Words at just these numbers, as parts of a Chart.js scale. */
function ticksAt(numbers: readonly number[], style: object) {
  return {
    ticks: { ...style, autoSkip: false, callback: (value: number | string) => Number(value).toLocaleString('en-US') },
    afterBuildTicks(scale: { ticks: { value: number }[] }) {
      scale.ticks = numbers.map((value) => ({ value }));
    },
  };
}

/**
 * Labels at the powers of ten; over two decades or less also at 2 and 5 times them, over less than one at every line.
 */
function logTick({ min, max }: ValueRange): (value: number | string) => string | undefined {
  const decades = Math.log10(max / min);
  const leading = decades > 2 ? ['1'] : ['1', '2', '5'];
  return (value) => {
    const [digits] = Number(value).toExponential().split('e');
    return decades < 1 || leading.includes(digits!) ? Number(value).toLocaleString('en-US') : undefined;
  };
}

/** The y axis, with at least the width given for its words. */
export function yAxis(options: LineChartOptions, width: number) {
  const { min, max, fixed } = yAxisRange(options);
  return {
    type: 'linear' as const,
    ...axis(options.yLabel),
    ...(fixed ? { min, max } : { suggestedMin: min, suggestedMax: max }),
    ...leastWidth(width),
  };
}
