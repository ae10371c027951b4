// Round numbers along an axis, and their words.
import { textWidth } from '../text.ts';
import type { NumberAxis } from './number-axis.ts';

/** The shown part of an axis, and whether it has whole numbers only. */
export type AxisView = Pick<NumberAxis, 'from' | 'to' | 'whole'>;

/** Multiples of 1, 2 or 5 times a power of ten within an axis: about `wanted` of them, or fewer. */
function roundTicks({ from, to, whole }: AxisView, wanted: number): number[] {
  const rough = Math.max((0.8 * (to - from)) / wanted, whole ? 1 : 0);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough * (1 - 1e-9))!;
  const first = Math.ceil(from / step);
  const count = Math.floor(to / step) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Numbers along an axis, about. */
const WANTED = 5;

/** Ticks of an axis that goes up. */
export const ticksUp = (view: AxisView): number[] => roundTicks(view, WANTED);

/** Ticks of an axis that goes across `length` pixels: as many as have space for their words beside each other. */
export function ticksAcross(view: AxisView, length: number, cssFont: string): number[] {
  const fits = (ticks: readonly number[]) => {
    const widest = Math.max(0, ...ticks.map((value) => textWidth(tickText(value, ticks), cssFont)));
    return ticks.length < 2 || widest + 8 <= (length * (ticks[1]! - ticks[0]!)) / (view.to - view.from);
  };
  const all = Array.from({ length: WANTED }, (_, i) => roundTicks(view, WANTED - i));
  return all.find(fits) ?? [];
}

/** Numbers from here on, and below, are written as powers of ten: there is no space for their zeros. */
const [LARGE, SMALL] = [1e6, 1e-3];

/** A tick's number, with the digits that its distance to the next one needs. */
export function tickText(value: number, all: readonly number[]): string {
  if (value === 0) return '0';
  const largest = Math.max(...all.map(Math.abs));
  const step = all.length > 1 ? Math.abs(all[1]! - all[0]!) : largest;
  const digits = Math.min(12, Math.max(2, Math.ceil(Math.log10(largest / step)) + 2));
  const isPower = largest >= LARGE || largest < SMALL;
  const text = value.toLocaleString('en-US', {
    maximumSignificantDigits: digits,
    ...(isPower ? { notation: 'scientific' as const } : {}),
  });
  return text.replace('E', 'e').replaceAll('-', '−');
}
