// Gradients by TensorFlow.js, also of maps that it cannot differentiate.
import { type Tensor, tf } from '@flowvae/tensor';

/**
 * Gradients of a scalar function of tensors with respect to each, 0 for an unused one; none if an operation has no
 * gradient, or no input reaches the result.
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

/** Adds every input times 0: TensorFlow.js refuses gradients if one is missing. */
function gradientsOfUsed(loss: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): Tensor[] | undefined {
  const usingAll = (...given: Tensor[]) =>
    given.reduce((sum, input) => tf.add(sum, tf.mul(tf.sum(input), 0)), loss(...given));
  const found = gradientsOf(usingAll, inputs);
  return found?.some((gradient) => gradient.dataSync().some((value) => value !== 0)) ? found : undefined;
}

/** Ends the recording that a throwing gradient leaves open, and frees its saved tensors. */
function discardTape(): void {
  const { state } = tf.engine();
  for (const { saved = [] } of state.activeTape ?? []) for (const tensor of saved) tensor.dispose();
  state.activeTape = null as never;
}

/** TensorFlow.js's error for an operation without a gradient. */
const NO_GRADIENT = /gradient function not found/;

/** TensorFlow.js's error for an input on which the result does not depend. */
const UNUSED_INPUT = /^Cannot compute gradient of y=f\(x\) with respect to x/;
