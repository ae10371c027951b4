// Networks inside flows: one small perceptron for each layer, all stacked in shared parameters.
import { fold, type Key } from '@flowvae/random';
import { checkParam, elementCount, type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import type { ParamShapes, Params, ParamValues } from '../flow.ts';
import { layersOf } from '../layers/slices.ts';
import { type DenseStart, glorotUniform, initialisations } from '../posterior/initialisation.ts';
import { once } from '../posterior/once.ts';
import { networkDefaults } from './network-sizes.ts';

/** How large the networks inside a flow are, how many layers of them there are, and how they compute. */
export interface NetworkOptions extends NetworkForm {
  /** Layers K of the flow, each with its own network; default 1. */
  readonly layers?: number;
  /** Width H of the hidden layers; default 64. */
  readonly hidden?: number;
  /** Number of hidden layers; default 2. */
  readonly depth?: number;
  /** Width C of the encoder's features that the networks take as well; default 0, none. */
  readonly contextWidth?: number;
}

/** How the networks inside a flow compute. */
export interface NetworkForm {
  /**
   * Largest |log scale| c of one affine layer, nats; default 2. A wide one suits targets whose scales differ by orders
   * of magnitude.
   */
  readonly mostLogScale?: number;
  /**
   * Between the hidden layers: `'tanh'`, the default, bounds shifts for any input; the shifts of `'relu'` grow as their
   * input does, which suits targets whose curve goes on, such as the banana.
   */
  readonly activation?: Activation;
}

const activations = { tanh: (x: Tensor2D) => tf.tanh(x), relu: (x: Tensor2D) => tf.relu(x) } as const;

/** A function between the hidden layers of a network. */
type Activation = keyof typeof activations;

/** Widths of one network, and a mask of its used weights. */
export interface Wiring {
  readonly inputs: number;
  readonly outputs: number;
  /**
   * Makes the masks [K, from, to] of the first, the hidden and the last kernels, row-major; left out: every weight is
   * used.
   */
  readonly masks?: () => readonly Float32Array[];
}

/** K networks x [B, I] → [B, O] with their parameters. */
export interface Conditioner {
  readonly paramShapes: ParamShapes;
  readonly shared: readonly string[];
  readonly contexts: readonly string[];
  initialParams(key: Key): ParamValues<ParamShapes>;
  /** @throws ShapeError if a parameter has another shape */
  check(where: string, params: Params<ParamShapes>, batch: number): void;
  /** The parameters of network k alone, in the form of a single network's. */
  ofLayer(params: Params<ParamShapes>, k: number): Params<ParamShapes>;
  /** The K networks at given parameters. The part that does not depend on x is computed once here. */
  at(params: Params<ParamShapes>): readonly ((x: Tensor2D) => Tensor2D)[];
}

/** One affine map of the networks, stacked over the layers: kernel [K, from, to], bias [K, to]. */
interface Stage {
  readonly kernel: string;
  readonly bias: string;
  readonly from: number;
  readonly to: number;
}

/** All facts about the networks except their parameters. */
interface Plan extends Required<NetworkOptions> {
  readonly stages: readonly Stage[];
  readonly masks: (() => readonly Float32Array[]) | undefined;
}

/**
 * K perceptrons net_k(x, h) = W_out·σ(… σ(W₁x + Vh + b₁) …) + b_out, σ = tanh or relu, h the context; all start as 0,
 * because W_out = b_out = 0.
 *
 * tanh keeps shifts and scales bounded for any x. The hidden biases of tanh start as 0; those of relu are drawn, so
 * that the kinks of the units lie apart. Weights are shared parameters [1, K, from, to]; the context [B, C] is
 * projected for all layers by one product with `contextKernel` [1, C, K·H].
 */
export function conditioner(wiring: Wiring, options: NetworkOptions): Conditioner {
  const sizes = { ...networkDefaults, ...options };
  const { layers, hidden, depth, contextWidth } = sizes;
  const stages = stagesOf([wiring.inputs, ...new Array<number>(depth).fill(hidden), wiring.outputs]);
  const plan: Plan = { ...sizes, stages, masks: wiring.masks && once(wiring.masks) };
  const weightShapes = stages.flatMap(({ kernel, bias, from, to }): [string, number[]][] => [
    [kernel, [layers, from, to]],
    [bias, [layers, to]],
  ]);
  const contexts = contextWidth > 0 ? ['context'] : [];
  const paramShapes: ParamShapes = {
    ...Object.fromEntries(weightShapes),
    ...(contextWidth > 0 ? { contextKernel: [contextWidth, layers * hidden], context: [contextWidth] } : {}),
  };
  return {
    paramShapes,
    shared: Object.keys(paramShapes).filter((name) => !contexts.includes(name)),
    contexts,
    initialParams(key) {
      const zeros = Object.entries(paramShapes).map(([name, shape]) => [name, new Float32Array(elementCount(shape))]);
      return { ...Object.fromEntries(zeros), ...initialWeights(plan, key) };
    },
    check(where, params, batch) {
      for (const [name, shape] of Object.entries(paramShapes)) {
        checkParam(`${where}: ${name}`, params[name]!, { shape, batch: contexts.includes(name) ? batch : 1 });
      }
    },
    ofLayer(params, k) {
      const layerOf = (name: string, value: Tensor) => {
        if (contexts.includes(name)) return value;
        return name === 'contextKernel' ? cut(value, 2, k * hidden, hidden) : cut(value, 1, k, 1);
      };
      return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, layerOf(name, value)]));
    },
    at: (params) => networksAt(plan, params),
  };
}

