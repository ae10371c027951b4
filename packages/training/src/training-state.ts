// Everything that decides how training goes on: what a checkpoint holds and a resumed run starts from.
import { ExpectationError } from '@flowvae/tensor';
import type { FlatParameters } from './flat-parameters.ts';
import type { AverageState } from './history.ts';
import type { NonFiniteCounters } from './non-finite-policy.ts';
import type { Optimizer } from './optimizer.ts';

/** Values by variable name. */
export type ValuesByName = Readonly<Record<string, Float32Array>>;

/**
 * The state of a training run between two steps. Batches and noise are functions of the step, so nothing else is needed to go on.
 *
 * The arrays that `fit` hands out are views of its own memory: copy what has to outlive the callback.
 */
export interface TrainingState {
  /** Steps done, so also the number of the next step. */
  readonly step: number;
  /** Shapes of the variables; those of a slot are the same. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly parameters: ValuesByName;
  /** The optimiser's state: by the name of the slot, e.g. Adam's `m` and `v`, then by variable. */
  readonly slots: Readonly<Record<string, ValuesByName>>;
  /** The stretch of steps that is no entry of the history yet. */
  readonly average: AverageState;
  readonly nonFinite: NonFiniteCounters;
}

/** The arrays of a state as views of the flat buffer. */
export function viewState(
  parameters: FlatParameters,
  { slotNames }: Optimizer,
): Pick<TrainingState, 'shapes' | 'parameters' | 'slots'> {
  const slots = slotNames.map((name, index) => [name, parameters.slot(index)] as const);
  return { shapes: parameters.shapes, parameters: parameters.values, slots: Object.fromEntries(slots) };
}

/**
 * Copies the arrays of a state into the flat buffer.
 *
 * @throws ExpectationError where a slot or a variable is missing or surplus, or has another shape; nothing is copied then
 */
export function restoreState(state: TrainingState, parameters: FlatParameters, optimizer: Optimizer): void {
  const into = viewState(parameters, optimizer);
  checkStep(state.step);
  checkNames('shapes', described(into.shapes), described(state.shapes));
  checkNames('slots', Object.keys(into.slots), Object.keys(state.slots));
  const pairs = [
    ['parameters', into.parameters, state.parameters] as const,
    ...Object.keys(into.slots).map((slot) => [`slots.${slot}`, into.slots[slot]!, state.slots[slot]!] as const),
  ];
  for (const [where, target, source] of pairs) checkNames(where, lengths(target), lengths(source));
  for (const [, target, source] of pairs) {
    for (const [name, values] of Object.entries(source)) target[name]!.set(values);
  }
}

const described = (shapes: TrainingState['shapes']) =>
  Object.entries(shapes).map(([name, shape]) => `${name} [${shape.join(', ')}]`);

const lengths = (values: ValuesByName) =>
  Object.entries(values).map(([name, { length }]) => `${name} (${length} values)`);

function checkStep(step: number): void {
  if (Number.isSafeInteger(step) && step >= 0) return;
  throw new ExpectationError({ where: 'fit: from.step', expected: 'a whole number from 0', received: String(step) });
}

function checkNames(where: string, expected: readonly string[], received: readonly string[]): void {
  const missing = expected.filter((name) => !received.includes(name));
  const surplus = received.filter((name) => !expected.includes(name));
  if (missing.length + surplus.length === 0) return;
  throw new ExpectationError({
    where: `fit: from.${where}`,
    expected: missing.length > 0 ? missing.join(', ') : 'no more names than the model and the optimiser have',
    received: surplus.length > 0 ? surplus.join(', ') : 'nothing under these names',
    remedy: 'the state is of another model or optimiser',
  });
}
