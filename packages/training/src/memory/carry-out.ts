// Carries an update out in a memory of float32 regions.
import type { Sweep } from './kernels.ts';
import { FIRST_SLOT, GRADIENTS, PARAMETERS, type Update } from './optimizer.ts';

/**
 * The memory of an optimiser: regions of float32 values of equal length. Region 0 holds the parameters, 1 the
 * gradients, the rest the optimiser's state.
 */
export interface OptimizerTarget {
  /** Euclidean norm of all gradients together. */
  gradientNorm(): number;
  /** One pass of assembly/training.ts over whole regions. */
  sweep(pass: Sweep, regions: readonly number[], scalars: readonly number[]): void;
}

/** Added to the norm before the division, as in torch.nn.utils.clip_grad_norm_. */
export const NORM_EPSILON = 1e-6;

/** Moves the parameters of a memory, and the optimiser's state with them. */
export function carryOut(update: Update, target: OptimizerTarget): void {
  for (const part of update) {
    if (part.pass === 'clip') clip(target, part.maxNorm);
    else {
      const slots = part.slots.map((slot) => FIRST_SLOT + slot);
      target.sweep(part.pass, [PARAMETERS, GRADIENTS, ...slots], [...part.varying, ...part.fixed]);
    }
  }
}

function clip(target: OptimizerTarget, maxNorm: number): void {
  const factor = maxNorm / (target.gradientNorm() + NORM_EPSILON);
  if (factor < 1) target.sweep('scale', [GRADIENTS], [factor]);
}
