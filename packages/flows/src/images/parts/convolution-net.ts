// The networks inside couplings of pictures: convolutions that keep height and width.
import { fold, type Key } from '@flowvae/random';
import {
  checkParam,
  ExpectationError,
  elementCount,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tf,
} from '@flowvae/tensor';
import type { ParamShapes, Params, ParamValues } from '../../flow.ts';
import { glorotUniform } from '../../posterior/initialisation.ts';

/** How large the network inside a coupling of pictures is. */
export interface ConvolutionNetOptions {
  /** Channels of the hidden layers; default 64. */
  readonly width?: number;
  /** Hidden layers behind the first convolution; default 1. */
  readonly blocks?: number;
  /** Whether the hidden layers are residual, x + conv(conv(x)), instead of one 1 × 1 convolution; default false. */
  readonly residual?: boolean;
  /** `'elu'`, smooth, with a tanh before the last convolution; or `'relu'` everywhere. Default `'elu'`. */
  readonly activation?: ConvolutionActivation;
}

/** The function between the convolutions of such a network. */
export type ConvolutionActivation = keyof typeof activations;

type Activation = (x: Tensor4D) => Tensor4D;

/** Of the hidden layers, and before the last convolution. */
const activations = {
  elu: { hidden: (x: Tensor4D) => tf.elu(x), last: (x: Tensor4D) => tf.tanh(x) },
  relu: { hidden: (x: Tensor4D) => tf.relu(x), last: (x: Tensor4D) => tf.relu(x) },
} as const satisfies Readonly<Record<string, { readonly hidden: Activation; readonly last: Activation }>>;

/** Channels that the network takes and makes. */
interface Wiring {
  /** The function in errors. */
  readonly where: string;
  readonly inputs: number;
  readonly outputs: number;
}

/** A network [B, h, w, inputs] → [B, h, w, outputs] with its parameters, all shared. */
export interface ConvolutionNet {
  readonly paramShapes: ParamShapes;
  readonly shared: readonly string[];
  initialParams(key: Key): ParamValues<ParamShapes>;
  /** @throws ShapeError if a parameter has another shape */
  check(where: string, params: Params<ParamShapes>): void;
  apply(params: Params<ParamShapes>, x: Tensor4D): Tensor4D;
}

/** One convolution: the ending of its parameters' names, its window, and its channels. */
interface Stage {
  readonly name: string;
  readonly window: number;
  readonly from: number;
  readonly to: number;
}

type Convolve = (stage: string, x: Tensor4D) => Tensor4D;

/**
 * conv3×3(tanh(… conv3×3(x))), between the two `blocks` hidden layers: conv1×1(elu(x)), or residual x +
 * conv3×3(elu(conv3×3(elu(x)))); or ReLU in place of elu and tanh. It starts as 0, because the last kernel and bias
 * are 0.
 *
 * The last tanh bounds shifts for any picture; without it, as with ReLU, ten couplings with large weights overflow
 * float32.
 * Pictures are padded by zeros. Weights are shared parameters [1, window, window, from, to].
 */
export function convolutionNet({ where, inputs, outputs }: Wiring, options: ConvolutionNetOptions): ConvolutionNet {
  const { width = 64, blocks = 1, residual = false } = options;
  const { hidden: activate, last: activateLast } = activationsOf(where, options);
  const numbers = Array.from({ length: blocks }, (_, i) => `${i + 1}`);
  const hidden = numbers.flatMap((name): Stage[] =>
    residual
      ? ['a', 'b'].map((half) => ({ name: name + half, window: 3, from: width, to: width }))
      : [{ name, window: 1, from: width, to: width }],
  );
  const first: Stage = { name: 'In', window: 3, from: inputs, to: width };
  const last: Stage = { name: 'Out', window: 3, from: width, to: outputs };
  const stages = [first, ...hidden, last];
  const paramShapes: ParamShapes = Object.fromEntries(
    stages.flatMap(({ name, window, from, to }) => [
      [`kernel${name}`, [window, window, from, to]],
      [`bias${name}`, [to]],
    ]),
  );
  const block = residual
    ? (conv: Convolve, name: string, x: Tensor4D) =>
        tf.add(x, conv(`${name}b`, activate(conv(`${name}a`, activate(x))))) as Tensor4D
    : (conv: Convolve, name: string, x: Tensor4D) => conv(name, activate(x));
  return {
    paramShapes,
    shared: Object.keys(paramShapes),
    initialParams: (key) => initialWeights(paramShapes, [first, ...hidden], key),
    check(place, params) {
      for (const [name, shape] of Object.entries(paramShapes))
        checkParam(`${place}: ${name}`, params[name]!, { shape, batch: 1 });
    },
    apply(params, x) {
      const conv: Convolve = (stage, input) => convolved(params, stage, input);
      const deep = numbers.reduce((value, name) => block(conv, name, value), conv('In', x));
      return conv('Out', activateLast(deep));
    },
  };
}

/** @throws ExpectationError for an unknown activation */
function activationsOf(where: string, { activation = 'elu' }: ConvolutionNetOptions) {
  if (Object.hasOwn(activations, activation)) return activations[activation];
  const expected = `one of ${Object.keys(activations).join(', ')}`;
  throw new ExpectationError({ where: `${where}: activation`, expected, received: String(activation) });
}

/** The picture padded by zeros, convolved, plus a bias. */
function convolved(params: Params<ParamShapes>, stage: string, x: Tensor4D): Tensor4D {
  const filter = tf.squeeze<Tensor>(params[`kernel${stage}`]!, [0]) as Tensor4D;
  // tfjs's wasm backend looks at the shape under a reshape, and refuses a bias of rank 2
  const bias = tf.sum<Tensor1D>(params[`bias${stage}`]!, 0);
  return tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', bias, activation: 'linear' });
}

/** Draws the kernels of some stages; everything else stays 0. */
function initialWeights(shapes: ParamShapes, drawn: readonly Stage[], key: Key): ParamValues<ParamShapes> {
  const zeros = Object.entries(shapes).map(([name, shape]) => [name, new Float32Array(elementCount(shape))]);
  const kernels = drawn.map(({ name, window, from, to }) => {
    const kernel = `kernel${name}`;
    return [kernel, glorotUniform(fold(key, kernel), window * window * from, to)] as const;
  });
  return { ...Object.fromEntries(zeros), ...Object.fromEntries(kernels) };
}
