// Variables that no optimiser changes, such as moving averages of batch normalisation. The loss's assignments to them
// are part of the training state.
import { ExpectationError, type NamedVariables, refuseAssignments, type Variable } from '@flowvae/tensor';

const chosen = (variables: NamedVariables, trainable: boolean): NamedVariables =>
  Object.fromEntries(Object.entries(variables).filter(([, variable]) => variable.trainable === trainable));

/** Variables that have gradients and are updated by the optimiser. */
export const trainableOf = (variables: NamedVariables): NamedVariables => chosen(variables, true);

/** The others: only the loss gives them new values. */
export const nonTrainableOf = (variables: NamedVariables): NamedVariables => chosen(variables, false);

/**
 * Runs a loss that may assign the variables of `variables` that are not trainable, and no others: other variables are
 * no part of the training state, or the optimiser changes them too.
 *
 * @throws ExpectationError at another assignment
 */
export function assigningOnly<T>(variables: NamedVariables, loss: () => T): T {
  return guarded(new Set(Object.values(nonTrainableOf(variables))), loss, (variable) => {
    const [name] = Object.entries(variables).find(([, each]) => each === variable) ?? [];
    return name === undefined ? unknownVariable(variable) : trainableVariable(name);
  });
}

/**
 * A function that must assign no variable, such as the evaluation of a model.
 *
 * @throws ExpectationError at an assignment
 */
export const assigningNothing =
  <Args extends readonly unknown[], T>(fn: (...args: Args) => T) =>
  (...args: Args): T =>
    guarded(new Set(), () => fn(...args), evaluatedVariable);

function guarded<T>(allowed: ReadonlySet<Variable>, fn: () => T, refusal: (variable: Variable) => Error): T {
  const release = refuseAssignments(allowed, refusal);
  try {
    return fn();
  } finally {
    release();
  }
}

const evaluatedVariable = ({ name }: Variable) =>
  new ExpectationError({
    where: `evaluation: variable '${name}'`,
    expected: 'a function that assigns no variable',
    received: 'an assignment',
    remedy: 'leave out `training: true` here: batch normalisation then takes its moving averages',
  });

const unknownVariable = ({ name }: Variable) =>
  new ExpectationError({
    where: `fit: variable '${name}'`,
    expected: 'every variable that the loss assigns among `variables`',
    received: 'an assignment of another',
    remedy:
      'add it to the option `variables`: `layer.weights` includes the variables that `layer.trainableWeights` leaves out',
  });

const trainableVariable = (name: string) =>
  new ExpectationError({
    where: `fit: variable '${name}'`,
    expected: 'either the loss or the optimiser to change it',
    received: 'an assignment of a trainable variable',
    remedy: 'make it with tf.variable(value, false), which the optimiser leaves alone, or do not assign it',
  });
