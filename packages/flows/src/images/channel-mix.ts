// The invertible 1 × 1 convolution: every pixel's channels mixed by one matrix, given by its LU decomposition.
import { key as keyOf, drawPermutation as randomOrder } from '@flowvae/random';
import { repeatRows, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import { reordering } from '../algebra/reorder.ts';
import { solveUnitLower, solveUnitUpper, strictlyLower } from '../algebra/triangular.ts';
import type { PermutationOptions } from '../families/permutation.ts';
import type { InvertibleFlow, Params } from '../flow.ts';
import { type LuShapes, luParameters } from '../frames/lu-parameters.ts';
import { checkArguments } from '../layers/stacked-parameters.ts';
import { asPixels, asRows, checkSeveralChannels, type ImageShape, sizeOf } from './parts/picture.ts';
import { sumOverPixels } from './parts/sum-over-pixels.ts';

/**
 * Invertible 1 × 1 convolution: z'_p = P·L·U·z_p at every pixel p, P a fixed random permutation of the channels, L = I
 * + N, U = diag(exp(logScale))·(I + Mᵀ), N and M strictly lower triangular; log|det J| = h·w·Σ logScale.
 *
 * It starts as the permutation. The inverse of the matrix [c, c] comes from two triangular systems, once for all
 * pixels. Shapes: z [B, D], D = h·w·c; lower, upper [B|1, c(c−1)/2]; logScale [B|1, c] → y [B, D], logDet [B]. Units:
 * nats.
 * @throws ShapeError if z or a parameter has another shape; ExpectationError for one channel
 * @see Kingma & Dhariwal 2018, arXiv:1807.03039, section 3.2, with a positive diagonal
 */
export function channelMix(shape: ImageShape, { key = keyOf(0) }: PermutationOptions = {}): InvertibleFlow<LuShapes> {
  checkSeveralChannels('channelMix', shape, "use 'imageActnorm', which is as much for one channel");
  const dim = sizeOf(shape);
  const channels = shape[2];
  const start = luParameters(channels);
  const { paramShapes } = start;
  const { apply } = reordering(randomOrder(key, channels));
  const permuted = (matrix: Tensor3D) => apply(matrix as Tensor as Tensor2D) as Tensor as Tensor3D; // its rows
  const mixed = (x: Tensor2D, matrix: Tensor3D) => asRows(productOfPixels(asPixels(x, shape), matrix));
  return {
    name: 'channel-mix',
    dim,
    ...start,
    forward(params, z) {
      checkArguments('channelMix.forward', 'z', z, { dim, paramShapes, params });
      const matrix = tf.transpose(permuted(matrixOf(params, channels)), [0, 2, 1]);
      return { y: mixed(z, matrix), logDet: sumOverPixels(params.logScale, z, shape) };
    },
    inverse(params, y) {
      checkArguments('channelMix.inverse', 'y', y, { dim, paramShapes, params });
      const z = mixed(y, permuted(inverseOf(params, channels)));
      return { z, logDet: tf.neg(sumOverPixels(params.logScale, y, shape)) as Tensor1D };
    },
  };
}

/** x_p·A for the pixels of each row: x [B, n, c], A [B|1, c, c]. */
function productOfPixels(x: Tensor3D, matrix: Tensor3D): Tensor {
  if (matrix.shape[0] > 1) return tf.matMul(x, matrix);
  const [batch, pixels, channels] = x.shape;
  const product = tf.matMul(tf.reshape(x, [batch * pixels, channels]) as Tensor2D, tf.squeeze<Tensor2D>(matrix, [0]));
  return tf.reshape(product, [batch, pixels, channels]);
}

/** N, M [R, c, c] and the diagonal's logs [R, c], R the most rows of any parameter. */
function factorsOf(params: Params<LuShapes>, channels: number) {
  const rows = Math.max(...Object.values(params).map((param) => param.shape[0]!));
  const full = (param: Tensor) => (param.shape[0] === rows ? param : tf.add(param, tf.zeros([rows, 1])));
  const [lower, upper] = [params.lower, params.upper].map(
    (packed) => strictlyLower(full(packed), channels) as Tensor3D,
  ) as [Tensor3D, Tensor3D];
  return { rows, lower, upper, logScale: full(params.logScale) };
}

/** L·U [R, c, c]. */
function matrixOf(params: Params<LuShapes>, channels: number): Tensor3D {
  const { lower, upper, logScale } = factorsOf(params, channels);
  const right: Tensor3D = tf.mul(
    tf.add(tf.transpose(upper, [0, 2, 1]), tf.eye(channels)),
    tf.exp(tf.expandDims(logScale, 2)),
  );
  return tf.matMul(tf.add(lower, tf.eye(channels)) as Tensor3D, right);
}

/** (L·U)⁻ᵀ [R, c, c], whose row i is the solution for the i-th unit vector. */
function inverseOf(params: Params<LuShapes>, channels: number): Tensor3D {
  const { rows, lower, upper, logScale } = factorsOf(params, channels);
  const ofEach = (matrix: Tensor3D) => (rows === 1 ? matrix : (repeatRows(matrix, channels) as Tensor3D));
  const units: Tensor2D = tf.reshape(tf.tile(tf.expandDims(tf.eye(channels), 0), [rows, 1, 1]), [-1, channels]);
  const scaled: Tensor3D = tf.mul(
    tf.reshape(solveUnitLower(ofEach(lower), units), [rows, channels, channels]),
    tf.exp(tf.neg(tf.expandDims(logScale, 1))),
  );
  const right: Tensor2D = tf.reshape(scaled, [rows * channels, channels]);
  const solved = solveUnitUpper(ofEach(upper), right);
  return tf.reshape(solved, [rows, channels, channels]);
}
