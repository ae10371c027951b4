// Variables that may not be assigned for a while: a function that was taken for a pure one is told so at the line that
// assigns.
import type { Variable } from '@tensorflow/tfjs-core';
import { tf } from './tensorflow.ts';

/**
 * Until released, a call of `assign` throws, but for the variables of `allowed`, which keep theirs.
 *
 * @param refusal the error for a variable
 * @returns what releases; it puts back what stood there before, another guard for one
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
