// One step looked at kernel by kernel: every number that enters and leaves it, without an update.
import { type NamedVariables, type Tensor, tf } from '@flowvae/tensor';
import { type NonFiniteOrigin, nonFiniteOrigin } from '../finite/non-finite-origin.ts';
import type { TrainingProblem } from '../loop/variational.ts';
import { FlatParameters } from '../memory/flat-parameters.ts';
import { gradientStep } from './gradient-step.ts';

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

/** Computes the loss and all gradients of a step eagerly, by the variables' values, and sums up all of it. */
export async function inspectStep(
  { loss, inputShapes, batch }: TrainingProblem,
  variables: NamedVariables,
  step: number,
): Promise<StepInspection> {
  const parameters = new FlatParameters(variables, 0);
  const eager = await gradientStep('eager', { loss, variables, parameters, inputShapes, threads: 1 });
  const arrays = batch(step);
  const inputs = () => {
    const entries = Object.entries(inputShapes).map(([name, shape]) => [name, tf.tensor(arrays[name]!, [...shape])]);
    return Object.fromEntries(entries) as Readonly<Record<string, Tensor>>;
  };
  const terms = tf.tidy(() => {
    const bound = loss(inputs());
    return Object.entries(bound.terms).map(([name, term]) => [name, term.dataSync<'float32'>().slice()] as const);
  });
  parameters.writeVariables(); // the loss may have assigned some
  const origin = nonFiniteOrigin(() => loss(inputs()), variables);
  const values = await eager.run(arrays);
  await eager.dispose();
  parameters.writeVariables();
  const all = (entries: Readonly<Record<string, Float32Array>>) =>
    Object.entries(entries).map(([name, array]) => summarise(name, array));
  return {
    step,
    loss: values.loss,
    ...(origin ? { origin } : {}),
    inputs: all(arrays),
    terms: terms.map(([name, array]) => summarise(name, array)),
    parameters: all(parameters.values),
    gradients: all(parameters.gradients),
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
