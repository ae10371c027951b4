// Runs a function once on the recording backend and returns its computation as a graph.
import { type NamedVariables, refuseAssignments, type Tensor, tf, type Variable } from '@flowvae/tensor';
import { type Graph, type Named, sameShape, type Value } from '../graph/graph.ts';
import { RECORDER, RECORDER_FOR_DEVICE, RECORDER_WITH_OWN, recorder, registerDeclaredKernels } from './recorder.ts';
import { graphType } from './recording.ts';
import { TraceError, valueRead, variableAssigned } from './trace-error.ts';

/** Shapes of a traced function's inputs by name. All inputs are float32. */
export type InputShapes = Readonly<Record<string, readonly number[]>>;

/**
 * A function that can be traced: named tensors to named tensors, which reads nothing else and draws no random numbers.
 */
export type Traceable = (inputs: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>;

/** Prefix of a variable's name: the output that holds the value which the function assigned. */
export const ASSIGNED = 'assigned:';

/** Options of {@link trace}. */
export interface TraceOptions {
  /**
   * Variables that the function reads: they become inputs of the graph under these names. Other variables are frozen
   * into the graph.
   */
  readonly variables?: NamedVariables;
  /** Kernels of our own, which run in this process only. Default false: the graph is pure ONNX. */
  readonly ownKernels?: boolean;
  /** The graph is for a device, where fewer nodes are faster. Default false. */
  readonly isForDevice?: boolean;
}

/**
 * Traces a pure function for given input shapes. Variables become graph inputs of their own types under their names in
 * `variables`, and values that the function assigns to them become further outputs, `assigned:<name>`; other tensors
 * that the function captures are embedded as constants. tfjs's backend and scopes are restored in any case.
 *
 * @throws TraceError for an unsupported kernel, a read value, an assigned variable that is no input, a random
 * operation, or a result that is no record of tensors
 */
export function trace(
  fn: Traceable,
  inputShapes: InputShapes,
  { variables = {}, ownKernels = false, isForDevice = false }: TraceOptions = {},
): Graph {
  const engine = tf.engine();
  tf.backend(); // tfjs chooses its backend at first use; this makes it choose before ours is the current one
  const before = tf.getBackend();
  refuseSharedNames(inputShapes, variables);
  const builder = recorder.start(isForDevice);
  const assigned = new Map<string, Value>();
  const release = guardVariables(variables, assigned);
  try {
    if (ownKernels) registerDeclaredKernels();
    tf.setBackend(isForDevice ? RECORDER_FOR_DEVICE : ownKernels ? RECORDER_WITH_OWN : RECORDER);
    engine.startScope('trace');
    try {
      for (const [name, variable] of Object.entries(variables)) {
        recorder.bind(variable.dataId, builder.variable(name, variable.shape, graphType(variable.dtype, recorder)));
      }
      const inputs = Object.entries(inputShapes).map(([name, shape]) => {
        const info = recorder.describe(builder.input(name, shape, 'float32'));
        return [name, engine.makeTensorFromTensorInfo(info)] as const;
      });
      const results = fn(Object.fromEntries(inputs));
      const outputs = namedOutputs(results);
      // also tensors that the function kept from its own scopes
      for (const result of Object.values(results)) if (isRecorded(result)) result.dispose();
      return builder.graph([...outputs, ...assignedOutputs(assigned, outputs)]);
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

/** A gradient that throws leaves its tape with the tensors saved on it; tfjs itself never frees them. */
function freeAbandonedTape(): void {
  const { state } = tf.engine();
  if (state.gradientDepth > 0) return;
  for (const { saved = [] } of state.activeTape ?? []) tf.dispose(saved);
  state.activeTape = null as never;
}

/**
 * Until released, variables that are inputs of the graph cannot be read, because the read would freeze the current
 * values into the graph; assigned values go into `assigned` instead of into the variables. Other variables cannot be
 * assigned, because they would have no values after the trace.
 */
function guardVariables(variables: NamedVariables, assigned: Map<string, Value>): () => void {
  const refuseRead = () => {
    throw valueRead();
  };
  const release = refuseAssignments(new Set(Object.values(variables)), variableAssigned);
  for (const [name, variable] of Object.entries(variables)) {
    const assign = (value: Tensor) => assigned.set(name, assignedValue(name, variable, value));
    Object.assign(variable, { assign, dataSync: refuseRead, data: refuseRead });
  }
  return () => {
    for (const variable of Object.values(variables))
      for (const guard of ['assign', 'dataSync', 'data']) Reflect.deleteProperty(variable, guard);
    release();
  };
}

/** Makes the variable stand for the assigned value. */
function assignedValue(name: string, variable: Variable, given: Tensor): Value {
  if (given.dtype !== variable.dtype || !sameShape(given.shape, variable.shape)) {
    const described = ({ dtype, shape }: Tensor) => `${dtype} [${shape.join(', ')}]`;
    const where = `compile: assigning variable '${name}'`;
    throw new TraceError({ where, expected: described(variable), received: described(given) });
  }
  const value = recorder.valueFor(given);
  recorder.bind(variable.dataId, value);
  return value;
}

/** Assigned variables come out under names of their own, since gradients like to be named after their variables. */
function assignedOutputs(assigned: ReadonlyMap<string, Value>, outputs: readonly Named[]): Named[] {
  return [...assigned].map(([variable, value]) => {
    const name = ASSIGNED + variable;
    if (outputs.some((output) => output.name === name)) {
      const expected = `another name, since variable '${variable}' is assigned`;
      throw new TraceError({ where: `compile: output '${name}'`, expected, received: 'an output of the function' });
    }
    return { name, value };
  });
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
