// Turns one call of a tfjs kernel into operators of a graph. The tracer and the lazy backend both record this way.
import { type DataType, type TensorInfo, tf } from '@flowvae/tensor';
import type { Value, ValueType } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { declaredLowering } from '../lowerings/declared.ts';
import type { Inputs, Lowering } from '../lowerings/lowering.ts';
import { lowerings } from '../lowerings/table.ts';
import { unsupportedKernels } from '../lowerings/unsupported.ts';
import { type Caller, failedLowering, unsupportedKernel, unsupportedType } from './trace-error.ts';

/** A recorder: it knows the value of each tensor, and the builder of operators. */
export interface Recording {
  /** Named in errors. */
  readonly engine: Caller['engine'];
  readonly builder: GraphBuilder;
  /** The value that a tensor stands for. */
  valueFor(info: TensorInfo): Value;
  /** A fresh tensor description that stands for a value. */
  describe(value: Value): TensorInfo;
}

/** The tensors of a kernel call by tfjs's argument names. */
export type KernelInputs = Readonly<Record<string, TensorInfo | undefined>>;

/** Records one kernel call and returns descriptions of its results. */
export function recordKernel(
  recording: Recording,
  kernel: string,
  inputs: KernelInputs,
  attributes: unknown,
): TensorInfo | TensorInfo[] {
  const known =
    (lowerings as Readonly<Record<string, Lowering<never> | undefined>>)[kernel] ?? declaredLowering(kernel);
  const lowering = known as Lowering<unknown> | undefined;
  if (!lowering) throw unsupportedKernel(kernel, callerOf(recording), reasonAgainst(kernel));
  const values: Record<string, Value> = {};
  for (const [name, info] of Object.entries(inputs)) if (info) values[name] = recording.valueFor(info);
  const { builder } = recording;
  builder.origin = originOf(kernel);
  const result = lowered(kernel, recording, () => lowering(builder, values as Inputs, attributes));
  return Array.isArray(result) ? result.map((value) => recording.describe(value)) : recording.describe(result);
}

const reasonAgainst = (kernel: string) => (unsupportedKernels as Readonly<Record<string, string>>)[kernel]!;

const callerOf = ({ engine }: Pick<Recording, 'engine'>): Caller => ({ engine, operation: activeOperations().at(-1) });

/** Adds the operation's name to a lowering's own error. */
function lowered(kernel: string, recording: Recording, lower: () => Value | Value[]): Value | Value[] {
  try {
    return lower();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw failedLowering(kernel, callerOf(recording), error.message);
  }
}

/**
 * Passes every tfjs kernel on one backend to `record`, including those without a lowering, so that these are refused by
 * name.
 */
export function registerRecordedKernels<Backend>(
  backendName: string,
  record: (backend: Backend, kernel: string, inputs: KernelInputs, attributes: unknown) => TensorInfo | TensorInfo[],
  kernels: Iterable<string> = [...Object.keys(lowerings), ...Object.keys(unsupportedKernels)],
): void {
  for (const kernelName of kernels) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, backend, attrs }) => record(backend as Backend, kernelName, inputs, attrs),
    });
  }
}

/**
 * The names of the current tfjs operations, outermost first; other scopes, such as those of `tidy` and of gradients,
 * are left out.
 */
export function activeOperations(): string[] {
  return tf
    .engine()
    .state.scopeStack.map(({ name }) => name)
    .filter((name) => name.endsWith('__op'))
    .map((name) => name.slice(0, -'__op'.length));
}

/** `kernel`, and the calling operation if its name differs. */
function originOf(kernel: string): string {
  const operation = tf.engine().state.activeScope?.name.replace(/__op$/, '') ?? '';
  return operation && operation.toLowerCase() !== kernel.toLowerCase() ? `${operation}: ${kernel}` : kernel;
}

/** A tfjs type that graphs can hold. */
export function graphType(dtype: DataType, recording: Pick<Recording, 'engine'>): Exclude<ValueType, 'int64'> {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw unsupportedType(dtype, callerOf(recording));
}
