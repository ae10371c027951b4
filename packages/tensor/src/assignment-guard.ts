// A temporary guard against assignments to variables: a function that should be pure fails at the line that assigns.
import type { Variable } from '@tensorflow/tfjs-core';
import { tf } from './tensorflow.ts';

/**
 * Until released, `assign` throws for all variables except those of `allowed`.
 *
 * @param refusal the error for a variable
 * @returns a function that releases the guard and restores the previous state, such as another guard
 */
export function refuseAssignments(allowed: ReadonlySet<Variable>, refusal: (variable: Variable) => Error): () => void {
  const guarded = Object.values(tf.engine().registeredVariables).filter((variable) => !allowed.has(variable));
  const before = guarded.map((variable) => Object.getOwnPropertyDescriptor(variable, 'assign'));
  for (const variable of guarded) {
    const assign = () => {
      throw refusal(variable);
    };
    Object.defineProperty(variable, 'assign', { value: assign, configurable: true, writable: true, enumerable: true });
  }
  return () => {
    for (const [i, variable] of guarded.entries()) {
      const descriptor = before[i];
      if (descriptor) Object.defineProperty(variable, 'assign', descriptor);
      else Reflect.deleteProperty(variable, 'assign');
    }
  };
}
