// Trees of named parameters, kept flat: the path of a variable is its name (`encoder/hidden1/kernel`).
import type { Variable } from '@tensorflow/tfjs-core';
import { ExpectationError } from './expectation-error.ts';
import type { StoredTensor } from './safetensors/stored-tensors.ts';
import { tf } from './tensorflow.ts';

/** Variables by path, in the order of construction; that order is the order of the flat parameter buffer. */
export type NamedVariables = Readonly<Record<string, Variable>>;

/** Puts the variables of several parts under one roof: `{ encoder: { kernel } }` becomes `{ 'encoder/kernel' }`. */
export function underPrefixes(parts: Readonly<Record<string, NamedVariables>>): NamedVariables {
  const entries = Object.entries(parts).flatMap(([prefix, variables]) =>
    Object.entries(variables).map(([path, variable]) => [`${prefix}/${path}`, variable] as const),
  );
  return Object.fromEntries(entries);
}

/** The number of trained scalars in a set of variables: those that no optimiser changes do not count. */
export function parameterCount(variables: NamedVariables): number {
  return Object.values(variables).reduce((total, { trainable, size }) => total + (trainable ? size : 0), 0);
}

/**
 * Assigns stored values to variables of the same names. @throws ExpectationError if a name is missing or surplus, or a
 * shape differs
 */
export function assignParameters(
  where: string,
  variables: NamedVariables,
  tensors: Readonly<Record<string, StoredTensor>>,
): void {
  const describe = (entries: readonly (readonly [string, { readonly shape: readonly number[] }])[]) =>
    entries.map(([name, { shape }]) => `${name} [${shape.join(', ')}]`).toSorted();
  const [expected, received] = [describe(Object.entries(variables)), describe(Object.entries(tensors))];
  const missing = expected.filter((entry) => !received.includes(entry));
  const surplus = received.filter((entry) => !expected.includes(entry));
  if (missing.length + surplus.length > 0) {
    throw new ExpectationError({
      where,
      expected: missing.length > 0 ? missing.join(', ') : 'no more parameters than the config describes',
      received: surplus.length > 0 ? surplus.join(', ') : 'nothing under these names',
      remedy: 'the model was trained with another config, or on images of another size',
    });
  }
  tf.tidy(() => {
    for (const [name, variable] of Object.entries(variables)) {
      variable.assign(tf.tensor(tensors[name]!.values, variable.shape));
    }
  });
}
