// What can go wrong while a function is traced, each said with the call that caused it.
import { ExpectationError } from '@flowvae/tensor';

/** A traced function did what a graph cannot hold: read a value, drew random numbers, or called an unsupported kernel. */
export class TraceError extends ExpectationError {
  override readonly name = 'TraceError';
}

/** A tfjs kernel without a lowering; no operation calls it where it belongs to a gradient or was called by name. */
export function unsupportedKernel(kernel: string, operation: string | undefined, reason?: string): TraceError {
  return new TraceError({
    where: `compile: ${caller(operation)}`,
    expected: 'tfjs kernels that have a lowering',
    received: `kernel '${kernel}'${reason === undefined ? '' : ` (${reason})`}`,
    remedy: "write it with supported operations, or run with engine 'eager'",
  });
}

/** A kernel whose lowering does not take these arguments. */
export function failedLowering(kernel: string, operation: string | undefined, message: string): TraceError {
  return new TraceError({
    where: `compile: ${caller(operation)}`,
    expected: `arguments that the lowering of kernel '${kernel}' takes`,
    received: message,
  });
}

/** A tensor of a type that no graph holds. */
export function unsupportedType(dtype: string, operation: string | undefined): TraceError {
  return new TraceError({
    where: `compile: ${caller(operation)}`,
    expected: 'tensors of type float32, int32 or bool',
    received: dtype,
  });
}

const caller = (operation: string | undefined) =>
  `${operation === undefined ? 'a gradient' : `tf.${operation}`}${callSite()}`;

/** A value was asked for while only its shape is known. */
export function valueRead(): TraceError {
  return new TraceError({
    where: `compile: reading a value while tracing${callSite()}`,
    expected: 'a function of tensors only',
    received: 'a call of data(), dataSync(), array() or print() on a traced tensor',
    remedy: 'return the tensor as an output and read it after the run; branch with tf.where',
  });
}

/** A variable was assigned to: a graph has results, no memory. */
export function variableAssigned(): TraceError {
  return new TraceError({
    where: `compile: assigning a variable while tracing${callSite()}`,
    expected: 'a function without side effects',
    received: 'a call of assign() on a variable',
    remedy: 'return the new value as an output',
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

/** ` at file:line` of the innermost caller outside this package and installed ones, where the stack shows one. */
function callSite(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 50; // tfjs's own frames would fill the default ten
  const { stack } = new Error();
  Error.stackTraceLimit = limit;
  const frames = stack?.split('\n').slice(1) ?? [];
  const outside = frames.find(
    (frame) => !/[\\/]node_modules[\\/]|packages[\\/]compiler[\\/]|node:|\(<anonymous>\)/.test(frame),
  );
  const place = outside?.match(/\(?(?:file:\/\/)?([^()\s]+:\d+):\d+\)?$/)?.[1];
  return place ? ` at ${place.replace(/^async /, '')}` : '';
}
