// Successive halving as a sweep's author asks for it: its rungs, and validations at each.
import { firstRung, type Halving, rungsOf, type SweepSpec, trialsOf } from '@flowvae/sweeps';
import { ExpectationError } from '@flowvae/tensor/plain';
import { fallbacks } from '../config/settings.ts';

/** Options about halving. */
export interface HalvingFlags {
  /** η. */
  readonly halving?: number;
  readonly minSteps?: number;
}

/**
 * Adds validations at every rung to a sweep. Undefined without halving.
 *
 * @throws ExpectationError for steps that vary, a first rung that is too long, or validations that miss a rung
 */
export function halvedSpec(
  spec: SweepSpec,
  { halving: factor, minSteps: given }: HalvingFlags,
): { readonly spec: SweepSpec; readonly halving: Halving } | undefined {
  if (factor === undefined) {
    if (given !== undefined) throw refused('--min-steps', '--halving <n> beside it', 'none');
    return undefined;
  }
  const { columns, settings, seeds } = spec;
  const varied = columns.find(({ setting }) => setting === 'steps' || setting === 'validateEvery');
  if (varied) throw refused('--halving', `one value of ${varied.setting} for all runs`, 'a column that varies it');
  const steps = Number(settings.steps ?? fallbacks.steps);
  const count = trialsOf(spec).length / seeds.length;
  const minSteps = given ?? firstRung(factor, { count, steps });
  const rungs = rungsOf({ factor, minSteps }, steps).slice(0, -1);
  const every = Number(settings.validateEvery ?? minSteps);
  const missed = rungs.find((rung) => every === 0 || rung % every !== 0);
  if (missed !== undefined) {
    const expected = `a divisor of every rung: ${rungs.join(', ')}`;
    throw refused('--validate-every', expected, String(every));
  }
  const validated = { ...spec, settings: { ...settings, validateEvery: String(every) } };
  return { spec: validated, halving: { factor, minSteps } };
}

const refused = (where: string, expected: string, received: string) =>
  new ExpectationError({ where, expected, received });
