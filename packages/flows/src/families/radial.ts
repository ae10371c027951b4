// The radial flow of Rezende & Mohamed, K layers, with its inverse in closed form.
import { drawNormal, fold, type Key } from '@flowvae/random';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { euclideanNorm } from '../algebra/euclidean-norm.ts';
import { whereAbove } from '../algebra/where-above.ts';
import type { InvertibleFlow, Params, ParamValues } from '../flow.ts';
import { cutIntoLayers } from '../layers/cutting.ts';
import { layersOf } from '../layers/slices.ts';
import { checkArguments, layeredName } from '../layers/stacked-parameters.ts';

/** Shapes of a radial flow's parameters: the centres z0 [K, D], alpha and beta [K] before their softplus. */
export type RadialShapes = {
  readonly z0: readonly [layers: number, dim: number];
  readonly alpha: readonly [layers: number];
  readonly beta: readonly [layers: number];
};

/** softplus of this is 1. */
const SOFTPLUS_OF_ONE = Math.log(Math.E - 1);

/** Both [B|1, K] and positive: α, and σ = α + β̂. */
interface Radii {
  readonly alpha: Tensor2D;
  readonly sigma: Tensor2D;
}

/**
 * Radial flow: z' = z + β̂·(z − z₀)/(α + r), r = ‖z − z₀‖, K layers one after the other.
 *
 * α = softplus(alpha) > 0 and β̂ = −α + softplus(beta) > −α, so the map is invertible. With σ = α + β̂ = softplus(beta)
 * the log-det of a layer is (D − 1)·log((r + σ)/(α + r)) + log(p·(1 + q) + q·σ/(α + r)), p = r/(α + r), q = α/(α + r):
 * the paper's [1 + β̂h]^(D−1)·[1 + β̂h + β̂h'r] without a difference, every term is ≥ 0. Undone in closed form: with R
 * = ‖y − z₀‖, r is the positive root of r² + (σ − R)·r − α·R = 0.
 * Shapes: z [B, D]; z0 [B|1, K, D]; alpha, beta [B|1, K] → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z or a parameter has another shape.
 * @see Rezende & Mohamed 2015, arXiv:1505.05770, eq. 14 and appendix A.2
 */
export function radial(dim: number, layers = 1): InvertibleFlow<RadialShapes> {
  const paramShapes: RadialShapes = { z0: [layers, dim], alpha: [layers], beta: [layers] };
  return {
    name: layeredName('radial', layers),
    dim,
    paramShapes,
    initialParams: (key) => identityParams(fold(key, 'radial'), dim, layers),
    forward(params, z) {
      checkArguments('radial.forward', 'z', z, { dim, paramShapes, params });
      return pushThrough(params, z);
    },
    inverse(params, y) {
      checkArguments('radial.inverse', 'y', y, { dim, paramShapes, params });
      return pullBack(params, y);
    },
    invariants(params) {
      const { alpha, sigma } = radiiOf(params);
      return { α: alpha, 'α + β̂': sigma };
    },
    layers: (params) => cutIntoLayers('radial', layers, params, () => radial(dim)),
  };
}

/** z₀ ~ N(0, I), α = 1, β̂ = 0: every layer is the identity, around its own centre. */
function identityParams(key: Key, dim: number, layers: number): ParamValues<RadialShapes> {
  const ones = new Float32Array(layers).fill(SOFTPLUS_OF_ONE);
  return { z0: drawNormal(key, layers * dim), alpha: ones, beta: ones.slice() };
}

const radiiOf = ({ alpha, beta }: Params<RadialShapes>): Radii => ({
  alpha: tf.softplus(alpha as Tensor2D),
  sigma: tf.softplus(beta as Tensor2D),
});

function pushThrough(params: Params<RadialShapes>, z: Tensor2D) {
  const radii = radiiOf(params);
  const layers = params.alpha.shape[1]!;
  const centres = centresOf(params, layers);
  const alphas = layersOf(radii.alpha, layers);
  const betaHats = layersOf(tf.sub(radii.sigma, radii.alpha), layers);
  const rs: Tensor2D[] = [];
  let y = z;
  for (let k = 0; k < layers; k++) {
    const offset: Tensor2D = tf.sub(y, centres[k]!);
    const r = euclideanNorm(offset);
    y = tf.add(y, tf.mul(tf.div(betaHats[k]!, tf.add(alphas[k]!, r)), offset));
    rs.push(r);
  }
  return { y, logDet: logDetOf(rs, radii, z.shape[1]) };
}

function pullBack(params: Params<RadialShapes>, y: Tensor2D) {
  const radii = radiiOf(params);
  const layers = params.alpha.shape[1]!;
  const centres = centresOf(params, layers);
  const alphas = layersOf(radii.alpha, layers) as Tensor2D[];
  const sigmas = layersOf(radii.sigma, layers) as Tensor2D[];
  const rs: Tensor2D[] = [];
  let z = y;
  for (let k = layers - 1; k >= 0; k--) {
    const offset: Tensor2D = tf.sub(z, centres[k]!);
    const r = radiusBefore(euclideanNorm(offset), alphas[k]!, sigmas[k]!);
    const shrink = tf.div(tf.add(alphas[k]!, r), tf.add(r, sigmas[k]!));
    z = tf.add(centres[k]!, tf.mul(shrink, offset));
    rs.unshift(r);
  }
  return { z, logDet: tf.neg(logDetOf(rs, radii, y.shape[1])) as Tensor1D };
}

const centresOf = ({ z0 }: Params<RadialShapes>, layers: number): Tensor2D[] =>
  layersOf(z0, layers).map((centre) => tf.squeeze(centre, [1]));

/**
 * The r with r·(r + σ)/(α + r) = R: r = (d + √(d² + 4αR))/2, d = R − σ, in the form that adds where d < 0 would
 * subtract.
 *
 * The root is positive if σ is, so neither branch divides by 0. Shapes: R [B, 1], α, σ [B|1, 1] → [B, 1].
 */
function radiusBefore(radius: Tensor2D, alpha: Tensor2D, sigma: Tensor2D): Tensor2D {
  const d = tf.sub(radius, sigma);
  const product = tf.mul(alpha, radius);
  const root = tf.sqrt(tf.add(tf.square(d), tf.mul(4, product)));
  const sum = tf.add(tf.abs(d), root);
  return whereAbove(0, d, tf.mul(0.5, sum), tf.div(tf.mul(2, product), sum));
}

/** Σ over layers, from all radii at once. */
function logDetOf(rs: readonly Tensor2D[], { alpha, sigma }: Radii, dim: number): Tensor1D {
  const r: Tensor = rs.length === 1 ? rs[0]! : tf.concat([...rs], 1); // [B, K]
  const scale = tf.add(alpha, r);
  const [p, q] = [tf.div(r, scale), tf.div(alpha, scale)];
  const across = tf.log(tf.div(tf.add(r, sigma), scale));
  const along = tf.log(tf.add(tf.mul(p, tf.add(1, q)), tf.mul(q, tf.div(sigma, scale))));
  return tf.sum(tf.add(tf.mul(dim - 1, across), along), 1);
}
