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
  at: { step: number; parameters: FlatParameters },
): void {
  const values = Object.entries({ ...terms, loss });
  const broken = values.find(([, value]) => !Number.isFinite(value));
  if (broken) throw nonFinite(at.step, `${broken[0]} = ${broken[1]}`);
  if (Number.isFinite(gradientNorm)) return;
  const culprit = Object.entries(at.parameters.gradients).find(([, gradient]) => !gradient.every(Number.isFinite));
  throw nonFinite(
    at.step,
    culprit ? `a gradient of ${culprit[0]} that is not finite` : `a gradient norm of ${gradientNorm}`,
  );
}

function nonFinite(step: number, received: string): NonFiniteError {
  return new NonFiniteError({
    where: `fit: step ${step}`,
    expected: 'a finite loss, finite terms and finite gradients',
    received,
    remedy: 'lower the learning rate or clip the gradients; the parameters are those before this step',
  });
}
