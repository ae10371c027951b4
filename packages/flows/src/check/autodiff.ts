// Gradients by TensorFlow.js, also of maps that it cannot differentiate.
import { type Tensor, tf } from '@flowvae/tensor';

/** Gradients of a scalar function of tensors with respect to each; none where an operation has no gradient. */
export function gradientsOf(loss: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): Tensor[] | undefined {
  try {
    return tf.grads(loss)([...inputs]);
  } catch (error) {
    discardTape();
    if (error instanceof Error && NO_GRADIENT.test(error.message)) return undefined;
    throw error;
  }
}

/** A gradient that throws leaves TensorFlow.js recording, and what it saved until then. */
function discardTape(): void {
  const { state } = tf.engine();
  for (const { saved = [] } of state.activeTape ?? []) for (const tensor of saved) tensor.dispose();
  state.activeTape = null as never;
}

/** What TensorFlow.js says of an operation that it cannot differentiate. */
const NO_GRADIENT = /gradient function not found/;
