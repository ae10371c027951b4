// The validation bounds of runs by step, read from their metrics.
import { readRunMetrics } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';

/** A bound at a step. */
export interface CurvePoint {
  readonly step: number;
  readonly bound: number;
}

/** A curve, and whether its bounds are those of validation rows; else of training batches. */
export interface RunCurve {
  readonly points: readonly CurvePoint[];
  readonly isValidated: boolean;
}

/** A line of metrics.jsonl. */
interface Entry {
  readonly step: number;
  readonly terms?: { readonly elbo?: number };
  readonly validation?: { readonly elbo?: number };
}

/** The curve of a run; without validations that of its training batches. Empty where the metrics cannot be read. */
export function runCurve(path: string): RunCurve {
  const entries = entriesOf(path);
  const validated = points(entries, ({ validation }) => validation?.elbo);
  if (validated.length > 0) return { points: validated, isValidated: true };
  return { points: points(entries, ({ terms }) => terms?.elbo), isValidated: false };
}

function entriesOf(path: string): readonly Entry[] {
  try {
    return readRunMetrics(path);
  } catch (error) {
    if (error instanceof ExpectationError) return [];
    throw error;
  }
}

const points = (entries: readonly Entry[], boundOf: (entry: Entry) => number | undefined): CurvePoint[] =>
  entries.flatMap((entry) => {
    const bound = boundOf(entry);
    return bound === undefined ? [] : [{ step: entry.step, bound }];
  });
