// The validation bounds of runs by step, read from their metrics.
import { readRunMetrics } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';

/** A bound at a step. */
export interface CurvePoint {
  readonly step: number;
  readonly bound: number;
}

/** The curves of a run. */
export interface RunCurves {
  /** Bounds of validation rows; empty of runs without validations. */
  readonly validation: readonly CurvePoint[];
  /** Bounds of training batches. */
  readonly training: readonly CurvePoint[];
}

/** A line of metrics.jsonl. */
interface Entry {
  readonly step: number;
  readonly terms?: { readonly elbo?: unknown };
  readonly validation?: { readonly elbo?: unknown };
}

/** The curves of a run. Empty where the metrics cannot be read. */
export function runCurves(path: string): RunCurves {
  const entries = entriesOf(path);
  return {
    validation: points(entries, ({ validation }) => validation?.elbo),
    training: points(entries, ({ terms }) => terms?.elbo),
  };
}

/** Whether runs can be compared by their validations: one without any cannot stand beside bounds of other rows. */
export const areValidated = (runs: readonly RunCurves[]): boolean => {
  const drawn = runs.filter(({ validation, training }) => validation.length + training.length > 0);
  return drawn.length > 0 && drawn.every(({ validation }) => validation.length > 0);
};

function entriesOf(path: string): readonly Entry[] {
  try {
    return readRunMetrics(path);
  } catch (error) {
    if (error instanceof ExpectationError) return [];
    throw error;
  }
}

/** Each step once: of two entries the later one. A bound that is no number is none. */
function points(entries: readonly Entry[], boundOf: (entry: Entry) => unknown): CurvePoint[] {
  const bounds = new Map<number, number>();
  for (const entry of entries) {
    const bound = boundOf(entry);
    if (typeof bound === 'number') bounds.set(entry.step, bound);
  }
  return [...bounds].map(([step, bound]) => ({ step, bound }));
}
