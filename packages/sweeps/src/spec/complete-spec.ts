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
  refuseTwice(columns, rows, { shared: Object.keys(textsOf(raw.settings)), placeOf });
  const conditions = (field: string, list: readonly RawCondition[] = []) =>
    list.map((each) => checkedCondition(conditionOf(each), labelsOf(columns, rows), placeOf(field)));
  for (const [i, { name, when }] of columns.entries()) {
    if (when) checkedCondition(when, labelsOf(columns.slice(0, i), rows), `${placeOf('vary')}: ${name}: when`);
  }
  const { seeds = 1 } = raw;
  const repeated = typeof seeds === 'number' ? undefined : repeatedIn(seeds);
  if (repeated !== undefined) {
    throw new ExpectationError({
      where: placeOf('seeds'),
      expected: 'seeds that differ',
      received: `${repeated} twice`,
    });
  }
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
    seeds: typeof seeds === 'number' ? Array.from({ length: seeds }, (_, i) => i) : seeds,
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

/** The labels that each column can have; undefined: any number of a range. */
type Labels = ReadonlyMap<string, readonly string[] | undefined>;

function labelsOf(columns: readonly SweepColumn[], rows: readonly SweepChoice[]): Labels {
  const labels = new Map<string, readonly string[] | undefined>();
  for (const { name, values } of columns) labels.set(name, isRange(values) ? undefined : values.map(labelIn));
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) labels.set(name, [...(labels.get(name) ?? []), labelIn(value)]);
  }
  return labels;
}

const labelIn = ({ label }: NamedValue) => label;

/** @throws ExpectationError for a condition on an unknown column, or on a value that a column never has */
function checkedCondition(condition: SweepCondition, known: Labels, where: string): SweepCondition {
  for (const [name, wanted] of Object.entries(condition)) {
    const names = [...known.keys()];
    if (!known.has(name)) {
      const expected = names.length > 0 ? `columns before it: ${names.join(', ')}` : 'a column before it';
      throw new ExpectationError({ where, expected, received: name, remedy: didYouMean(name, names) });
    }
    const labels = known.get(name);
    const stranger = labels && wanted.find((label) => !labels.includes(label));
    if (stranger === undefined) continue;
    throw new ExpectationError({
      where: `${where}: ${name}`,
      expected: `values of ${name}: ${labels!.map((label) => `'${label}'`).join(', ')}`,
      received: `'${stranger}'`,
      remedy: didYouMean(stranger, labels!),
    });
  }
  return condition;
}

/** The names of a description's source in errors. */
interface Places {
  readonly shared: readonly string[];
  readonly placeOf: (field: string) => string;
}

/** @throws ExpectationError for a setting of two columns, or of a column and a row; for seeds outside of `seeds` */
function refuseTwice(columns: readonly SweepColumn[], rows: readonly SweepChoice[], { shared, placeOf }: Places): void {
  const inRows = new Set(rows.flatMap((row) => Object.keys(row)));
  const refuse = (where: string, expected: string, received: string) => {
    throw new ExpectationError({ where, expected, received });
  };
  for (const [i, { name, setting, values }] of columns.entries()) {
    const place = `${placeOf('vary')}: ${name}`;
    if (setting === SEED) refuse(place, SEEDS, 'a column');
    const repeated = isRange(values) ? undefined : repeatedIn(values.map(({ text }) => text));
    if (repeated !== undefined) refuse(place, 'values that differ', `'${repeated}' twice`);
    const other = columns.slice(0, i).find((column) => column.setting === setting);
    if (other) refuse(place, 'a setting that no other column varies', `${setting}, as of ${other.name}`);
    if (inRows.has(setting)) refuse(place, 'a setting that no row gives', setting);
  }
  if (inRows.has(SEED)) refuse(placeOf('rows'), SEEDS, 'a value of a row');
  if (shared.includes(SEED)) refuse(placeOf('settings'), SEEDS, 'a shared setting');
}

/** The first value that stands in a list for the second time. */
const repeatedIn = <V>(values: readonly V[]): V | undefined => values.find((value, i) => values.indexOf(value) < i);

const SEED = 'seed';
const SEEDS = 'seeds in a field of their own: seeds: 3, or a list';

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
