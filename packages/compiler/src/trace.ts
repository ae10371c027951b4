// Runs a function once on the recording backend and returns what it would compute, as a graph.
import { type NamedVariables, type Tensor, tf, type Variable } from '@flowvae/tensor';
import type { Graph, Named } from './graph.ts';
import { RECORDER, recorder } from './recorder.ts';
import { TraceError, valueRead, variableAssigned } from './trace-error.ts';

/** Shapes of a traced function's inputs by name. All inputs are float32. */
export type InputShapes = Readonly<Record<string, readonly number[]>>;

/** A function that can be traced: named tensors to named tensors, nothing else read or drawn. */
export type Traceable = (inputs: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>;

/**
 * Traces a pure function for given input shapes. Variables become graph inputs under their names in `variables`; other tensors that the
 * function captures are embedded as constants. Whatever happens inside, tfjs's backend and scopes are what they were before.
 *
 * @throws TraceError for an unsupported kernel, a value read, a variable assigned, a random operation, or a result that is no record of tensors
 */
export function trace(fn: Traceable, inputShapes: InputShapes, variables: NamedVariables): Graph {
  const engine = tf.engine();
  tf.backend(); // tfjs chooses its backend at first use; make it choose before ours is the current one
  const before = tf.getBackend();
  refuseSharedNames(inputShapes, variables);
  const builder = recorder.start();
  const release = guardVariables(variables);
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
      for (const result of Object.values(results)) if (isRecorded(result)) result.dispose(); // also what the function kept from its own scopes
      return builder.graph(outputs);
    } finally {
      freeAbandonedTape();
      engine.endScope();
    }
  } finally {
    release();
    recorder.finish();
    tf.setBackend(before);
  }
}

function refuseSharedNames(inputShapes: InputShapes, variables: NamedVariables): void {
  const shared = Object.keys(inputShapes).find((name) => Object.hasOwn(variables, name));
  if (shared === undefined) return;
  const expected = 'inputs and variables under different names';
  throw new TraceError({ where: 'compile', expected, received: `both named '${shared}'` });
}

/** Whether a tensor was made by the trace; variables and captured tensors are the caller's. */
const isRecorded = ({ dataId }: Tensor) => tf.engine().state.tensorInfo.get(dataId)?.backend === recorder;

/** A gradient that throws leaves its tape, and the tensors saved on it, behind; tfjs itself never frees them. */
function freeAbandonedTape(): void {
  const { state } = tf.engine();
  if (state.gradientDepth > 0) return;
  for (const { saved = [] } of state.activeTape ?? []) tf.dispose(saved);
  state.activeTape = null as never;
}

/**
 * Until released, no variable can be assigned, which would leave it without values after the trace, and those that are inputs of the graph
 * cannot be read, which would freeze today's values into it.
 */
function guardVariables(variables: NamedVariables): () => void {
  const refuse = (error: () => TraceError) => () => {
    throw error();
  };
  const lifted = new Set(Object.values(variables));
  const all = new Set<Variable>([...lifted, ...Object.values(tf.engine().registeredVariables)]);
  const guards = { assign: refuse(variableAssigned), dataSync: refuse(valueRead), data: refuse(valueRead) };
  for (const variable of all) Object.assign(variable, lifted.has(variable) ? guards : { assign: guards.assign });
  return () => {
    for (const variable of all) for (const name of Object.keys(guards)) Reflect.deleteProperty(variable, name);
  };
}

function namedOutputs(results: Readonly<Record<string, Tensor>>): Named[] {
  const refuse = (output: string, expected: string, received: string): never => {
    throw new TraceError({ where: `compile: ${output}`, expected, received });
  };
  const what = (value: unknown) => (value instanceof Promise ? 'a promise' : value === null ? 'null' : typeof value);
  if (
    typeof results !== 'object' ||
    results === null ||
    results instanceof Promise ||
    (results as unknown) instanceof tf.Tensor
  ) {
    refuse(
      'result',
      'a record of tensors',
      (results as unknown) instanceof tf.Tensor ? 'a tensor without a name' : what(results),
    );
  }
  return Object.entries(results).map(([name, tensor]) => {
    if (!(tensor instanceof tf.Tensor)) return refuse(`output '${name}'`, 'a tensor', what(tensor));
    return { name, value: recorder.valueFor(tensor) };
  });
}
