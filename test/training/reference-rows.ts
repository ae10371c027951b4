// The float64 trajectories of optimisers (test/reference/optimizers.ts), for tests of all that carry updates out.
import {
  type AdamOptions,
  adam,
  adamax,
  chainOptimizers,
  clipByGlobalNorm,
  type Optimizer,
  type RmspropOptions,
  rmsprop,
  type SgdOptions,
  sgd,
} from '@flowvae/training';
import { readCommitted } from '../reference/committed-json.ts';
import type { OptimizerReference } from '../reference/optimizers.ts';

export const reference = readCommitted<OptimizerReference>('optimizers');

/** Values of all tensors together. */
const width = reference.tensorSizes.reduce((a, b) => a + b);

/** One optimiser with its rates, gradients and trajectory. */
export type Row = OptimizerReference['cases'][number];

const constructors: Readonly<
  Record<Row['optimizer'], (rates: Row['learningRates'], options: Row['options']) => Optimizer>
> = {
  adam: (rates, options) => adam((step) => rates[step]!, options as AdamOptions),
  adamax: (rates, options) => adamax((step) => rates[step]!, options as AdamOptions),
  rmsprop: (rates, options) => rmsprop((step) => rates[step]!, options as RmspropOptions),
  sgd: (rates, options) => sgd((step) => rates[step]!, options as SgdOptions),
};

/** The optimiser of a row, with its clipping. */
export const optimizerOf = ({ optimizer, learningRates, options, maxNorm }: Row): Optimizer => {
  const update = constructors[optimizer](learningRates, options);
  return maxNorm === undefined ? update : chainOptimizers(clipByGlobalNorm(maxNorm), update);
};

/**
 * The largest deviation of a trajectory, relative to the distance that a parameter has moved, or to the parameter.
 *
 * @param move makes the step with these gradients, and returns all parameters
 */
export function worstDeviation(
  row: Row,
  move: (gradients: readonly number[], step: number) => readonly number[],
): number {
  const gradients = Array.from(reference.gradients[row.gradients]);
  let most = 0;
  for (let step = 0; step < reference.steps; step++) {
    const from = step * width;
    for (const [i, value] of move(gradients.slice(from, from + width), step).entries()) {
      const exact = row.trajectory[from + i]!;
      const moved = Math.abs(exact - reference.start[i]!);
      most = Math.max(most, Math.abs(value - exact) / Math.max(Math.abs(exact), moved, 0.01));
    }
  }
  return most;
}
