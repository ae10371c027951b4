// Stops training before a value that is no finite number reaches the parameters.
import { ExpectationError } from '@flowvae/tensor';
import type { FlatParameters } from './flat-parameters.ts';
import type { StepValues } from './gradient-step.ts';

/** The loss, one of its terms or a gradient stopped being a finite number. The parameters are those before the step. */
export class NonFiniteError extends ExpectationError {
  override readonly name = 'NonFiniteError';
}

/** @throws NonFiniteError naming the step and the term, or the first variable whose gradient is not finite */
export function refuseNonFinite(
  { loss, terms }: StepValues,
  gradientNorm: number,
  at: { readonly step: number; readonly parameters: FlatParameters },
): void {
  const values = Object.entries({ ...terms, loss });
  const broken = values.find(([, value]) => !Number.isFinite(value));
  if (broken) throw nonFinite(at.step, `${broken[0]} = ${broken[1]}`, UNCHANGED);
  if (Number.isFinite(gradientNorm)) return;
  const culprit = firstNonFinite(at.parameters.gradients);
  throw nonFinite(
    at.step,
    culprit ? `a gradient of ${culprit} that is not finite` : `a gradient norm of ${gradientNorm}`,
    UNCHANGED,
  );
}

/** The last update of a run has no later step that would notice. @throws NonFiniteError naming the first variable that is not finite */
export function refuseNonFiniteParameters({ values }: FlatParameters, step: number): void {
  const culprit = firstNonFinite(values);
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
