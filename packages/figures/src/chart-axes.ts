// The two axes of a chart, as Chart.js scales.
import type { LineChartOptions } from './chart-options.ts';
import { axis, leastWidth } from './chart-style.ts';
import { type ValueRange, xAxisRange, yAxisRange } from './value-range.ts';

/** The x axis: all points, and words at round numbers. */
export function xAxis({ xLabel, logX = false, series, xTicks }: LineChartOptions) {
  const { min, max } = xAxisRange(series, logX);
  const { ticks, ...common } = axis(xLabel);
  if (xTicks) {
    const type = logX ? ('logarithmic' as const) : ('linear' as const);
    const given = {
      ...ticks,
      autoSkip: false,
      callback: (value: number | string) => Number(value).toLocaleString('en-US'),
    };
    const afterBuildTicks = (scale: { ticks: { value: number }[] }) => {
      scale.ticks = xTicks.filter((x) => x >= min && x <= max).map((value) => ({ value }));
    };
    return { type, ...common, min, max, ticks: given, afterBuildTicks };
  }
  if (!logX) return { type: 'linear' as const, ...common, min, max, ticks };
  return { type: 'logarithmic' as const, ...common, min, max, ticks: { ...ticks, callback: logTick({ min, max }) } };
}

/** Words at the powers of ten; over two decades and less also at 2 and 5 times them, over less than one at every line. */
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
