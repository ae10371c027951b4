// One column of a sweep: the setting that it varies, and its values.

/** A value as the command line writes it, and its name in tables. */
export interface NamedValue {
  readonly label: string;
  readonly text: string;
}

/** Numbers between two ends: even by value (`linear`), even by logarithm (`log`), or whole numbers. */
export interface NumberRange {
  readonly scale: 'linear' | 'log' | 'whole';
  readonly from: number;
  readonly to: number;
}

/** Labels by the name of a column: a trial fits where each of these columns has one of its labels. */
export type SweepCondition = Readonly<Record<string, readonly string[]>>;

/** One varied setting. */
export interface SweepColumn {
  /** Its name in tables and slugs. */
  readonly name: string;
  /** `flow`, a setting of the command; `set.depth`, one of the module's own; or `module`. */
  readonly setting: string;
  readonly values: readonly NamedValue[] | NumberRange;
  /** The column varies only in trials that fit; elsewhere its setting stands at its default. */
  readonly when?: SweepCondition;
}

/** The chosen value of each column that varies, in the order of the columns. */
export type SweepChoice = Readonly<Record<string, NamedValue>>;

export const isRange = (values: SweepColumn['values']): values is NumberRange => 'scale' in values;

/** Whether a choice fits a condition. A column that does not vary fits nothing. */
export const fits = (choice: SweepChoice, condition: SweepCondition): boolean =>
  Object.entries(condition).every(([name, labels]) => labels.includes(choice[name]?.label ?? ''));

/** Significant digits of drawn numbers: slugs stay short, and nobody tunes finer. */
const DIGITS = 4;

/** The value of a column at u in [0, 1). */
export function valueAt(values: SweepColumn['values'], u: number): NamedValue {
  if (!isRange(values)) return values[Math.floor(u * values.length)]!;
  const text = String(numberAt(values, u));
  return { label: text, text };
}

function numberAt({ scale, from, to }: NumberRange, u: number): number {
  if (scale === 'whole') return from + Math.floor(u * (to - from + 1));
  const exact = scale === 'log' ? from * (to / from) ** u : from + (to - from) * u;
  return Math.min(to, Math.max(from, Number(exact.toPrecision(DIGITS))));
}
