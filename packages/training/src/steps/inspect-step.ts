// One step in detail: every number that enters and leaves it, without an update.
import type { NamedVariables } from '@flowvae/tensor';
import { chooseEngine, type EngineChoice } from '../engines/choose-engine.ts';
import { type NonFiniteOrigin, stepOrigin } from '../finite/non-finite-origin.ts';
import type { TrainingProblem } from '../loop/variational.ts';
import { localState } from '../memory/local-state.ts';
import { GRADIENTS, PARAMETERS } from '../memory/optimizer.ts';
import { termsByRow, termsOf } from './gradient-step.ts';

/** The values of an array, summarised. */
export interface ArraySummary {
  readonly name: string;
  readonly count: number;
  /** Number of values that are not finite. */
  readonly nonFinite: number;
  /** The place of the first such value; −1 if all are finite. For a term: the row of the batch. */
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
  /**
   * The origin of the loss's first value that is not finite; absent if there is none, for example if only a gradient is
   * not finite.
   */
  readonly origin?: NonFiniteOrigin;
  /** The inputs of the step: data, noise and schedules. */
  readonly inputs: readonly ArraySummary[];
  /** The bound's terms by row. */
  readonly terms: readonly ArraySummary[];
  readonly parameters: readonly ArraySummary[];
  readonly gradients: readonly ArraySummary[];
}

/** The step to inspect. */
export interface InspectStepOptions {
  readonly step: number;
  /** Default `'eager'`, which also computes functions that cannot be traced. */
  readonly engine?: EngineChoice;
}

/**
 * Computes and summarises the loss and all gradients of a step at the variables' values. The origin is found kernel by
 * kernel, for every engine.
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
    values: await state.run(arrays, []),
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

/** Frees a resource after its use, also after an error. */
async function freeing<T>(resource: { dispose(): Promise<void> }, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } finally {
    await resource.dispose();
  }
}
