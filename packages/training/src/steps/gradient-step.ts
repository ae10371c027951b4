// One evaluation of the loss and all its gradients, into the flat buffer; compiled or eager, the same function.
import { type Arrays, ASSIGNED, compile, type InputShapes, type Traceable } from '@flowvae/compiler';
import type { Bound } from '@flowvae/objectives';
import { type NamedVariables, type Scalar, type Tensor, tf } from '@flowvae/tensor';
import type { FlatParameters } from '../memory/flat-parameters.ts';
import { assigningOnly, trainableOf } from '../memory/non-trainable.ts';

/** How a step is computed: one graph on ONNX Runtime, or tfjs kernel by kernel. */
export type Engine = 'compiled' | 'eager';

/** What training minimises, as a pure function of the step's arrays as tensors. */
export type Loss = (inputs: Readonly<Record<string, Tensor>>) => Bound;

/** The loss and the batch means of its terms. */
export interface StepValues {
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
}

/** Computes loss, terms and gradients; the gradients and what the loss assigns land in the flat buffer. A variable without a part in the loss has gradient 0. */
export interface GradientStep {
  run(arrays: Arrays): Promise<StepValues>;
  dispose(): Promise<void>;
}

/** What both engines need. */
export interface GradientStepOptions {
  readonly loss: Loss;
  readonly variables: NamedVariables;
  readonly parameters: FlatParameters;
  readonly inputShapes: InputShapes;
  readonly threads: number;
}

/** What outputs of a step are called: terms and gradients under a prefix, the loss plainly. */
const TERM = 'term:';
export const GRADIENT = 'gradient:';

/** Creates the step for an engine. */
export function gradientStep(engine: Engine, options: GradientStepOptions): Promise<GradientStep> {
  return engine === 'compiled' ? compiledStep(options) : Promise.resolve(eagerStep(options));
}

/** Loss, means of terms and gradients under one roof: what is traced, and what runs eagerly. */
export function withGradients(loss: Loss, variables: NamedVariables): Traceable {
  const trained = trainableOf(variables);
  return (inputs) => {
    const outputs: Record<string, Tensor> = {};
    const scalarLoss = () => {
      const bound = loss(inputs);
      // `variableGrads` frees what its function made, unless it is kept; the caller frees it after reading.
      for (const [name, term] of Object.entries(bound.terms)) outputs[TERM + name] = tf.keep(tf.mean(term));
      return bound.loss;
    };
    const { value, grads } = assigningOnly(variables, () => gradientsOrFree(scalarLoss, trained, outputs));
    outputs.loss = value;
    for (const [name, variable] of Object.entries(trained)) {
      const gradient = grads[variable.name]; // absent where the loss does not depend on the variable
      if (gradient) outputs[GRADIENT + name] = gradient;
    }
    return outputs;
  };
}

/** The same without gradients. */
export function lossAndTerms(loss: Loss, variables: NamedVariables): Traceable {
  return (inputs) =>
    assigningOnly(variables, () => {
      const bound = loss(inputs);
      const terms = Object.entries(bound.terms).map(([name, term]) => [TERM + name, tf.mean(term)] as const);
      return { ...Object.fromEntries(terms), loss: bound.loss };
    });
}

/** Where the loss or its gradients throw, what was kept so far is freed. */
function gradientsOrFree(scalarLoss: () => Scalar, variables: NamedVariables, kept: Readonly<Record<string, Tensor>>) {
  try {
    return tf.variableGrads(scalarLoss, Object.values(variables));
  } catch (error) {
    tf.dispose(kept as Record<string, Tensor>);
    throw error;
  }
}

async function compiledStep(options: GradientStepOptions): Promise<GradientStep> {
  const { loss, variables, parameters, inputShapes, threads } = options;
  const compiled = compile(withGradients(loss, variables), { variables, threads, inPlace: true });
  const executable = await compiled.specialise(inputShapes);
  const into: Record<string, Float32Array> = { loss: new Float32Array(1) };
  for (const { name } of executable.graph.outputs) {
    if (name.startsWith(TERM)) into[name] = new Float32Array(1);
    if (name.startsWith(GRADIENT)) into[name] = parameters.gradients[name.slice(GRADIENT.length)]!;
    if (name.startsWith(ASSIGNED)) into[name] = parameters.assigned[name.slice(ASSIGNED.length)]!;
  }
  return {
    async run(arrays) {
      await executable.run({ ...arrays, ...parameters.values }, into);
      return stepValues(into);
    },
    dispose: () => compiled.dispose(),
  };
}

function eagerStep({ loss, variables, parameters, inputShapes }: GradientStepOptions): GradientStep {
  const evaluate = withGradients(loss, variables);
  return {
    async run(arrays) {
      parameters.writeVariables();
      const inputs = Object.entries(inputShapes).map(
        ([name, shape]) => [name, tf.tensor(arrays[name]!, [...shape])] as const,
      );
      const outputs = tf.tidy(() => evaluate(Object.fromEntries(inputs)) as Record<string, Tensor>);
      const read = Object.entries(outputs).map(([name, tensor]) => [name, tensor.dataSync() as Float32Array] as const);
      const values = Object.fromEntries(read);
      for (const [name, gradient] of Object.entries(parameters.gradients)) {
        const found = values[GRADIENT + name];
        if (found) gradient.set(found);
        else gradient.fill(0); // not that of an earlier step
      }
      for (const [name, assigned] of Object.entries(parameters.assigned)) assigned.set(variables[name]!.dataSync());
      tf.dispose([outputs, inputs.map(([, tensor]) => tensor)]);
      return stepValues(values);
    },
    dispose: async () => {},
  };
}

/** Reads loss and terms from a step's outputs. */
export function stepValues(outputs: Readonly<Record<string, ArrayLike<number>>>): StepValues {
  const terms = Object.entries(outputs)
    .filter(([name]) => name.startsWith(TERM))
    .map(([name, values]) => [name.slice(TERM.length), values[0]!] as const);
  return { loss: outputs.loss![0]!, terms: Object.fromEntries(terms) };
}
