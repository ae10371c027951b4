// A run's model for work that changes no parameter: a prior of encoded pseudo-inputs is computed once.
import { tf } from '@flowvae/tensor';
import type { ModelParts } from '../experiment.ts';

/** Parts with a settled model. */
export interface Settled<P extends ModelParts> {
  readonly parts: P;
  /** Frees the prior's own variables. */
  dispose(): void;
}

/** The same parts where the model's prior needs no network; the parts themselves where it never did. */
export function settled<P extends ModelParts>(parts: P): Settled<P> {
  const model = parts.model.settled?.();
  if (!model) return { parts, dispose() {} };
  const kept = new Set(Object.values(parts.model.variables));
  const own = Object.values(model.variables).filter((variable) => !kept.has(variable));
  return { parts: { ...parts, model }, dispose: () => tf.dispose(own) };
}

/** Work on settled parts, which are freed behind it. */
export async function withSettled<P extends ModelParts, R>(given: P, work: (parts: P) => Promise<R>): Promise<R> {
  const { parts, dispose } = settled(given);
  try {
    return await work(parts);
  } finally {
    dispose();
  }
}
