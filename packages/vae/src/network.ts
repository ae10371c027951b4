// Multi-layer perceptrons as tf.layers models whose initial weights come from a key.
import { glorotUniform } from '@flowvae/flows';
import { fold, type Key } from '@flowvae/random';
import {
  ExpectationError,
  type LayersModel,
  layers,
  type NamedVariables,
  type Tensor2D,
  tf,
  type Variable,
} from '@flowvae/tensor';
import { Maxout } from './maxout.ts';

/** Non-linearities of the hidden layers. */
export type Activation = 'relu' | 'tanh' | 'maxout';

/** Linear pieces that a maxout unit takes the largest of. @see Rezende & Mohamed 2015, section 6 */
export const MAXOUT_WINDOW = 4;

/** A network and its trainable variables by path. */
export interface Network {
  readonly model: LayersModel;
  readonly variables: NamedVariables;
  readonly outputWidth: number;
  apply(x: Tensor2D): Tensor2D;
}

/** Options of {@link mlp}. */
export interface MlpOptions {
  readonly inputWidth: number;
  /** Widths of the hidden layers; after maxout where that is the activation. */
  readonly hidden: readonly number[];
  readonly activation: Activation;
  /** A last, linear layer of this width, with this bias (zeros where left out). */
  readonly output?: { readonly width: number; readonly bias?: Float32Array };
  /** Decides the initial weights: Glorot uniform kernels. */
  readonly key: Key;
}

/**
 * A perceptron [B, inputWidth] → [B, outputWidth].
 *
 * @throws ExpectationError where no layer is asked for
 */
export function mlp({ inputWidth, hidden, activation, output, key }: MlpOptions): Network {
  if (hidden.length === 0 && !output) {
    throw new ExpectationError({ where: 'mlp', expected: 'a hidden layer or an output layer', received: 'neither' });
  }
  const model = layers.sequential();
  const shapeOfFirst = () => (model.layers.length === 0 ? { inputShape: [inputWidth] } : {});
  const initial = { kernelInitializer: 'zeros', biasInitializer: 'zeros' } as const;
  const names: string[] = [];
  hidden.forEach((width, i) => {
    const units = activation === 'maxout' ? width * MAXOUT_WINDOW : width;
    names.push(`hidden${i + 1}`);
    model.add(layers.layers.dense({ units, ...initial, ...shapeOfFirst() }));
    model.add(
      activation === 'maxout' ? new Maxout({ window: MAXOUT_WINDOW }) : layers.layers.activation({ activation }),
    );
  });
  if (output) {
    names.push('output');
    model.add(layers.layers.dense({ units: output.width, ...initial, ...shapeOfFirst() }));
  }
  const variables = initialise(model, names, key);
  if (output?.bias) assign(variables['output/bias']!, output.bias);
  return {
    model,
    variables,
    outputWidth: output?.width ?? hidden.at(-1)!,
    apply: (x) => model.apply(x) as Tensor2D,
  };
}

/** Fills the dense layers' kernels and returns all variables under `<layer>/kernel` and `<layer>/bias`. */
function initialise(model: LayersModel, names: readonly string[], key: Key): Record<string, Variable> {
  const dense = model.layers.filter((layer) => layer.trainableWeights.length > 0);
  const named = dense.flatMap((layer, i) => {
    const [kernel, bias] = layer.trainableWeights.map((weight) => weight.read() as Variable);
    const [fanIn, fanOut] = kernel!.shape as [number, number];
    assign(kernel!, glorotUniform(fold(key, names[i]!), fanIn, fanOut));
    return [[`${names[i]}/kernel`, kernel!] as const, [`${names[i]}/bias`, bias!] as const];
  });
  return Object.fromEntries(named);
}

function assign(variable: Variable, values: Float32Array): void {
  tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
}
