// Runs a function once on the recording backend and returns what it would compute, as a graph.
import { type NamedVariables, type Tensor, tf } from '@flowvae/tensor';
import type { Graph, Named } from './graph.ts';
import { RECORDER, recorder } from './recorder.ts';
import { TraceError } from './trace-error.ts';

/** Shapes of a traced function's inputs by name. All inputs are float32. */
export type InputShapes = Readonly<Record<string, readonly number[]>>;

/** A function that can be traced: named tensors to named tensors, nothing else read or drawn. */
export type Traceable = (inputs: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>;

/**
 * Traces a pure function for given input shapes. Variables become graph inputs under their names in `variables`; other tensors that the
 * function captures are embedded as constants. Whatever happens inside, tfjs's backend and scopes are what they were before.
 *
 * @throws TraceError for an unsupported kernel, a value read, a random operation, or a result that is no record of tensors
 */
export function trace(fn: Traceable, inputShapes: InputShapes, variables: NamedVariables): Graph {
  const engine = tf.engine();
  tf.backend(); // tfjs chooses its backend at first use; make it choose before ours is the current one
  const before = tf.getBackend();
  const builder = recorder.start();
  try {
    tf.setBackend(RECORDER);
    engine.startScope('trace');
    try {
      for (const [name, variable] of Object.entries(variables)) {
        recorder.bind(variable.dataId, builder.variable(name, variable.shape, 'float32'));
      }
      const inputs = Object.entries(inputShapes).map(([name, shape]) => {
        const info = recorder.describe(builder.input(name, shape, 'float32'));
        return [name, engine.makeTensorFromTensorInfo(info)] as const;
      });
      const results = fn(Object.fromEntries(inputs));
      const outputs = namedOutputs(results);
      for (const result of Object.values(results)) result.dispose(); // also what the function kept from its own scopes
      return builder.graph(outputs);
    } finally {
      engine.endScope();
    }
  } finally {
    recorder.finish();
    tf.setBackend(before);
  }
}

function namedOutputs(results: Readonly<Record<string, Tensor>>): Named[] {
  return Object.entries(results).map(([name, tensor]) => {
    if (!(tensor instanceof tf.Tensor)) {
      const received = (tensor as unknown) instanceof Promise ? 'a promise' : `${typeof tensor}`;
      throw new TraceError({ where: `compile: output '${name}'`, expected: 'a tensor', received });
    }
    return { name, value: recorder.valueFor(tensor) };
  });
}
