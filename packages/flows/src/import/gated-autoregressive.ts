// The inverse autoregressive flow of the Sylvester flows' authors' code, so that networks trained there can be
// imported.
import { elementCount, type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import type { Flow, ParamShapes, Params } from '../flow.ts';
import { checkArguments } from '../layers/stacked-parameters.ts';
import { once } from '../posterior/once.ts';

/** Sizes of {@link gatedAutoregressive}. */
export interface GatedAutoregressiveOptions {
  /** D */
  readonly dim: number;
  /** Width H of the networks: a multiple or a divisor of D. */
  readonly hidden: number;
  readonly layers: number;
  /** Width C of the encoder's features. */
  readonly contextWidth: number;
}

/** The bias at which a gate is 1 in float32. */
const OPEN = 20;

/** The gate's logit is this much above its network's output. */
const FORGET_BIAS = 1;

/**
 * Inverse autoregressive flow with gates: z' = g·z + (1 − g)·m, g = σ(r + 1), log|det J| = Σ log g, with m and r by
 * masked networks: c = V·h + v of the features h, the same for all layers, a = elu(W₁z + b₁) + c, e = elu(W₂a + b₂),
 * m = Wₘe + bₘ and r = Wᵣe + bᵣ. From the second layer on, the dimensions are reversed before every other one.
 *
 * A number's m and r depend on those before it alone: the masks lie by blocks, whose number is the smaller one of
 * both widths. `iaf` cannot represent it: the gate is between 0 and 1, its scale between e⁻² and e². No weights are
 * exactly the identity; at the initial ones, whose gates have the bias 20, only the reversals are left in float32.
 * Shapes: z [B, D], shared kernels [1, K, from, to] and biases [1, K, to], contextKernel [1, C, H], context [B, C] →
 * y [B, D], logDet [B], nats.
 * @throws ShapeError if z or a parameter has another shape
 * @see Kingma et al. 2016, arXiv:1606.04934, eqs. 13-14; layout of riannevdberg/sylvester-flows at 32dde9b
 */
export function gatedAutoregressive({ dim, hidden, layers, contextWidth }: GatedAutoregressiveOptions): Flow {
  const stages = { 1: [dim, hidden], 2: [hidden, hidden], Mean: [hidden, dim], Gate: [hidden, dim] } as const;
  const paramShapes: ParamShapes = {
    ...Object.fromEntries(
      Object.entries(stages).flatMap(([name, [from, to]]): [string, readonly number[]][] => [
        [`kernel${name}`, [layers, from, to]],
        [`bias${name}`, [layers, to]],
      ]),
    ),
    contextKernel: [contextWidth, hidden],
    contextBias: [hidden],
    context: [contextWidth],
  };
  const masks = once(() => ({
    1: blockMask(dim, hidden, { isStrict: false }),
    2: blockMask(hidden, hidden, { isStrict: false }),
    out: blockMask(hidden, dim, { isStrict: true }),
  }));
  return {
    name: 'iaf-gated',
    dim,
    paramShapes,
    shared: Object.keys(paramShapes).filter((name) => name !== 'context'),
    contexts: ['context'],
    start: Math.floor(layers / 2) % 2 === 1 ? 'volume' : 'identity', // an odd number of reversals is left
    initialParams: () =>
      Object.fromEntries(
        Object.entries(paramShapes).map(([name, shape]) => {
          const values = new Float32Array(elementCount(shape));
          return [name, name === 'biasGate' ? values.fill(OPEN) : values] as const;
        }),
      ),
    forward(params, z) {
      checkArguments('gatedAutoregressive.forward', 'z', z, { dim, paramShapes, params });
      return applyGated(networksOf(params, masks(), layers), z);
    },
  };
}

/** m and the gate's logit of z. Its masked kernels are made where z comes, so that those of one layer are alive. */
type GateNetwork = (z: Tensor2D) => { readonly mean: Tensor2D; readonly logit: Tensor2D };

/** A mask's values, row-major, and its shape. */
interface Mask {
  readonly values: Float32Array;
  readonly shape: readonly [from: number, to: number];
}

function networksOf(
  params: Params<ParamShapes>,
  masks: Readonly<Record<1 | 2 | 'out', Mask>>,
  layers: number,
): GateNetwork[] {
  const [kernel, offset] = [tf.squeeze<Tensor2D>(params.contextKernel!, [0]), params.contextBias!];
  const context = tf.add(tf.matMul(params.context as Tensor2D, kernel), offset);
  const layerOf = (value: Tensor, k: number): Tensor =>
    tf.squeeze(tf.slice(value, [0, k], [1, 1, ...value.shape.slice(2)]), [0, 1]);
  const affine = (x: Tensor2D, stage: string, k: number, { values, shape }: Mask): Tensor2D => {
    const weights = tf.mul<Tensor2D>(layerOf(params[`kernel${stage}`]!, k), tf.tensor2d(values, [...shape]));
    const bias = layerOf(params[`bias${stage}`]!, k);
    return tf.add<Tensor2D>(tf.matMul(x, weights), bias);
  };
  return Array.from(
    { length: layers },
    (_, k): GateNetwork =>
      (z) => {
        const first = tf.elu<Tensor2D>(affine(z, '1', k, masks[1]));
        const inner = tf.elu<Tensor2D>(affine(tf.add(first, context), '2', k, masks[2]));
        const logit = affine(inner, 'Gate', k, masks.out);
        return { mean: affine(inner, 'Mean', k, masks.out), logit: tf.add(logit, FORGET_BIAS) };
      },
  );
}

function applyGated(networks: readonly GateNetwork[], z: Tensor2D): { y: Tensor2D; logDet: Tensor1D } {
  let y = z;
  const logGates = networks.map((network, k) => {
    const from = k % 2 === 1 ? tf.reverse<Tensor2D>(y, 1) : y;
    const { mean, logit } = network(from);
    y = tf.add(mean, tf.mul(tf.sigmoid(logit), tf.sub(from, mean)));
    return tf.neg(tf.softplus(tf.neg(logit))) as Tensor2D;
  });
  return { y, logDet: tf.sum(logGates.length === 1 ? logGates[0]! : tf.addN(logGates), 1) };
}

/**
 * Mask [from, to] of a kernel: inputs and outputs lie in as many blocks as the smaller one of both numbers, and an
 * output sees the inputs of its own block and of those before it; strictly: of those before it.
 */
function blockMask(from: number, to: number, { isStrict }: { readonly isStrict: boolean }): Mask {
  const blocks = Math.min(from, to);
  const [ofInput, ofOutput] = [from / blocks, to / blocks];
  const values = new Float32Array(from * to);
  for (let i = 0; i < from; i++) {
    const first = Math.floor(i / ofInput) + (isStrict ? 1 : 0);
    values.fill(1, i * to + Math.min(to, first * ofOutput), (i + 1) * to);
  }
  return { values, shape: [from, to] };
}
