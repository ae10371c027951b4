// The complete state of training: a checkpoint holds it, and a resumed run starts from it.
import { ExpectationError, type NamedVariables } from '@flowvae/tensor';
import type { NonFiniteCounters } from '../finite/non-finite-policy.ts';
import { trainableOf } from '../memory/non-trainable.ts';
import { FIRST_SLOT, type Optimizer, PARAMETERS } from '../memory/optimizer.ts';
import type { TrainingState, ValuesByName } from '../memory/training-state.ts';
import type { AverageState } from './history.ts';

/**
 * The state of a training run between two steps, copied. Batches and noise are functions of the step, so nothing else
 * is needed to continue.
 */
export interface RunState {
  /** Steps done, so also the number of the next step. */
  readonly step: number;
  /** Shapes of the variables; slots have the same shapes. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** All variables, including those that are not trainable. */
  readonly parameters: ValuesByName;
  /** The optimiser's state: by the name of the slot, e.g. Adam's `m` and `v`, then by trainable variable. */
  readonly slots: Readonly<Record<string, ValuesByName>>;
  /** The stretch of steps that is not yet an entry of the history. */
  readonly average: AverageState;
  readonly nonFinite: NonFiniteCounters;
}

/** The arrays of a run. */
type StoredArrays = Pick<RunState, 'shapes' | 'parameters' | 'slots'>;

/** Copies parameters and optimiser state from a training state. */
export async function readState(
  state: TrainingState,
  variables: NamedVariables,
  { slotNames }: Optimizer,
): Promise<StoredArrays> {
  const parameters = copied(await state.readRegion(PARAMETERS));
  const slots: Record<string, ValuesByName> = {};
  for (const [i, name] of slotNames.entries()) slots[name] = copied(await state.readRegion(FIRST_SLOT + i));
  return { shapes: shapesOf(variables), parameters, slots };
}

const copied = (values: ValuesByName): ValuesByName =>
  Object.fromEntries(Object.entries(values).map(([name, array]) => [name, array.slice()]));

const shapesOf = (variables: NamedVariables): RunState['shapes'] =>
  Object.fromEntries(Object.entries(variables).map(([name, { shape }]) => [name, shape]));

/**
 * Gives training the arrays of a run.
 *
 * @throws ExpectationError if a slot or a variable is missing or surplus, or has another shape; nothing is then
 * assigned
 */
export async function writeState(
  from: RunState,
  state: TrainingState,
  { variables, optimizer }: { readonly variables: NamedVariables; readonly optimizer: Optimizer },
): Promise<void> {
  const shapes = shapesOf(variables);
  const sizes = sizesOf(variables);
  const trainable = sizesOf(trainableOf(variables));
  checkStep(from);
  checkNames('shapes', described(shapes), described(from.shapes));
  checkNames('slots', optimizer.slotNames, Object.keys(from.slots));
  checkNames('parameters', sizes, lengths(from.parameters));
  for (const name of optimizer.slotNames) checkNames(`slots.${name}`, trainable, lengths(from.slots[name]!));
  await state.writeRegion(PARAMETERS, from.parameters);
  for (const [i, name] of optimizer.slotNames.entries()) await state.writeRegion(FIRST_SLOT + i, from.slots[name]!);
}

const described = (shapes: RunState['shapes']) =>
  Object.entries(shapes).map(([name, shape]) => `${name} [${shape.join(', ')}]`);

const sizesOf = (variables: NamedVariables) =>
  Object.entries(variables).map(([name, { size }]) => `${name} (${size} values)`);

const lengths = (values: ValuesByName) =>
  Object.entries(values).map(([name, { length }]) => `${name} (${length} values)`);

function checkStep({ step, nonFinite: { skipped, inARow, rateFactor } }: RunState): void {
  const isCount = (value: number, most: number) => Number.isSafeInteger(value) && value >= 0 && value <= most;
  const refuse = (where: string, expected: string, value: number): never => {
    throw new ExpectationError({ where: `fit: from.${where}`, expected, received: String(value) });
  };
  if (!isCount(step, Number.MAX_SAFE_INTEGER)) refuse('step', 'a whole number from 0', step);
  if (!isCount(skipped, step)) refuse('nonFinite.skipped', `a whole number from 0 to ${step}, the steps done`, skipped);
  if (!isCount(inARow, skipped)) refuse('nonFinite.inARow', `a whole number from 0 to ${skipped}`, inARow);
  if (!(rateFactor >= 0 && rateFactor <= 1)) refuse('nonFinite.rateFactor', 'a number from 0 to 1', rateFactor);
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
