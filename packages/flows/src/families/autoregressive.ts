// Autoregressive flows: every component is mapped by numbers that depend on the components before it. IAF and MAF are
// its two directions.
import { fold } from '@flowvae/random';
import { checkShape, ExpectationError, type Tensor2D } from '@flowvae/tensor';
import type { InvertibleFlow, Layer, ParamShapes, Params } from '../flow.ts';
import { affineMap } from '../frames/affine-map.ts';
import { conditioner, formulaOf, type NetworkOptions } from '../frames/conditioner.ts';
import { sumOfLogSlopes } from '../frames/elementwise-map.ts';
import { autoregressiveMasks, type ComponentOrder } from '../frames/made-masks.ts';
import { networkDefaults } from '../frames/network-sizes.ts';

/** Options of {@link iaf} and {@link maf}. */
export interface AutoregressiveOptions extends NetworkOptions {
  /** Which components each layer sees first; default `'reversed'`. */
  readonly order?: ComponentOrder;
}

/**
 * Inverse autoregressive flow: K layers z_i → z_i·exp(a_i) + m_i, a_i = c·tanh(r_i/c), c = 2 (`mostLogScale`), (m_i,
 * r_i) = MADE_i(z_1 … z_{i−1}, h), log|det J| = Σ a.
 *
 * Forward takes one pass, so drawing is fast; the inverse takes D passes per layer. The order of the components is
 * reversed in every other layer (`order`). Scale and shift replace the paper's gate σz + (1 − σ)m, which is the
 * identity for no finite weights; the bound on a serves the gate's purpose. Shapes: z [B, D]; kernels [1, K, from, to],
 * biases [1, K, to], context [B, C] → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z or a parameter has another shape; ExpectationError for D = 1
 * @see Kingma et al. 2016, arXiv:1606.04934, eqs. 9-12 and algorithm 1; Germain et al. 2015, arXiv:1502.03509, section
 * 3
 */
export function iaf(dim: number, options: AutoregressiveOptions = {}): InvertibleFlow {
  return iafLayers(dim, options, 0);
}

function iafLayers(dim: number, options: AutoregressiveOptions, first: number): InvertibleFlow {
  const { frame, singleLayers, parallel, sequential } = autoregressive('iaf', dim, { ...options, first });
  return {
    ...frame,
    slow: ['inverse'],
    layers: (params) => singleLayers(params, iafLayers),
    forward(params, z) {
      const { value, logDet } = parallel('iaf.forward', 'z', params, z);
      return { y: value, logDet };
    },
    inverse(params, y) {
      const { value, logDet } = sequential('iaf.inverse', 'y', params, y);
      return { z: value, logDet };
    },
  };
}

/**
 * Masked autoregressive flow, the inverse of {@link iaf}: K layers y_i = (z_i − m_i)·exp(−a_i), (m_i, a_i) a function
 * of y_1 … y_{i−1}.
 *
 * The inverse takes one pass, so scoring a given point is fast, as a density or a prior needs; forward takes D passes a
 * layer. In the paper's names μ = −m·exp(−a), α = −a.
 * Shapes: z [B, D]; kernels [1, K, from, to], biases [1, K, to], context [B, C] → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z or a parameter has another shape; ExpectationError for D = 1
 * @see Papamakarios et al. 2017, arXiv:1705.07057, eqs. 3-5 and section 3.3
 */
export function maf(dim: number, options: AutoregressiveOptions = {}): InvertibleFlow {
  return mafLayers(dim, options, 0);
}

function mafLayers(dim: number, options: AutoregressiveOptions, first: number): InvertibleFlow {
  const { frame, singleLayers, parallel, sequential } = autoregressive('maf', dim, { ...options, first });
  return {
    ...frame,
    slow: ['forward'],
    layers: (params) => singleLayers(params, mafLayers).toReversed(),
    forward(params, z) {
      const { value, logDet } = sequential('maf.forward', 'z', params, z);
      return { y: value, logDet };
    },
    inverse(params, y) {
      const { value, logDet } = parallel('maf.inverse', 'y', params, y);
      return { z: value, logDet };
    },
  };
}

/** Width, sizes, and the index that decides the order of the components. */
type LayerArguments = [dim: number, options: AutoregressiveOptions, first: number];

/** The two directions: one pass if the argument feeds the networks, D passes if the result does. */
function autoregressive(
  name: string,
  dim: number,
  { first, ...options }: AutoregressiveOptions & { readonly first: number },
) {
  if (dim < 2) {
    throw new ExpectationError({ where: name, expected: 'at least 2 components', received: String(dim) });
  }
  const { layers, hidden, depth, contextWidth } = { ...networkDefaults, ...options };
  const { order = 'reversed' } = options;
  const map = affineMap(options);
  const sizes = { layers, hidden, depth, outputs: map.outputs, hasContext: contextWidth > 0, first, order };
  const masks = () => autoregressiveMasks(dim, sizes);
  const networks = conditioner({ inputs: dim, outputs: map.outputs * dim, masks }, options);
  const prepared = (where: string, argument: string, params: Params<ParamShapes>, x: Tensor2D) => {
    const { batch } = checkShape(`${where}: ${argument}`, x, ['batch', dim]);
    networks.check(where, params, batch!);
    return { batch: batch!, nets: networks.at(params) };
  };

  const parallel = (where: string, argument: string, params: Params<ParamShapes>, x: Tensor2D) => {
    const { batch, nets } = prepared(where, argument, params, x);
    let value = x;
    const mapped = nets.map((network) => {
      const step = map.forward(value, network(value));
      value = step.value;
      return step;
    });
    return { value, logDet: sumOfLogSlopes(mapped, batch) };
  };

  // Each pass gives one more component its final value, because a component depends on earlier ones only; after D
  // passes all are final.
  const sequential = (where: string, argument: string, params: Params<ParamShapes>, x: Tensor2D) => {
    const { batch, nets } = prepared(where, argument, params, x);
    let value = x;
    const mapped = nets.toReversed().map((network) => {
      const target = value;
      let step = map.inverse(target, network(target));
      for (let pass = 1; pass < dim; pass++) step = map.inverse(target, network(step.value));
      value = step.value;
      return step;
    });
    return { value, logDet: sumOfLogSlopes(mapped, batch) };
  };

  const { paramShapes, shared, contexts } = networks;
  const frame = {
    name: formulaOf(name, options),
    dim,
    paramShapes,
    shared,
    contexts,
    initialParams: (key) => networks.initialParams(fold(key, name)),
  } satisfies Omit<InvertibleFlow, 'forward' | 'inverse'>;
  const singleLayers = (params: Params<ParamShapes>, make: (...args: LayerArguments) => InvertibleFlow): Layer[] =>
    Array.from({ length: layers }, (_, k) => ({
      name: layers === 1 ? name : `${name}[${k}]`,
      flow: make(dim, { ...options, layers: 1 }, first + k),
      params: networks.ofLayer(params, k),
    }));
  return { frame, singleLayers, parallel, sequential };
}
