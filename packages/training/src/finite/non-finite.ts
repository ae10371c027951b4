// Stops training before a value that is not finite reaches the parameters.
import { type Expectation, ExpectationError } from '@flowvae/tensor';
import { GRADIENTS, PARAMETERS } from '../memory/optimizer.ts';
import type { TrainingState } from '../memory/training-state.ts';
import type { StepValues } from '../steps/gradient-step.ts';
import type { NonFiniteOrigin } from './non-finite-origin.ts';

/** The place where training met a value that is not finite. */
export interface NonFinitePlace {
  /** The step, counted from 0. */
  readonly step: number;
  /** The source of the step's batch and noise, if the problem names it. */
  readonly batch?: string;
  /** The first term that is not finite; absent if all are finite. */
  readonly term?: string;
  /** The first TensorFlow.js kernel whose result is not finite, if an eager computation of the loss shows it. */
  readonly kernel?: string;
  /**
   * The parameter that this kernel or the last one before it used; else the first variable whose value or gradient is
   * not finite.
   */
  readonly layer?: string;
}

/** The loss, one of its terms, a gradient or a parameter is no longer finite. */
export class NonFiniteError extends ExpectationError {
  override readonly name = 'NonFiniteError';
  /** Absent outside training. */
  readonly place?: NonFinitePlace;

  constructor(expectation: Expectation, place?: NonFinitePlace) {
    super(expectation);
    if (place) this.place = place;
  }
}

/** The data of the check: a step's values and its place. */
export interface StepToCheck {
  readonly step: number;
  readonly nameBatch?: ((step: number) => string) | undefined;
  readonly gradientNorm: number;
  readonly state: TrainingState;
}

/**
 * The error for a step that must not reach the parameters, with step, batch, term and variable; undefined if all values
 * are finite.
 */
export async function nonFiniteStep({ loss, terms }: StepValues, at: StepToCheck): Promise<NonFiniteError | undefined> {
  const broken = Object.entries({ ...terms, loss }).find(([, value]) => !Number.isFinite(value));
  const assigned = allNonFinite(at.state.assigned());
  const breaks = at.state.breaksParameters?.() ?? false;
  if (!broken && Number.isFinite(at.gradientNorm) && assigned.length === 0 && !breaks) return undefined;
  const gradients = allNonFinite(await at.state.readRegion(GRADIENTS));
  const values = allNonFinite(await at.state.readRegion(PARAMETERS)); // bad before the step: an update overflowed
  const layer = values[0] ?? gradients[0] ?? assigned[0];
  const found = [
    broken ? `${broken[0]} = ${broken[1]}` : '',
    values.length > 0 ? `a value of ${named(values)} that is not finite` : '',
    gradients.length > 0 ? `a gradient of ${named(gradients)} that is not finite` : '',
    breaks ? 'an update to a parameter that is not finite' : '',
    assigned.length > 0 ? `an assignment to ${named(assigned)} that is not finite` : '',
  ].filter(Boolean);
  const place = { ...placed(at), ...(broken ? { term: broken[0] } : {}), ...(layer ? { layer } : {}) };
  const received = found.length > 0 ? found.join(', ') : `a gradient norm of ${at.gradientNorm}`;
  return nonFinite(place, received, values.length > 0 ? 'lower the learning rate' : UNCHANGED);
}

/** The error with the origin of the value, if that was found. */
export function withOrigin(error: NonFiniteError, origin: NonFiniteOrigin | undefined): NonFiniteError {
  if (!origin || !error.place) return error;
  const { where, expected, received, remedy, place } = error;
  const at = origin.layer === undefined ? '' : ` at ${origin.layer}`;
  const described = `${received}, first in the result of ${origin.kernel}${at}`;
  return new NonFiniteError({ where, expected, received: described, remedy }, { ...place, ...origin });
}

/**
 * The error for parameters that are not finite after the last update, which no later step would notice; undefined if
 * all are finite.
 */
export async function nonFiniteParameters(state: TrainingState, step: number): Promise<NonFiniteError | undefined> {
  const culprits = allNonFinite(await state.readRegion(PARAMETERS));
  if (culprits.length === 0) return undefined;
  const place = { step, layer: culprits[0]! };
  return nonFinite(place, `a value of ${named(culprits)} that is not finite`, 'lower the learning rate');
}

const placed = ({ step, nameBatch }: StepToCheck): NonFinitePlace => ({
  step,
  ...(nameBatch ? { batch: nameBatch(step) } : {}),
});

const UNCHANGED = 'lower the learning rate or clip the gradients; the parameters are those before this step';

const allNonFinite = (arrays: Readonly<Record<string, Float32Array>>) =>
  Object.entries(arrays)
    .filter(([, array]) => !array.every(Number.isFinite))
    .map(([name]) => name);

const named = ([first, ...others]: readonly string[]) =>
  others.length > 0 ? `${first} (and of ${others.length} more)` : first!;

function nonFinite(place: NonFinitePlace, received: string, remedy: string): NonFiniteError {
  const { step, batch } = place;
  const where = `fit: step ${step}${batch === undefined ? '' : `, ${batch}`}`;
  const expected = 'a finite loss, finite terms, gradients and parameters';
  return new NonFiniteError({ where, expected, received, remedy }, place);
}
