// The runs of a sweep, with names.
import type { Job } from '../jobs/job.ts';
import type { SweepSpec } from '../spec/sweep-spec.ts';
import { choicesOf, refuseMany } from './choices.ts';
import { fits, type NamedValue, type SweepChoice } from './column.ts';

/** One run of a sweep. */
export interface Trial extends Job {
  /** Texts of the command's settings by name: the shared ones, the varied ones and the seed. */
  readonly settings: Readonly<Record<string, string>>;
  /** Texts of the module's own settings. */
  readonly set: Readonly<Record<string, string>>;
  readonly module?: string;
  /** The label of each column that varies; `seed` is the last. */
  readonly values: Readonly<Record<string, string>>;
}

/**
 * The runs that a spec describes: choices in their order, and for each one its seeds.
 *
 * @throws ExpectationError for more than {@link MOST_TRIALS}
 */
export function trialsOf(spec: SweepSpec): Trial[] {
  const taken = new Set<string>();
  const choices = choicesWithin(spec);
  refuseMany(choices.length * spec.seeds.length);
  const all = choices.flatMap((choice) => spec.seeds.map((seed) => ({ choice, seed: String(seed) })));
  return all.map(({ choice, seed }, index) => {
    const { settings, ...assigned } = assignedBy(spec, choice);
    const values = { ...labelsOf(choice), seed };
    return { slug: slugOf(values, taken), index, settings: { ...settings, seed }, ...assigned, values };
  });
}

/** All choices that the spec does not leave out. */
function choicesWithin({ exclude, only, rows, columns, search }: SweepSpec): SweepChoice[] {
  const given: readonly SweepChoice[] = rows.length > 0 ? rows : [{}];
  if (search.kind !== 'grid') refuseMany(given.length * search.count);
  const all = given.flatMap((row) => choicesOf(columns, search, row));
  return all.filter(
    (choice) =>
      !exclude.some((condition) => fits(choice, condition)) &&
      (only.length === 0 || only.some((condition) => fits(choice, condition))),
  );
}

const labelsOf = (choice: SweepChoice) =>
  Object.fromEntries(Object.entries(choice).map(([name, { label }]: [string, NamedValue]) => [name, label]));

/** The settings of a choice. */
function assignedBy({ columns, settings, set, module }: SweepSpec, choice: SweepChoice) {
  const own: Record<string, string> = { ...set };
  const ofCommand: Record<string, string> = { ...settings };
  let file = module;
  for (const [name, { text }] of Object.entries(choice)) {
    const setting = columns.find((column) => column.name === name)?.setting ?? name;
    if (setting === 'module') file = text;
    else if (setting.startsWith(OWN)) own[setting.slice(OWN.length)] = text;
    else ofCommand[setting] = text;
  }
  return { settings: ofCommand, set: own, ...(file === undefined ? {} : { module: file }) };
}

/** Before the name of a module's own setting. */
const OWN = 'set.';

/** Above this length a slug is a number. */
const LONGEST = 100;

/** `flow-planar-10-lr-0.001-seed-0`; a number is appended to a name that is taken. */
function slugOf(values: Readonly<Record<string, string>>, taken: Set<string>): string {
  const words = Object.entries(values).map(([name, label]) => `${safe(name)}-${safe(label)}`);
  const whole = words.join('-');
  const base = whole.length > LONGEST ? `run-${taken.size}` : whole;
  let slug = base;
  for (let n = 2; taken.has(slug.toLowerCase()); n++) slug = `${base}-${n}`; // some disks ignore case
  taken.add(slug.toLowerCase());
  return slug;
}

/** Letters, digits, points and single hyphens. */
const safe = (text: string) => text.replace(/[^A-Za-z0-9._]+/g, '-').replace(/^[-.]+|[-.]+$/g, '');
