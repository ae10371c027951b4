// Trees of named parameters, kept flat: the path of a variable is its name (`encoder/hidden1/kernel`).
import type { Variable } from '@tensorflow/tfjs-core';

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
