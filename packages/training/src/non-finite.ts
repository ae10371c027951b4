// Stops training before a value that is no finite number reaches the parameters.
import { ExpectationError } from '@flowvae/tensor';
import type { StepValues } from './gradient-step.ts';
import { GRADIENTS, PARAMETERS } from './optimizer.ts';
import type { TrainingState } from './training-state.ts';

/** The loss, one of its terms or a gradient stopped being a finite number. The parameters are those before the step. */
export class NonFiniteError extends ExpectationError {
  override readonly name = 'NonFiniteError';
}

/** @throws NonFiniteError naming the step and the term, or the first variable whose gradient is not finite */
export async function refuseNonFinite(
  { loss, terms }: StepValues,
  gradientNorm: number,
  at: { readonly step: number; readonly state: TrainingState },
): Promise<void> {
  const values = Object.entries({ ...terms, loss });
  const broken = values.find(([, value]) => !Number.isFinite(value));
  if (broken) throw nonFinite(at.step, `${broken[0]} = ${broken[1]}`, UNCHANGED);
  if (Number.isFinite(gradientNorm)) return;
  const culprit = firstNonFinite(await at.state.readRegion(GRADIENTS));
  throw nonFinite(
    at.step,
    culprit ? `a gradient of ${culprit} that is not finite` : `a gradient norm of ${gradientNorm}`,
    UNCHANGED,
  );
}

/** The last update of a run has no later step that would notice. @throws NonFiniteError naming the first variable that is not finite */
export async function refuseNonFiniteParameters(state: TrainingState, step: number): Promise<void> {
  const culprit = firstNonFinite(await state.readRegion(PARAMETERS));
  if (culprit) throw nonFinite(step, `a value of ${culprit} that is not finite`, 'lower the learning rate');
}

const UNCHANGED = 'lower the learning rate or clip the gradients; the parameters are those before this step';

const firstNonFinite = (arrays: Readonly<Record<string, Float32Array>>) =>
  Object.entries(arrays).find(([, array]) => !array.every(Number.isFinite))?.[0];

function nonFinite(step: number, received: string, remedy: string): NonFiniteError {
  return new NonFiniteError({
    where: `fit: step ${step}`,
    expected: 'a finite loss, finite terms, gradients and parameters',
    received,
    remedy,
  });
}
