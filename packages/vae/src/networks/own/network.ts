// Any tf.layers model as an encoder or decoder.
import type { Initialisation } from '@flowvae/flows';
import type { Key } from '@flowvae/random';
import { ExpectationError, elementCount, type LayersModel, type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import type { Mlp, NetworkPass } from '../network.ts';
import { dropoutsIn, dropoutWidth, dropping } from './dropout.ts';
import { type AnyLayer, namedWeights, variablesOf } from './variable-names.ts';
import { startWeights } from './weight-starts.ts';

/** Options of {@link network}. */
export type LayersNetworkOptions = WeightOptions & {
  /** From rows [B, W] to the model's input; absent: a reshape. */
  readonly read?: (rows: Tensor2D) => Tensor;
};

type WeightOptions =
  | {
      /** Decides the initial weights: equal key, equal bytes. */
      readonly key: Key;
      /** The distribution of all kernels and biases; absent: those that the layers name. */
      readonly initialisation?: Initialisation | undefined;
      readonly keepWeights?: false;
    }
  | {
      /** The model keeps the weights that it has. */
      readonly keepWeights: true;
      readonly key?: undefined;
      readonly initialisation?: undefined;
    };

/**
 * A tf.layers model, sequential or functional, with one input and one output, as a network: rows [B, W] are reshaped to
 * the model's input, such as [B, h, w, c], and its output to [B, outputs].
 *
 * Variables are called by their layer's place and class, `1-dense/kernel`, however many models were built before, or by
 * the name that the layer was given: `dense({ name: 'features', … })` has `features/kernel`. Batch normalisation and
 * dropout train and evaluate as {@link NetworkPass} says; the moving statistics are among the variables.
 *
 * @throws ExpectationError for several inputs or outputs, an open size, an initialiser that cannot be drawn by key, or
 * random layers other than dropout
 */
export function network(model: LayersModel, { key, initialisation, keepWeights, read }: LayersNetworkOptions): Mlp {
  const root = model as unknown as AnyLayer;
  const input = onlyShape(model, 'inputs');
  const output = onlyShape(model, 'outputs');
  const weights = namedWeights(root);
  if (!keepWeights) startWeights(weights, { key, initialisation });
  const dropouts = dropoutsIn(root);
  const reading = read ?? ((rows: Tensor2D) => (input.length === 1 ? rows : tf.reshape(rows, [-1, ...input])));
  const flat = (y: Tensor) => (output.length === 1 ? y : tf.reshape(y, [-1, elementCount(output)])) as Tensor2D;
  const run = (x: Tensor, training: boolean) => flat(model.apply(x, { training }) as Tensor);
  const noiseWidth = dropoutWidth(dropouts, () => tf.tidy(() => void run(tf.zeros([2, ...input]), false)));
  return {
    model,
    variables: variablesOf(weights),
    outputWidth: elementCount(output),
    ...(noiseWidth > 0 ? { noiseWidth } : {}),
    apply(rows, pass) {
      const x = reading(rows);
      if (!pass?.isTraining) return run(x, false);
      if (noiseWidth === 0) return run(x, true);
      return dropping(dropouts, noiseOf(pass, rows.shape[0], noiseWidth), () => run(x, true));
    },
  };
}

function noiseOf({ noise }: NetworkPass, rows: number, width: number): Tensor2D {
  if (noise && noise.shape[0] === rows && noise.shape[1] === width) return noise;
  throw new ExpectationError({
    where: 'network: dropout',
    expected: `noise of [${rows}, ${width}] uniform numbers in training`,
    received: noise ? `[${noise.shape}]` : 'none',
    remedy: 'pass { isTraining: true, noise }; `variational({ dropout: model.dropout, … })` does so for a VAE',
  });
}

/** The shape of the only input or output, without the batch. */
function onlyShape(model: LayersModel, side: 'inputs' | 'outputs'): readonly number[] {
  const [first, ...others] = model[side];
  const shape = first?.shape.slice(1);
  if (shape && others.length === 0 && shape.every((size) => size !== null)) return shape as number[];
  throw new ExpectationError({
    where: `network: ${side}`,
    expected: 'one, all of its sizes known but the batch',
    received: first ? [first, ...others].map((each) => `[${each.shape.slice(1)}]`).join(' and ') : 'none',
    remedy: 'build the model with an inputShape; several inputs are one row: cut it inside the model',
  });
}
