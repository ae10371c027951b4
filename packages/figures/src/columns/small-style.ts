// The style of small charts, many on one sheet.
import type { ChartOptions } from 'chart.js';
import type { Placement } from '../charts/chart-drawing.ts';
import { axis, commonOptions } from '../charts/chart-style.ts';
import { font } from '../font.ts';
import { type AxisView, tickText } from './round-ticks.ts';

/** The options of a small chart; its words outside of the axes stand on the sheet. */
export const smallOptions = (placement: Placement, { x, y }: { readonly x: number; readonly y: number }) => ({
  ...(commonOptions(placement) satisfies ChartOptions),
  layout: { padding: { left: x, right: x, top: y, bottom: y }, autoPadding: false },
});

/** An axis in small letters with few numbers; without a name where none is given. */
export function smallAxis(name?: string) {
  const { title, ticks, ...rest } = axis(name ?? '');
  return {
    ...rest,
    title: { ...title, display: name !== undefined, font: { size: 10 }, padding: 1 },
    ticks: { ...ticks, font: { size: 10 }, maxTicksLimit: 5, autoSkipPadding: 8, padding: 2 },
  };
}

/** A small axis of numbers. */
export function smallNumberAxis(name?: string) {
  const { ticks, ...rest } = smallAxis(name);
  const callback = (value: number | string, _: number, all: readonly { readonly value: number }[]) =>
    tickText(
      Number(value),
      all.map((tick) => tick.value),
    );
  return { type: 'linear' as const, ...rest, ticks: { ...ticks, callback } };
}

/** The font of an axis's numbers. */
export const tickFont = font(10);

/**
 * An axis of fixed ends with the given ticks; under the bins of a histogram too, its lines stand at the numbers, not
 * between them.
 */
export function smallFixedAxis({ from, to }: AxisView, values: readonly number[]) {
  const { grid, ticks, ...rest } = smallNumberAxis();
  return {
    ...rest,
    grid: { ...grid, offset: false },
    ticks: { ...ticks, autoSkip: false, maxTicksLimit: values.length },
    min: from,
    max: to,
    offset: false,
    afterBuildTicks(scale: { ticks: readonly { readonly value: number }[] }) {
      scale.ticks = values.map((value) => ({ value }));
    },
  };
}
