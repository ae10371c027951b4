// Finds the origin of a value that is not finite: the loss is computed again, eagerly, and every kernel's result is
// checked.
import type { Arrays } from '@flowvae/compiler';
import { type NamedVariables, type TensorInfo, tf } from '@flowvae/tensor';
import { keepingValues, tensorsOf } from '../engines/eager.ts';
import type { TrainingProblem } from '../loop/variational.ts';

/** The first kernel whose result is not finite. */
export interface NonFiniteOrigin {
  /** TensorFlow.js's name of the kernel. */
  readonly kernel: string;
  /**
   * The last parameter used by this kernel or before it; its path names the layer. Absent before the first parameter.
   */
  readonly layer?: string;
}

const WATCHED = 'flowvae-watched';

/**
 * Runs a function on the current backend through kernels that check their results.
 *
 * @returns undefined if every result is finite
 */
export function nonFiniteOrigin(fn: () => unknown, variables: NamedVariables): NonFiniteOrigin | undefined {
  const names = new Map(Object.entries(variables).map(([name, { dataId }]) => [dataId, name]));
  /** Such as the NaN that a `where` leaves out: the first kernel that computes with it is the origin. */
  const constants = new WeakSet<object>();
  let layer: string | undefined;
  let origin: NonFiniteOrigin | undefined;
  const look = (kernel: string, inputs: readonly TensorInfo[], outputs: readonly TensorInfo[]) => {
    layer = inputs.map(({ dataId }) => names.get(dataId)).findLast((name) => name !== undefined) ?? layer;
    if (inputs.every(({ dataId }) => constants.has(dataId))) for (const { dataId } of outputs) constants.add(dataId);
    const isBroken = ({ dtype, dataId }: TensorInfo) =>
      dtype === 'float32' && !constants.has(dataId) && !allFinite(tf.backend().readSync(dataId));
    if (!origin && outputs.some(isBroken)) origin = { kernel, ...(layer === undefined ? {} : { layer }) };
  };
  onWatchedBackend(look, () => tf.tidy(() => void fn()));
  return origin;
}

/**
 * The same for the loss of a step at given arrays; the variables keep their values, even if the loss assigns others.
 */
export const stepOrigin = (
  { loss, inputShapes }: Pick<TrainingProblem, 'loss' | 'inputShapes'>,
  arrays: Arrays,
  variables: NamedVariables,
): NonFiniteOrigin | undefined =>
  keepingValues(variables, () => nonFiniteOrigin(() => loss(tensorsOf(arrays, inputShapes)), variables));

type Look = (kernel: string, inputs: readonly TensorInfo[], outputs: readonly TensorInfo[]) => void;

const allFinite = (values: ArrayLike<unknown>) => Array.prototype.every.call(values, Number.isFinite);

/** Registers every kernel of the current backend again under another name, with a check of its results. */
function onWatchedBackend(look: Look, fn: () => void): void {
  const [name, backend] = [tf.getBackend(), tf.backend()];
  const kernels = tf.getKernelsForBackend(name);
  for (const { kernelName, kernelFunc } of kernels) {
    const watchedFunc: typeof kernelFunc = (given) => {
      const results = kernelFunc({ ...given, backend });
      const inputs = Object.values(given.inputs).flat() as (TensorInfo | undefined)[];
      look(
        kernelName,
        inputs.filter((input) => input !== undefined),
        [results].flat(),
      );
      return results;
    };
    tf.registerKernel({ kernelName, backendName: WATCHED, kernelFunc: watchedFunc });
  }
  tf.registerBackend(WATCHED, () => withoutEnd(backend), 0);
  try {
    tf.setBackend(WATCHED);
    fn();
  } finally {
    tf.setBackend(name);
    for (const { kernelName } of kernels) tf.unregisterKernel(kernelName, WATCHED);
    tf.removeBackend(WATCHED);
  }
}

/** The same backend without its disposal: the watched backend stays in use. */
function withoutEnd<T extends object>(backend: T): T {
  return new Proxy(backend, {
    get(target, name) {
      if (name === 'dispose') return () => {};
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value),
  });
}
