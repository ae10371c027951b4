// A sweep's description from a file or from options: defaults, and columns of one form.
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';
import type { SweepSearch } from '../space/choices.ts';
import { isRange, type NamedValue, type SweepChoice, type SweepColumn, type SweepCondition } from '../space/column.ts';
import { MOST_DIMENSIONS } from '../space/sobol.ts';
import type { RawColumn, RawCondition, RawSpec, RawValue } from './raw-spec.ts';
import type { SweepSpec } from './sweep-spec.ts';

/**
 * Adds defaults to a description and brings its columns to one form.
 *
 * @param where its source in errors: a file, or `''` for the command line
 * @throws ExpectationError for a column or a condition that cannot be used
 */
export function completeSpec(raw: RawSpec, where = ''): SweepSpec {
  const placeOf = (field: string) => (where ? `${where}: ${field}` : field);
  const columns = Object.entries(raw.vary ?? {}).map(([name, given]) => columnOf(name, given, placeOf('vary')));
  const search = searchOf(raw.search ?? 'grid');
  refuseMisfit(columns, search, placeOf);
  const rows = (raw.rows ?? []).map((row) => choiceOf(row));
  const names = [...columns.map(({ name }) => name), ...rows.flatMap((row) => Object.keys(row))];
  const conditions = (field: string, list: readonly RawCondition[] = []) =>
    list.map((each) => checkedCondition(each, names, placeOf(field)));
  for (const [i, { name, when }] of columns.entries()) {
    const before = names.filter((other) => !columns.slice(i).some((column) => column.name === other));
    if (when) refuseStrangers(when, before, `${placeOf('vary')}: ${name}: when`);
  }
  const { seeds = 1 } = raw;
  return {
    ...(raw.module === undefined ? {} : { module: raw.module }),
    plugins: raw.plugins ?? [],
    settings: textsOf(raw.settings),
    set: textsOf(raw.set),
    columns,
    search,
    rows,
    exclude: conditions('exclude', raw.exclude),
    only: conditions('only', raw.only),
    seeds: typeof seeds === 'number' ? Array.from({ length: seeds }, (_, i) => i) : [...new Set(seeds)],
  };
}

const textOf = (value: RawValue): string => (Array.isArray(value) ? value.join(',') : String(value));

const textsOf = (values: Readonly<Record<string, RawValue>> = {}) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [settingOf(name), textOf(value)]));

const namedValue = (value: RawValue): NamedValue => ({ label: textOf(value), text: textOf(value) });

const choiceOf = (row: Readonly<Record<string, RawValue>>): SweepChoice =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [settingOf(name), namedValue(value)]));

/** `eval-samples` and `evalSamples` are one setting. */
const settingOf = (name: string) =>
  name.startsWith('set.') ? name : name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

const scales = ['linear', 'log', 'whole'] as const;

function columnOf(name: string, given: RawColumn, where: string): SweepColumn {
  const place = `${where}: ${name}`;
  if (name === 'seed') {
    throw new ExpectationError({ where: place, expected: 'seeds beside `vary`: seeds: 3', received: 'a column' });
  }
  if (Array.isArray(given)) return { name, setting: settingOf(name), values: given.map(namedValue) };
  const { setting = name, when, values } = given;
  const ranges = scales.filter((scale) => given[scale] !== undefined);
  if (ranges.length + Number(values !== undefined) !== 1) {
    const received = [...(values === undefined ? [] : ['values']), ...ranges].join(' and ') || 'none of them';
    throw new ExpectationError({ where: place, expected: 'one of values, linear, log and whole', received });
  }
  const [scale] = ranges;
  return {
    name,
    setting: settingOf(setting),
    values: scale ? rangeOf(scale, given[scale]!, place) : valuesOf(values!),
    ...(when ? { when: conditionOf(when) } : {}),
  };
}

const valuesOf = (values: readonly RawValue[] | Readonly<Record<string, RawValue>>): NamedValue[] =>
  Array.isArray(values)
    ? values.map(namedValue)
    : Object.entries(values).map(([label, value]) => ({ label, text: textOf(value as RawValue) }));

function rangeOf(scale: (typeof scales)[number], [from, to]: readonly [number, number], where: string) {
  const least = scale === 'log' ? Number.MIN_VALUE : Number.NEGATIVE_INFINITY;
  const isRight = from >= least && from < to && (scale !== 'whole' || (Number.isInteger(from) && Number.isInteger(to)));
  if (isRight) return { scale, from, to };
  const kinds = { linear: 'two numbers', log: 'two numbers above 0', whole: 'two whole numbers' };
  throw new ExpectationError({
    where: `${where}: ${scale}`,
    expected: `${kinds[scale]}, the smaller one first`,
    received: `[${from}, ${to}]`,
  });
}

const conditionOf = (raw: RawCondition): SweepCondition =>
  Object.fromEntries(
    Object.entries(raw).map(([name, labels]) => [name, Array.isArray(labels) ? labels.map(String) : [String(labels)]]),
  );

function checkedCondition(raw: RawCondition, names: readonly string[], where: string): SweepCondition {
  const condition = conditionOf(raw);
  refuseStrangers(condition, names, where);
  return condition;
}

function refuseStrangers(condition: SweepCondition, names: readonly string[], where: string): void {
  const stranger = Object.keys(condition).find((name) => !names.includes(name));
  if (stranger === undefined) return;
  throw new ExpectationError({
    where,
    expected: names.length > 0 ? `columns before it: ${names.join(', ')}` : 'a column before it',
    received: stranger,
    remedy: didYouMean(stranger, names),
  });
}

function searchOf(raw: NonNullable<RawSpec['search']>): SweepSearch {
  if (raw === 'grid') return { kind: 'grid' };
  const { seed = 0 } = raw;
  return 'random' in raw ? { kind: 'random', count: raw.random, seed } : { kind: 'sobol', count: raw.sobol, seed };
}

/** A grid takes lists only; the Sobol sequence has so many dimensions. */
function refuseMisfit(
  columns: readonly SweepColumn[],
  { kind }: SweepSearch,
  placeOf: (field: string) => string,
): void {
  const range = kind === 'grid' ? columns.find(({ values }) => isRange(values)) : undefined;
  if (range) {
    throw new ExpectationError({
      where: `${placeOf('vary')}: ${range.name}`,
      expected: 'a list of values in a grid',
      received: 'a range',
      remedy: 'list values, or draw from it: search: { random: 20 } or { sobol: 16 }',
    });
  }
  if (kind === 'grid' || (columns.length > 0 && (kind !== 'sobol' || columns.length <= MOST_DIMENSIONS))) return;
  throw new ExpectationError({
    where: placeOf('search'),
    expected: kind === 'sobol' ? `1 to ${MOST_DIMENSIONS} columns under vary` : 'columns under vary',
    received: String(columns.length),
  });
}
