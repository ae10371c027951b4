// Numbers, settings and tags within MLflow's limits on one request and on one value. Lengths are in code points, as
// Python counts them.
import { sha256 } from '@flowvae/runs/plain';

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

/**
 * Letters, digits, `_`, `-`, `.` and space, in parts between `/` that no path leaves out; others become `_`. A changed
 * name ends with part of its checksum, so that two names never share a key.
 */
function keyOf(name: string): string {
  const key = name
    .replace(/[^\p{L}\p{N}_\-. /]/gu, '_')
    .split('/')
    .map((part) => (/^\.{0,2}$/.test(part) ? '_' : part))
    .join('/');
  const letters = [...key];
  if (key === name && letters.length <= LONGEST_KEY) return key;
  const mark = `-${sha256(name).slice(0, 8)}`;
  return letters.slice(0, LONGEST_KEY - mark.length).join('') + mark;
}

function shortened(value: string): string {
  const storable = value.replace(/[\p{Cs}\0]/gu, '\ufffd'); // databases refuse halves of letters, and zeros
  const letters = [...storable];
  return letters.length <= LONGEST_PARAM ? storable : `${letters.slice(0, LONGEST_PARAM - 1).join('')}…`;
}

const parts = <T>(items: readonly T[], most: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / most) }, (_, i) => items.slice(i * most, (i + 1) * most));
