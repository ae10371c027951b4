// The numbers of a run that a table can hold: those of its report, and a few by short names.
import type { RunRecord } from '../runs/run-record.ts';

/** Which numbers are better. */
export type Direction = 'lower' | 'higher' | 'unknown';

/** A number of a run. */
export interface Measure {
  readonly name: string;
  /** For the head of a column. */
  readonly label: string;
  readonly direction: Direction;
  /** Finite; undefined where the run has none. */
  readonly of: (run: RunRecord) => number | undefined;
  /** Why a run has none, if it should have one. */
  readonly faultOf?: (run: RunRecord) => string | undefined;
  /** The number of each test row, where the run has kept them. */
  readonly scoresOf?: (run: RunRecord) => Float32Array | undefined;
  /** The standard error over test rows, as the report tells it. */
  readonly errorOf?: (run: RunRecord) => number | undefined;
}

/** The path of a number in report.json, such as `terms.logDet`. */
function inReport({ report }: RunRecord, path: string): number | undefined {
  let found: unknown = report;
  for (const name of path.split('.')) found = (found as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}

const infinite = (scores: Float32Array) => scores.filter((score) => !Number.isFinite(score)).length;

/** A measure of the test rows, under its name in test-scores.safetensors and in report.json. */
function ofRows(name: 'nll' | 'elbo', field: string, direction: Direction): Measure {
  const scoresOf = (run: RunRecord) => run.scores?.[name];
  const label = `test ${name.toUpperCase()}`;
  return {
    name,
    label,
    direction,
    of: (run) => {
      const scores = scoresOf(run);
      if (!scores) return inReport(run, field);
      return infinite(scores) > 0 ? undefined : scores.reduce((sum, score) => sum + score, 0) / scores.length;
    },
    faultOf: (run) => {
      const scores = scoresOf(run);
      if (!scores || infinite(scores) === 0) return undefined;
      return `${label} is not finite for ${infinite(scores)} of ${scores.length} test rows; its method is judged without it`;
    },
    scoresOf,
    errorOf: (run) => inReport(run, `${field}StandardError`),
  };
}

const seconds: Measure = {
  name: 'seconds',
  label: 'seconds',
  direction: 'lower',
  of: (run) => {
    const [each, steps] = [inReport(run, 'msPerStep'), inReport(run, 'steps')];
    return each === undefined || steps === undefined ? undefined : (each * steps) / 1000;
  },
};

/** Measures with a short name. */
const named: readonly Measure[] = [ofRows('nll', 'testNll', 'lower'), ofRows('elbo', 'testElbo', 'higher'), seconds];

/** The direction of fields of report.json; of others it is not known. */
const directions: Readonly<Record<string, Direction>> = {
  testInferenceGap: 'lower',
  testNllPerDimension: 'lower',
  testBitsPerDimension: 'lower',
  msPerStep: 'lower',
  peakMemoryMiB: 'lower',
  paretoKAboveThreshold: 'lower',
  parameters: 'lower',
  effectiveSampleSize: 'higher',
};

/** The same measures under their names in report.json. */
const aliases: Readonly<Record<string, string>> = { testNll: 'nll', testElbo: 'elbo' };

/** The measure of a name. */
export function measureOf(name: string): Measure {
  const known = named.find((each) => each.name === (aliases[name] ?? name));
  if (known) return known;
  return { name, label: name, direction: directions[name] ?? 'unknown', of: (run) => inReport(run, name) };
}

/** The names of all numbers that runs have. */
export function measureNames(runs: readonly RunRecord[]): readonly string[] {
  const fields = runs.flatMap(({ report }) => numbersIn(report));
  return [...new Set([...named.map(({ name }) => name), ...fields])];
}

function numbersIn(report: Readonly<Record<string, unknown>>, prefix = ''): string[] {
  return Object.entries(report).flatMap(([name, value]) => {
    if (typeof value === 'number') return [prefix + name];
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isGroup ? numbersIn(value as Readonly<Record<string, unknown>>, `${prefix}${name}.`) : [];
  });
}
