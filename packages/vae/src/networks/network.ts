// Multi-layer perceptrons as tf.layers models whose initial weights come from a key.
import { type Initialisation, initialisations } from '@flowvae/flows';
import { fold, type Key } from '@flowvae/random';
import {
  ExpectationError,
  type LayersModel,
  layers,
  type NamedVariables,
  type Tensor2D,
  type Variable,
} from '@flowvae/tensor';
import { Maxout } from './maxout.ts';
import { assign } from './weights.ts';

/** Non-linearities of the hidden layers. */
export type Activation = 'relu' | 'tanh' | 'maxout' | 'linear';

/** Number of linear pieces in a maxout unit, which takes the largest. @see Rezende & Mohamed 2015, section 6 */
export const MAXOUT_WINDOW = 4;

/** How a network is applied: in training, or in evaluation, which is the default. */
export interface NetworkPass {
  /**
   * Whether the step changes the network: batch normalisation then takes the moments of the batch and moves its
   * statistics, and dropout drops.
   */
  readonly isTraining: boolean;
  /** Uniform numbers [B, noiseWidth] in [0, 1) by which dropout drops; needed in training only. */
  readonly noise?: Tensor2D | undefined;
}

/** A function [B, W] → [B, outputWidth] and its variables by path. */
export interface Network {
  /** Variables that are not trainable, such as moving statistics, are assigned in training. */
  readonly variables: NamedVariables;
  readonly outputWidth: number;
  /** Uniform numbers for each row in training. Absent: none. */
  readonly noiseWidth?: number;
  apply(x: Tensor2D, pass?: NetworkPass): Tensor2D;
}

/** A perceptron and its tf.layers model. */
export interface Mlp extends Network {
  readonly model: LayersModel;
}

/** Options of {@link mlp}. */
export interface MlpOptions {
  readonly inputWidth: number;
  /** Widths of the hidden layers; after maxout where that is the activation. */
  readonly hidden: readonly number[];
  /** One for all hidden layers, or one for each. */
  readonly activation: Activation | readonly Activation[];
  /** A last, linear layer of this width, with this bias (absent: the initialisation's). */
  readonly output?: { readonly width: number; readonly bias?: Float32Array | undefined };
  /** Default `'glorot'`. */
  readonly initialisation?: Initialisation | undefined;
  /** Decides the initial weights. */
  readonly key: Key;
}

/**
 * A perceptron [B, inputWidth] → [B, outputWidth].
 *
 * @throws ExpectationError if no layer is asked for
 */
export function mlp({ inputWidth, hidden, activation, output, initialisation, key }: MlpOptions): Mlp {
  if (hidden.length === 0 && !output) {
    throw new ExpectationError({ where: 'mlp', expected: 'a hidden layer or an output layer', received: 'neither' });
  }
  const model = layers.sequential();
  const shapeOfFirst = () => (model.layers.length === 0 ? { inputShape: [inputWidth] } : {});
  const initial = { kernelInitializer: 'zeros', biasInitializer: 'zeros' } as const;
  const names: string[] = [];
  hidden.forEach((width, i) => {
    const nonLinearity = activationAt(activation, i);
    names.push(`hidden${i + 1}`);
    model.add(layers.layers.dense({ units: width * pieces(nonLinearity), ...initial, ...shapeOfFirst() }));
    if (nonLinearity === 'maxout') model.add(new Maxout({ window: MAXOUT_WINDOW }));
    else if (nonLinearity !== 'linear') model.add(layers.layers.activation({ activation: nonLinearity }));
  });
  if (output) {
    names.push('output');
    model.add(layers.layers.dense({ units: output.width, ...initial, ...shapeOfFirst() }));
  }
  const variables = initialise(model, names, { initialisation, key });
  if (output?.bias) assign(variables['output/bias']!, output.bias);
  return {
    model,
    variables,
    outputWidth: output?.width ?? hidden.at(-1)!,
    apply: (x) => model.apply(x) as Tensor2D,
  };
}

/** The non-linearity of a hidden layer, counted from 0. */
export const activationAt = (activation: MlpOptions['activation'], layer: number): Activation =>
  typeof activation === 'string' ? activation : activation[layer]!;

/** Dense units for each unit of a hidden layer. */
export const pieces = (activation: Activation): number => (activation === 'maxout' ? MAXOUT_WINDOW : 1);

/** Fills the dense layers and returns all variables under `<layer>/kernel` and `<layer>/bias`. */
function initialise(
  model: LayersModel,
  names: readonly string[],
  { initialisation = 'glorot', key }: Pick<MlpOptions, 'initialisation' | 'key'>,
): Record<string, Variable> {
  const start = initialisations[initialisation];
  const dense = model.layers.filter((layer) => layer.trainableWeights.length > 0);
  const named = dense.flatMap((layer, i) => {
    const [kernel, bias] = layer.trainableWeights.map((weight) => weight.read() as Variable);
    const [fanIn, fanOut] = kernel!.shape as [number, number];
    const layerKey = fold(key, names[i]!);
    assign(kernel!, start.kernel(layerKey, fanIn, fanOut));
    assign(bias!, start.bias(layerKey, fanIn, fanOut));
    return [[`${names[i]}/kernel`, kernel!] as const, [`${names[i]}/bias`, bias!] as const];
  });
  return Object.fromEntries(named);
}
