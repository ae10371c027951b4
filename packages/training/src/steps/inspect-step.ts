// One step looked at closely: every number that enters and leaves it, without an update.
import type { NamedVariables } from '@flowvae/tensor';
import { chooseEngine, type EngineChoice } from '../engines/choose-engine.ts';
import { type NonFiniteOrigin, stepOrigin } from '../finite/non-finite-origin.ts';
import type { TrainingProblem } from '../loop/variational.ts';
import { localState } from '../memory/local-state.ts';
import { GRADIENTS, PARAMETERS } from '../memory/optimizer.ts';
import { termsByRow, termsOf } from './gradient-step.ts';

/** What an array holds, in numbers. */
export interface ArraySummary {
  readonly name: string;
  readonly count: number;
  /** Values that are no finite numbers. */
  readonly nonFinite: number;
  /** Where the first of those is; −1 where all are finite. For a term: the row of the batch. */
  readonly firstNonFinite: number;
  /** Root of the mean square of the finite ones. */
  readonly rms: number;
  /** Greatest magnitude of the finite ones. */
  readonly largest: number;
}

/** A step, inspected. */
export interface StepInspection {
  readonly step: number;
  readonly loss: number;
  /** Where the loss stops being finite; absent where it does not, as when only a gradient is not. */
  readonly origin?: NonFiniteOrigin;
  /** What the step takes: data, noise and schedules. */
  readonly inputs: readonly ArraySummary[];
  /** The bound's terms by row. */
  readonly terms: readonly ArraySummary[];
  readonly parameters: readonly ArraySummary[];
  readonly gradients: readonly ArraySummary[];
}

/** What is looked at. */
export interface InspectStepOptions {
  readonly step: number;
  /** Default `'eager'`, which computes what cannot be traced as well. */
  readonly engine?: EngineChoice;
}

/**
 * Computes the loss and all gradients of a step, by the variables' values, and sums up all of it. The origin is looked
 * for kernel by kernel, whichever the engine.
 */
export async function inspectStep(
  problem: TrainingProblem,
  variables: NamedVariables,
  { step, engine: wanted = 'eager' }: InspectStepOptions,
): Promise<StepInspection> {
  const { loss, inputShapes, batch } = problem;
  const { engine } = await chooseEngine(wanted);
  const arrays = batch(step);
  const rows = await engine.open(termsByRow(loss, variables), inputShapes, { variables });
  const terms = await freeing(rows, async () => termsOf(await rows.run(arrays)));
  const origin = stepOrigin(problem, arrays, variables);
  const state = await localState(engine, { loss, variables, inputShapes, threads: 1, slots: 0 });
  const { values, parameters, gradients } = await freeing(state, async () => ({
    values: await state.run(arrays),
    parameters: await state.readRegion(PARAMETERS),
    gradients: await state.readRegion(GRADIENTS),
  }));
  const all = (entries: Readonly<Record<string, Float32Array>>) =>
    Object.entries(entries).map(([name, array]) => summarise(name, array));
  return {
    step,
    loss: values.loss,
    ...(origin ? { origin } : {}),
    inputs: all(arrays),
    terms: all(terms),
    parameters: all(parameters),
    gradients: all(gradients),
  };
}

function summarise(name: string, values: Float32Array): ArraySummary {
  const finite = values.filter(Number.isFinite);
  const squares = finite.reduce((sum, value) => sum + value * value, 0);
  return {
    name,
    count: values.length,
    nonFinite: values.length - finite.length,
    firstNonFinite: values.findIndex((value) => !Number.isFinite(value)),
    rms: finite.length > 0 ? Math.sqrt(squares / finite.length) : 0,
    largest: finite.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
  };
}

/** Frees a resource after its use, whatever comes of it. */
async function freeing<T>(resource: { dispose(): Promise<void> }, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } finally {
    await resource.dispose();
  }
}
