// The computation of a step as functions for any engine: the loss, its terms and all its gradients.
import type { Traceable } from '@flowvae/compiler';
import type { Bound } from '@flowvae/objectives';
import { type NamedVariables, type Scalar, type Tensor, tf } from '@flowvae/tensor';
import { assigningOnly, trainableOf } from '../memory/non-trainable.ts';

/** The minimised quantity, as a pure function of the step's arrays as tensors. */
export type Loss = (inputs: Readonly<Record<string, Tensor>>) => Bound;

/** The loss and the batch means of its terms. */
export interface StepValues {
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
}

/** Names of a step's outputs: terms and gradients have a prefix, the loss has none. */
const TERM = 'term:';
export const GRADIENT = 'gradient:';

/** Loss, means of terms and gradients; a variable that the loss does not use has no gradient. */
export function withGradients(loss: Loss, variables: NamedVariables): Traceable {
  const trained = trainableOf(variables);
  return (inputs) => {
    const outputs: Record<string, Tensor> = {};
    const scalarLoss = () => {
      const bound = loss(inputs);
      // `variableGrads` frees its function's tensors, unless they are kept; the caller frees them after reading.
      for (const [name, term] of Object.entries(bound.terms)) outputs[TERM + name] = tf.keep(tf.mean(term));
      return bound.loss;
    };
    const { value, grads } = assigningOnly(variables, () => gradientsOrFree(scalarLoss, trained, outputs));
    outputs.loss = value;
    for (const [name, variable] of Object.entries(trained)) {
      const gradient = grads[variable.name]; // absent if the loss does not depend on the variable
      if (gradient) outputs[GRADIENT + name] = gradient;
    }
    return outputs;
  };
}

/** The same without gradients. */
export const lossAndTerms = (loss: Loss, variables: NamedVariables): Traceable =>
  withoutGradients(loss, variables, (bound) => ({ ...named(bound, (term) => tf.mean(term)), loss: bound.loss }));

/** The terms alone, of each row of the batch. */
export const termsByRow = (loss: Loss, variables: NamedVariables): Traceable =>
  withoutGradients(loss, variables, (bound) => named(bound, (term) => term));

const withoutGradients =
  (loss: Loss, variables: NamedVariables, outputs: (bound: Bound) => Readonly<Record<string, Tensor>>): Traceable =>
  (inputs) =>
    assigningOnly(variables, () => outputs(loss(inputs)));

const named = ({ terms }: Bound, of: (term: Tensor) => Tensor): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(Object.entries(terms).map(([name, term]) => [TERM + name, of(term)]));

/** If the loss or its gradients throw, frees the tensors kept so far. */
function gradientsOrFree(scalarLoss: () => Scalar, variables: NamedVariables, kept: Readonly<Record<string, Tensor>>) {
  try {
    return tf.variableGrads(scalarLoss, Object.values(variables));
  } catch (error) {
    tf.dispose(kept as Record<string, Tensor>);
    throw error;
  }
}

/** The terms among a step's outputs. */
export const termsOf = <Values>(outputs: Readonly<Record<string, Values>>): Readonly<Record<string, Values>> =>
  Object.fromEntries(
    Object.entries(outputs)
      .filter(([name]) => name.startsWith(TERM))
      .map(([name, values]) => [name.slice(TERM.length), values]),
  );

/** Reads loss and terms from a step's outputs. */
export function stepValues(outputs: Readonly<Record<string, ArrayLike<number>>>): StepValues {
  const terms = Object.entries(termsOf(outputs)).map(([name, values]) => [name, values[0]!] as const);
  return { loss: outputs.loss![0]!, terms: Object.fromEntries(terms) };
}
