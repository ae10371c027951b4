// Measures the bound on held-out data at intervals, and ends training when it no longer improves; a callback of `fit`.
import type { Callback } from '@flowvae/training';
import type { DurableRun } from '../run/durable-run.ts';
import { sinceBest, type ValidationEntry } from './validation-entries.ts';

/** Options of {@link validating}. */
export interface ValidatingOptions {
  /** Steps from one validation to the next. */
  readonly every: number;
  /** Measures the terms of the bound, `elbo` among them, by the variables' values. */
  readonly measure: () => Promise<Readonly<Record<string, number>>>;
  /** Validations without a better bound after which training stops; 0: never. */
  readonly patience?: number;
  readonly onValidation?: (entry: ValidationEntry) => void;
}

/** Whether a run has used up its allowed validations without a better bound. */
export const isExhausted = ({ validations }: Pick<DurableRun, 'validations'>, patience: number): boolean =>
  patience > 0 && sinceBest(validations) >= patience;

/**
 * Validates at intervals. Place it before the run's own callbacks, so that a checkpoint holds the validation of its
 * step.
 */
export function validating(
  run: DurableRun,
  { every, measure, patience = 0, onValidation }: ValidatingOptions,
): Callback {
  const isDue = (step: number) => step % every === 0;
  return {
    onStart(_, moment) {
      if (isExhausted(run, patience)) moment.stop();
    },
    needsStep: isDue,
    async onStep(moment) {
      if (!isDue(moment.step)) return;
      await moment.writeVariables();
      const { elbo = Number.NaN, ...terms } = await measure();
      const entry = { step: moment.step, validation: { elbo, ...terms } };
      run.recordValidation(entry);
      onValidation?.(entry);
      if (isExhausted(run, patience)) moment.stop();
    },
  };
}