/** Names and sizes from the widths of inputs, hidden layers and outputs. */
const stagesOf = (widths: readonly number[]): Stage[] =>
  widths.slice(1).map((to, i) => {
    const suffix = i === widths.length - 2 ? 'Out' : `${i + 1}`;
    return { kernel: `kernel${suffix}`, bias: `bias${suffix}`, from: widths[i]!, to };
  });

/** Draws the kernels of the hidden layers, and their biases for relu; the last kernel stays 0. */
function initialWeights(plan: Plan, key: Key): ParamValues<ParamShapes> {
  const { stages, layers, hidden, contextWidth, activation } = plan;
  const drawn = stages.slice(0, -1).flatMap(({ kernel, bias, from, to }) => {
    const ofEach = (name: string, draw: DenseStart[keyof DenseStart]) =>
      [name, stacked(Array.from({ length: layers }, (_, k) => draw(fold(key, name, k), from, to)))] as const;
    const kernels = ofEach(kernel, initialisations.glorot.kernel);
    return activation === 'relu' ? [kernels, ofEach(bias, initialisations.torch.bias)] : [kernels];
  });
  if (contextWidth === 0) return Object.fromEntries(drawn);
  // K kernels [C, H] side by side
  const contextKernel = scaledGlorot(fold(key, 'contextKernel'), contextWidth, layers * hidden, contextWidth + hidden);
  return { ...Object.fromEntries(drawn), contextKernel };
}

function networksAt(plan: Plan, params: Params<ParamShapes>): ((x: Tensor2D) => Tensor2D)[] {
  const { stages, layers, depth, contextWidth, masks, activation } = plan;
  const activate = activations[activation];
  const kernels = stages.map(({ kernel, from, to }, i) => {
    const mask = masks?.()[i];
    const weights = mask ? tf.mul(params[kernel]!, tf.tensor(mask, [layers, from, to])) : params[kernel]!;
    return layersOf(weights, layers).map((weight): Tensor2D => tf.reshape(weight, [from, to]));
  });
  const biases = stages.map(({ bias, to }, i) =>
    i === 0 && contextWidth > 0
      ? contextBiases(params, layers)
      : layersOf(params[bias]!, layers).map((row): Tensor2D => tf.reshape(row, [1, to])),
  );
  return Array.from({ length: layers }, (_, k) => (x: Tensor2D) => {
    const affine = (input: Tensor2D, stage: number): Tensor2D =>
      tf.add(tf.matMul(input, kernels[stage]![k]!), biases[stage]![k]!);
    let value = affine(x, 0);
    for (let stage = 1; stage <= depth; stage++) value = affine(activate(value), stage);
    return value;
  });
}

/** `width` entries of one axis. */
const cut = (value: Tensor, axis: number, from: number, width: number): Tensor =>
  tf.slice(
    value,
    value.shape.map((_, i) => (i === axis ? from : 0)),
    value.shape.map((size, i) => (i === axis ? width : size)),
  );

/** Vh + b₁ of all layers by one product, K times [B, H]. */
function contextBiases({ context, contextKernel, bias1 }: Params<ParamShapes>, layers: number): Tensor2D[] {
  const kernel: Tensor2D = tf.squeeze(contextKernel!, [0]);
  const all = tf.add(tf.matMul(context as Tensor2D, kernel), tf.reshape(bias1!, [kernel.shape[1]]));
  return layersOf(all, layers) as Tensor2D[];
}

function stacked(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((size, part) => size + part.length, 0));
  parts.forEach((part, k) => {
    all.set(part, k * part.length);
  });
  return all;
}

/**
 * Glorot's distribution for a kernel [rows, columns] that consists of kernels with another sum of fan-in and fan-out.
 */
function scaledGlorot(key: Key, rows: number, columns: number, fans: number): Float32Array {
  const scale = Math.sqrt((rows + columns) / fans);
  return glorotUniform(key, rows, columns).map((weight) => scale * weight);
}

/** `realnvp(32,1)*4`: sizes appear unless they are the default. */
export function formulaOf(
  name: string,
  options: NetworkOptions,
  own: readonly (readonly [number, number])[] = [],
): string {
  const { layers, hidden, depth } = { ...networkDefaults, ...options };
  const args = [...own, [hidden, networkDefaults.hidden], [depth, networkDefaults.depth]] as const;
  const given = args.findLastIndex(([value, fallback]) => value !== fallback) + 1;
  const listed =
    given === 0
      ? ''
      : `(${args
          .slice(0, given)
          .map(([value]) => value)
          .join(',')})`;
  return `${name}${listed}${layers === 1 ? '' : `*${layers}`}`;
}
