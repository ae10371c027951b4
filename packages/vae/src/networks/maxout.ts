// Maxout as a tf.layers layer.
import { layers, type Tensor, tf } from '@flowvae/tensor';

type Shape = (number | null)[];

/**
 * Maxout: y_k = max over window of x_{k·window + j}: [.., units·window] → [.., units].
 *
 * @see Goodfellow et al. 2013, arXiv:1302.4389, eq. 1
 */
export class Maxout extends layers.layers.Layer {
  static readonly className = 'Maxout';
  readonly #window: number;

  constructor(config: { readonly window: number; readonly name?: string }) {
    super(config.name === undefined ? {} : { name: config.name });
    this.#window = config.window;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const shape = inputShape as Shape;
    return [...shape.slice(0, -1), shape.at(-1)! / this.#window];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    const grouped = [...x.shape.slice(0, -1), x.shape.at(-1)! / this.#window, this.#window];
    return tf.max(tf.reshape(x, grouped), -1);
  }

  override getConfig() {
    return { ...super.getConfig(), window: this.#window };
  }
}

tf.serialization.registerClass(Maxout as never);
