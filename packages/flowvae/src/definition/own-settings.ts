// The values of an experiment's own settings: from `--set name=value`, from a program, or from a run's config.
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';
import { z } from 'zod';
import type { SettingShapes } from './experiment-definition.ts';

/** Values by name: plain JSON. */
export type OwnValues = Readonly<Record<string, unknown>>;

/** Where values come from, for errors. */
export interface ValueSource {
  /** Names a setting: `--set depth`. */
  readonly placeOf: (name: string) => string;
}

/** The command line. */
const ofSetOption: ValueSource = { placeOf: (name) => `--set ${name}` };

/** A text `name=value` as name and value. @throws ExpectationError for a text without both */
export function readAssignment(text: string): readonly [name: string, value: string] {
  const [, name, value] = /^([A-Za-z_$][\w$-]*)=(.*)$/s.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new ExpectationError({ where: '--set', expected: 'name=value, such as depth=3', received: `'${text}'` });
}

/**
 * Values of texts: JSON where the setting takes its value, otherwise the text itself.
 *
 * @param beneath values of settings that have no text
 * @throws ExpectationError as {@link checkedValues}
 */
export function valuesOfTexts(
  shapes: SettingShapes,
  texts: Readonly<Record<string, string>>,
  beneath: OwnValues = {},
): OwnValues {
  const read = ([name, text]: [string, string]): [string, unknown] => {
    const value = jsonOf(text);
    const takesText = value === undefined || !(shapes[name]?.safeParse(value).success ?? true);
    return [name, takesText && (shapes[name]?.safeParse(text).success ?? false) ? text : (value ?? text)];
  };
  return checkedValues(shapes, { ...beneath, ...Object.fromEntries(Object.entries(texts).map(read)) }, ofSetOption);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Checks values and adds defaults.
 *
 * @throws ExpectationError for an unknown setting, a value that a setting does not take, a missing one without default,
 * or a value that JSON does not keep
 */
export function checkedValues(shapes: SettingShapes, given: OwnValues, { placeOf }: ValueSource): OwnValues {
  const names = Object.keys(shapes);
  const surplus = Object.keys(given).find((name) => !names.includes(name));
  if (surplus !== undefined) {
    throw new ExpectationError({
      where: placeOf(surplus),
      expected: names.length > 0 ? `one of ${names.join(', ')}` : 'no setting: the module has none of its own',
      received: 'an unknown setting',
      remedy: didYouMean(surplus, names),
    });
  }
  return Object.fromEntries(names.map((name) => [name, checkedValue(shapes[name]!, given[name], placeOf(name))]));
}

function checkedValue(shape: z.ZodType, given: unknown, where: string): unknown {
  const { data, error } = shape.safeParse(given);
  if (error) throw refusal(error, { where, given });
  const kept: unknown = data === undefined ? undefined : JSON.parse(JSON.stringify(data) ?? 'null');
  const again = shape.safeParse(kept);
  if (again.success && JSON.stringify(again.data) === JSON.stringify(data)) return data;
  throw new ExpectationError({
    where,
    expected: 'a setting whose values JSON keeps, for the run folder records them',
    received: String(data),
    remedy: 'transform the value where it is used',
  });
}

function refusal({ issues }: z.ZodError, { where, given }: { readonly where: string; readonly given: unknown }) {
  const { message, path } = issues[0]!;
  const expected = message.replace(/^Invalid (input|option): expected /, '').replace(/, received .*$/, '');
  return new ExpectationError({
    where: [where, ...path].join('.'),
    expected: /^(Too|Invalid)/.test(expected) ? expected.replace(/^(Too \w+|Invalid \w+): expected /, '') : expected,
    received: given === undefined ? 'none' : JSON.stringify(given),
  });
}

/** A setting in the help. */
export interface SettingLine {
  readonly name: string;
  /** Its values and its default, in words. */
  readonly help: string;
}

/** The settings as lines for people. */
export const settingLines = (shapes: SettingShapes): readonly SettingLine[] =>
  Object.entries(shapes).map(([name, shape]) => ({ name, help: helpOf(shape) }));

interface SchemaFacts {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly description?: string;
  readonly default?: unknown;
}

function helpOf(shape: z.ZodType): string {
  const facts = z.toJSONSchema(shape, { unrepresentable: 'any', io: 'input' }) as SchemaFacts;
  const isTold = facts.description !== undefined && facts.type === undefined;
  const kind = isTold ? [] : [`${facts.type ?? 'any value'}${rangeOf(facts)}`];
  const values = facts.enum ? [facts.enum.map(String).join(', ')] : kind;
  const fallback = facts.default === undefined ? [] : [`default: ${JSON.stringify(facts.default)}`];
  return [facts.description, listed([...values, ...fallback])].filter((part) => part !== undefined).join(' ');
}

const listed = (facts: readonly string[]) => (facts.length > 0 ? `(${facts.join('; ')})` : undefined);

/** zod writes down the limits of whole numbers that JSON can hold; they are no limits of the setting. */
const isStated = (bound: number | undefined): bound is number =>
  bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;

function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaFacts): string {
  const bounds = [
    isStated(minimum) ? `from ${minimum}` : '',
    isStated(exclusiveMinimum) ? `above ${exclusiveMinimum}` : '',
    isStated(maximum) ? `to ${maximum}` : '',
    isStated(exclusiveMaximum) ? `below ${exclusiveMaximum}` : '',
  ];
  return bounds.map((bound) => (bound ? ` ${bound}` : '')).join('');
}
