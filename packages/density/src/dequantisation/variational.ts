// Noise that a small conditional flow puts where the density is high.
import { type Samplable, standardNormal } from '@flowvae/distributions';
import {
  type CheckerboardOptions,
  chain,
  checkerboardCoupling,
  free,
  type ImageShape,
  type ParamShapes,
  type Params,
} from '@flowvae/flows';
import type { Key } from '@flowvae/random';
import { checkShape, ExpectationError, type Tensor1D, type Tensor2D, type Tensor4D, tf } from '@flowvae/tensor';
import type { Dequantisation } from './dequantisation.ts';

/** Options of {@link variationalDequantisation}. */
export interface VariationalDequantisationOptions extends Pick<CheckerboardOptions, 'width' | 'blocks' | 'map'> {
  /** Levels 0 … levels − 1, so that networks see them from −½ to ½. */
  readonly levels: number;
  /** Couplings, whose parts alternate. Default 4. */
  readonly couplings?: number;
  readonly key: Key;
}

/** u = σ(1.75·ε) is within 0.01 nats a number of the uniform distribution, the nearest of all scales. */
const START_SCALE = 1.75;

/**
 * Variational dequantisation: u = σ(s·f(ε; k)), ε ~ N(0, I), f affine couplings by a checkerboard whose convolutional
 * networks see the picture k; log q(u|k) = log N(ε) − log|det ∂f/∂ε| − Σ log(s·σ(s·f)·σ(−s·f)), s = 1.75.
 *
 * It starts near the uniform distribution. Shapes: k [B, D], noise [B, D] → u [B, D], logProb [B]. Units: nats.
 * @param shape height, width and channels; two pixels or more
 * @throws ExpectationError for a picture of one pixel
 * @see Ho et al. 2019, arXiv:1902.00275, section 3.1
 */
export function variationalDequantisation(
  shape: ImageShape,
  { levels, couplings = 4, key, width = 32, ...net }: VariationalDequantisationOptions,
): Dequantisation {
  const [rows, columns, channels] = shape;
  const dim = rows * columns * channels;
  const beside: ImageShape = [rows, columns, 2 * channels]; // the levels, then the noise
  const coupling = (i: number) => checkerboardCoupling(beside, { ...net, width, context: channels, swap: i % 2 === 1 });
  const flow = chain(Array.from({ length: couplings }, (_, i) => coupling(i)));
  const { variables } = free(flow.paramShapes, flow.initialParams(key));
  const picture = (values: Tensor2D): Tensor4D => tf.reshape(values, [-1, ...shape]);
  const base = standardNormal(dim);
  const at = (k: Tensor2D, params: Params<ParamShapes>): Samplable => ({
    noise: base.noise,
    sampleAndLogProb(noise) {
      checkShape('variationalDequantisation: noise', noise, [k.shape[0], dim]);
      const centred = picture(tf.sub(tf.div(k, levels - 1), 0.5));
      const joined: Tensor2D = tf.reshape(tf.concat([centred, picture(noise)], 3), [-1, 2 * dim]);
      const { y, logDet } = flow.forward(params, joined);
      const driven = tf.split(tf.reshape(y, [-1, ...beside]), 2, 3)[1]!;
      const { value, logSlope } = squashed(tf.reshape(driven, [-1, dim]));
      const logBase = base.logProb(noise);
      const whole: Tensor1D = tf.add(logDet, logSlope);
      return { z: value, logProb: tf.sub(logBase, whole), terms: { logBase, logDet: whole } };
    },
    detached: refuseDetached,
  });
  return { name: 'variational', variables, noise: base.noise, within: (k) => at(k, variables as Params<ParamShapes>) };
}

/** σ(s·v) and Σ log(s·σ(s·v)·σ(−s·v)). */
function squashed(v: Tensor2D): { readonly value: Tensor2D; readonly logSlope: Tensor1D } {
  const scaled: Tensor2D = tf.mul(v, START_SCALE);
  const both: Tensor2D = tf.add(tf.softplus(scaled), tf.softplus(tf.neg(scaled)));
  return { value: tf.sigmoid(scaled), logSlope: tf.sum(tf.sub(Math.log(START_SCALE), both), 1) };
}

/** The density and q(u|k) are trained by one gradient, through the draw. */
function refuseDetached(): never {
  throw new ExpectationError({
    where: 'variationalDequantisation: detached',
    expected: 'a gradient through the draw',
    received: 'an estimator that scores q(u|k) apart from its parameters',
    remedy: 'take the gradient path',
  });
}
