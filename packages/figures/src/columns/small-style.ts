// The style of small charts, many on one sheet.
import type { ChartOptions } from 'chart.js';
import type { Placement } from '../charts/chart-drawing.ts';
import { axis, commonOptions } from '../charts/chart-style.ts';
import { type AxisView, roundTicks, tickText } from './round-ticks.ts';

/** The options of a small chart; its words outside of the axes stand on the sheet. */
export const smallOptions = (placement: Placement, padding: number) => ({
  ...(commonOptions(placement) satisfies ChartOptions),
  layout: { padding, autoPadding: false },
});

/** An axis in small letters with few numbers; without a name where none is given. */
export function smallAxis(name?: string) {
  const { title, ticks, ...rest } = axis(name ?? '');
  return {
    ...rest,
    title: { ...title, display: name !== undefined, font: { size: 10 }, padding: 1 },
    ticks: { ...ticks, font: { size: 10 }, maxTicksLimit: 5, padding: 2 },
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

/** Numbers along an axis of fixed ends, about. */
export const TICKS = 5;

/** An axis of fixed ends; under the bins of a histogram too, its lines stand at the numbers, not between them. */
export function smallFixedAxis(view: AxisView) {
  const { grid, ...rest } = smallNumberAxis();
  const ticks = roundTicks(view, TICKS).map((value) => ({ value }));
  return {
    ...rest,
    grid: { ...grid, offset: false },
    min: view.from,
    max: view.to,
    offset: false,
    afterBuildTicks(scale: { ticks: readonly { readonly value: number }[] }) {
      scale.ticks = ticks;
    },
  };
}
