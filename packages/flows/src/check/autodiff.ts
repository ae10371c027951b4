// Gradients by TensorFlow.js, also of maps that it cannot differentiate.
import { type Tensor, tf } from '@flowvae/tensor';

/**
 * Gradients of a scalar function of tensors with respect to each, 0 for one that it does not use; none where an
 * operation has no gradient, or no input reaches the result.
 */
export function gradientsOf(loss: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): Tensor[] | undefined {
  try {
    return tf.grads(loss)([...inputs]);
  } catch (error) {
    discardTape();
    if (!(error instanceof Error)) throw error;
    if (NO_GRADIENT.test(error.message)) return undefined;
    if (UNUSED_INPUT.test(error.message)) return gradientsOfUsed(loss, inputs);
    throw error;
  }
}

/** Every input is used, times 0: TensorFlow.js refuses gradients of which one is missing. */
function gradientsOfUsed(loss: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): Tensor[] | undefined {
  const usingAll = (...given: Tensor[]) =>
    given.reduce((sum, input) => tf.add(sum, tf.mul(tf.sum(input), 0)), loss(...given));
  const found = gradientsOf(usingAll, inputs);
  return found?.some((gradient) => gradient.dataSync().some((value) => value !== 0)) ? found : undefined;
}

/** A gradient that throws leaves TensorFlow.js recording, and what it saved until then. */
function discardTape(): void {
  const { state } = tf.engine();
  for (const { saved = [] } of state.activeTape ?? []) for (const tensor of saved) tensor.dispose();
  state.activeTape = null as never;
}

/** What TensorFlow.js says of an operation that it cannot differentiate. */
const NO_GRADIENT = /gradient function not found/;

/** The same of an input that the result does not depend on. */
const UNUSED_INPUT = /^Cannot compute gradient of y=f\(x\) with respect to x/;
