// Successive halving as a sweep's author asks for it: its rungs, and validations at each.
import { firstRung, type Halving, rungsOf } from '@flowvae/sweeps';
import { ExpectationError } from '@flowvae/tensor/plain';
import { fallbacks, type TrainConfig } from '../config/settings.ts';
import type { CheckedTrial } from './planned-trials.ts';

/** Options about halving. */
export interface HalvingFlags {
  /** η. */
  readonly halving?: number;
  readonly minSteps?: number;
}

/** Halving, and the validations that it needs where the author names none. */
export interface HalvingPlan {
  readonly halving: Halving;
  readonly validateEvery: number;
}

/**
 * The rungs of checked runs. Undefined without halving.
 *
 * @param seeds seeds of each configuration
 * @throws ExpectationError for runs of different lengths, a first rung that is too long, or validations that miss one
 */
export function halvingPlan(
  checked: readonly CheckedTrial[],
  seeds: number,
  { halving: factor, minSteps: given }: HalvingFlags,
): HalvingPlan | undefined {
  if (factor === undefined) {
    if (given !== undefined) throw refused('--min-steps', '--halving <n> beside it', 'none');
    return undefined;
  }
  const steps = onlyValue(checked, 'steps');
  const named = onlyValue(checked, 'validateEvery');
  const minSteps = given ?? firstRung(factor, { count: checked.length / seeds, steps });
  const rungs = rungsOf({ factor, minSteps }, steps).slice(0, -1);
  const validateEvery = named === fallbacks.validateEvery ? minSteps : named;
  if (rungs.some((rung) => validateEvery === 0 || rung % validateEvery !== 0)) {
    throw refused('--validate-every', `a divisor of every rung: ${rungs.join(', ')}`, String(validateEvery));
  }
  return { halving: { factor, minSteps }, validateEvery };
}

function onlyValue(checked: readonly CheckedTrial[], name: 'steps' | 'validateEvery'): TrainConfig[typeof name] {
  const [first, ...others] = [...new Set(checked.map(({ config }) => config[name]))];
  if (others.length === 0) return first!;
  throw refused('--halving', `one value of ${name} for all runs`, [first, ...others].join(', '));
}

const refused = (where: string, expected: string, received: string) =>
  new ExpectationError({ where, expected, received });
