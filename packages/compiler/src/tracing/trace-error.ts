// The errors of tracing, each with the call that caused it.
import { ExpectationError } from '@flowvae/tensor';

/**
 * A traced function did something that a graph cannot hold: it read a value, drew random numbers, or called an
 * unsupported kernel.
 */
export class TraceError extends ExpectationError {
  override readonly name = 'TraceError';
}

/** The refusing engine, and the calling tfjs operation; undefined for a kernel of a gradient or one called by name. */
export interface Caller {
  readonly engine: 'compile' | 'onnxruntime';
  readonly operation: string | undefined;
}

const place = ({ engine, operation }: Caller) =>
  `${engine}: ${operation === undefined ? 'a gradient' : `tf.${operation}`}${callSite()}`;

const elsewhere = { compile: "run with engine 'eager'", onnxruntime: "use another backend, such as 'cpu'" } as const;

/** A tfjs kernel without a lowering. */
export function unsupportedKernel(kernel: string, caller: Caller, reason: string): TraceError {
  return new TraceError({
    where: place(caller),
    expected: 'tfjs kernels that have a lowering',
    received: `kernel '${kernel}' (${reason})`,
    remedy: `write it with supported operations, or ${elsewhere[caller.engine]}`,
  });
}

/** A kernel whose lowering does not take these arguments. */
export function failedLowering(kernel: string, caller: Caller, message: string): TraceError {
  return new TraceError({
    where: place(caller),
    expected: `arguments that the lowering of kernel '${kernel}' takes`,
    received: message,
  });
}

/** A tensor of a type that no graph holds. */
export function unsupportedType(dtype: string, caller: Caller): TraceError {
  return new TraceError({
    where: place(caller),
    expected: 'tensors of type float32, int32 or bool',
    received: dtype,
    remedy: elsewhere[caller.engine],
  });
}

/** A value was asked for while only its shape is known. */
export function valueRead(): TraceError {
  return new TraceError({
    where: `compile: reading a value while tracing${callSite()}`,
    expected: 'a function of tensors only',
    received: 'a call of data(), dataSync(), array() or print() on a traced tensor',
    remedy: 'return the tensor as an output and read it after the run; branch with tf.where',
  });
}

/** The function assigned to a variable that the graph does not know: the new value would be lost. */
export function variableAssigned(): TraceError {
  return new TraceError({
    where: `compile: assigning a variable while tracing${callSite()}`,
    expected: 'only variables that are inputs of the graph to be assigned',
    received: 'a call of assign() on another one',
    remedy: 'name it in the option `variables`, or return the new value as an output',
  });
}

/** Random numbers drawn inside a traced function would be frozen into the graph. */
export function randomDraw(operation: string): TraceError {
  return new TraceError({
    where: `compile: tf.${operation}${callSite()}`,
    expected: 'noise as an input of the traced function',
    received: 'a random operation while tracing, whose numbers would be the same at every run',
    remedy: 'draw with @flowvae/random and pass the array in',
  });
}

/**
 * ` at file:line` of the innermost caller outside this package, `tensor` and installed packages, if the stack shows
 * one.
 */
function callSite(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 50; // tfjs's own frames would fill the default ten
  const { stack } = new Error();
  Error.stackTraceLimit = limit;
  const frames = stack?.split('\n').slice(1) ?? [];
  const outside = frames.find(
    (frame) => !/[\\/]node_modules[\\/]|packages[\\/](compiler|tensor)[\\/]|node:|\(<anonymous>\)/.test(frame),
  );
  const place = outside?.match(/\(?(?:file:\/\/)?([^()\s]+:\d+):\d+\)?$/)?.[1];
  return place ? ` at ${place.replace(/^async /, '')}` : '';
}
