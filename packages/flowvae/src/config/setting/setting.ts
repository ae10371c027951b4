// One setting: its placeholder, default, accepted values and explanation; and makers of the usual kinds.

/** One setting. */
export interface Setting<T> {
  /** Placeholder in the help, e.g. `<n>`. */
  readonly placeholder: string;
  readonly help: string;
  readonly fallback: T;
  /** The value in runs that are older than the setting; absent: the fallback. */
  readonly before?: T;
  /** Whether a value is one of this setting. */
  readonly accepts: (value: unknown) => value is T;
  /** The accepted values, in words. */
  readonly expected: string;
  /** The accepted words, if they are few. */
  readonly words?: readonly string[];
  /** Parses the command line's text to a value that `accepts` then checks. */
  readonly parse: (text: string) => unknown;
}

/** A number only if the text is a whole number: `12abc`, `1e3` and the empty string are not. */
export const wholeNumber = (text: string) => (/^\d+$/.test(text) ? Number(text) : Number.NaN);

const realNumber = (text: string) => (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN);

const isWhole = (value: unknown, from: number, to: number): value is number =>
  Number.isSafeInteger(value) && Number(value) >= from && Number(value) <= to;

/** Above 0, and at most `to`. */
const isPositive = (value: unknown, to: number): value is number =>
  typeof value === 'number' && value > 0 && value <= to;

/** Limit on the values of a setting that takes several. */
export const MOST_VALUES = 32;

/** A list of whole numbers, not too long. */
export const areWhole = (value: unknown, from: number, to: number): value is number[] =>
  Array.isArray(value) && value.length <= MOST_VALUES && value.every((each) => isWhole(each, from, to));

/** A whole number. */
export function count(help: string, fallback: number, from: number, to: number): Setting<number> {
  return {
    placeholder: '<n>',
    help,
    fallback,
    accepts: (value) => isWhole(value, from, to),
    expected: `a whole number from ${from} to ${to}`,
    parse: wholeNumber,
  };
}

/** One of a few words. */
export function choice<const T extends string>(help: string, fallback: T, values: readonly T[]): Setting<T> {
  return {
    placeholder: `<${values.join('|')}>`,
    help,
    fallback,
    accepts: (value): value is T => values.includes(value as T),
    expected: `one of ${values.join(', ')}`,
    words: values,
    parse: String,
  };
}

/** Any text but the empty one. */
export function text(help: string, placeholder: string, fallback: string): Setting<string> {
  const accepts = (value: unknown): value is string => typeof value === 'string' && value !== '';
  return { placeholder, help, fallback, accepts, expected: 'a text', parse: String };
}

/** A number above 0. */
export function positive(help: string, fallback: number, { placeholder = '<rate>', to = 10 } = {}): Setting<number> {
  return {
    placeholder,
    help,
    fallback,
    accepts: (value) => isPositive(value, to),
    expected: `a number above 0, at most ${to}`,
    parse: realNumber,
  };
}

/** A finite number from 0. */
export function fromZero(help: string, fallback: number, placeholder: string): Setting<number> {
  return {
    placeholder,
    help,
    fallback,
    accepts: (value): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0,
    expected: 'a finite number from 0',
    parse: realNumber,
  };
}

/** Limit on counts of steps and draws. */
export const LARGEST = 1_000_000_000;

/** `evalSamples` is `--eval-samples` on the command line. */
export const flagNamed = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** The settings of a command by name. */
export type SettingTable = Readonly<Record<string, Setting<unknown>>>;

/** A value for every setting of a table. */
export type ConfigOf<T extends SettingTable> = {
  readonly [S in keyof T]: T[S] extends Setting<infer V> ? Fixed<V> : never;
};

/** A list whose values nobody changes. */
type Fixed<T> = T extends readonly (infer E)[] ? readonly E[] : T;
