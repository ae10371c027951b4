// Numbers, settings and tags within MLflow's limits on one request and on one value.

/** A number of a run at a step. */
export interface Metric {
  readonly key: string;
  /** Numbers that are not finite by their names, because JSON has none for them. */
  readonly value: number | 'NaN' | 'Infinity' | '-Infinity';
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly step: number;
}

/** A setting, or a tag. */
export interface Named {
  readonly key: string;
  readonly value: string;
}

const METRICS = 1000;
const PARAMS = 100;
const LONGEST_KEY = 250;

/** Servers before 2.11 take 500 characters, later ones 6,000. */
const LONGEST_PARAM = 500;

/** Parts that one request may hold. */
export const metricBatches = (metrics: readonly Metric[]): Metric[][] => parts(metrics, METRICS);

/** The same for settings, cut to the length that every server takes. */
export const paramBatches = (params: Readonly<Record<string, string | number | boolean>>): Named[][] =>
  parts(
    Object.entries(params).map(([name, value]) => ({ key: keyOf(name), value: shortened(String(value)) })),
    PARAMS,
  );

/** A metric with a key that every server takes. */
export const metric = (name: string, value: number, at: Pick<Metric, 'step' | 'timestamp'>): Metric => ({
  key: keyOf(name),
  value: Number.isFinite(value) ? value : (String(value) as Metric['value']),
  timestamp: Math.round(at.timestamp),
  step: at.step,
});

/** Letters, digits, `_`, `-`, `.`, space and `/`; others become `_`. */
const keyOf = (name: string) => name.replace(/[^A-Za-z0-9_\-. /]/g, '_').slice(0, LONGEST_KEY);

function shortened(value: string): string {
  const letters = [...value]; // code points, so that no pair is cut in half
  return letters.length <= LONGEST_PARAM ? value : `${letters.slice(0, LONGEST_PARAM - 1).join('')}…`;
}

const parts = <T>(items: readonly T[], most: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / most) }, (_, i) => items.slice(i * most, (i + 1) * most));
