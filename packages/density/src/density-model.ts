// A flow that is trained by likelihood, as the model that training, evaluation and reports take.
import { drawNoise, type Samplable, standardNormal } from '@flowvae/distributions';
import { type FreeParameters, freeFlow, type InvertibleFlow, type ParamShapes, type Params } from '@flowvae/flows';
import { fold, type Key } from '@flowvae/random';
import {
  ExpectationError,
  repeatRows,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tf,
  underPrefixes,
} from '@flowvae/tensor';
import type { Model, ObservableModel } from '@flowvae/vae';
import { type DequantisationName, EXACT } from './names.ts';
import type { Support } from './support/support.ts';

/** Options of {@link densityModel}. */
export interface DensityModelOptions {
  /** From noise to points. It starts from data where activation normalisations are among its links. */
  readonly flow: InvertibleFlow;
  /** How rows of data become points. */
  readonly support: Support;
  /** Decides the first parameters. */
  readonly key: Key;
  /** Rows of data [n, D] that the flow starts from; absent: it starts without. */
  readonly rows?: Float32Array | undefined;
}

/** A density as a model whose latent z is the noise of the flow, and whose p(x|z) is certain. */
export interface DensityModel extends ObservableModel {
  /** How levels are filled; `'none'`: data are numbers, and the bound is log p(x) itself. */
  readonly dequantisation: DequantisationName | typeof EXACT;
  /** The flow's name. */
  readonly flow: string;
}

/** Whether a model is a density. */
export const isDensity = (model: Model): model is DensityModel => 'dequantisation' in model;

/** Whether a model is a density of numbers, whose bound is log p(x) itself for any noise. */
export const isExact = (model: Model): boolean => isDensity(model) && model.dequantisation === EXACT;

/**
 * A density p(x) by a flow f from noise z ~ N(0, I): numbers are x = f(z), levels are those of f(z). Dequantisation is
 * the posterior: z = f⁻¹(v), v ~ q(v|x) from the noise inside of the levels, log q(z|x) = log q(v|x) − log|det
 * ∂f⁻¹/∂v|.
 *
 * The ELBO is log N(z) − log q(z|x), for p(x|z) = 1 at such z: a lower bound on log P(x) in the mean, and log p(x)
 * itself for numbers. The mean of importance weights is P(x). Train with the gradient `path`: the posterior moves with
 * the flow, so estimators that detach it are refused. Shapes: rows x [B, D] in the units of the data. Units: nats.
 * @throws ExpectationError for a flow of another dimension
 * @see Ho et al. 2019, arXiv:1902.00275, section 3.1; Nielsen et al. 2020, arXiv:2007.02731, section 3.2
 */
export function densityModel({ flow, support, key, rows }: DensityModelOptions): DensityModel {
  const { dim } = support;
  if (flow.dim !== dim) {
    const expected = `a flow of ${dim} dimensions, as the data have`;
    throw new ExpectationError({ where: 'densityModel: flow', expected, received: `one of ${flow.dim}` });
  }
  const parameters = startOf({ flow, support, key, rows });
  const params = parameters.variables as Params<ParamShapes>;
  const prior = standardNormal(dim);
  const observe = (z: Tensor2D) => support.observe(flow.forward(params, z).y);
  return {
    dequantisation: support.dequantisation ?? EXACT,
    flow: flow.name,
    variables: underPrefixes({ flow: parameters.variables, dequantisation: support.variables }),
    latent: dim,
    prior,
    noise: support.noise,
    at: (x) => ({
      prior,
      posterior: encoded({ flow, support, params }, x),
      likelihood: (z): Tensor1D => tf.zeros([z.shape[0]]),
      observe,
    }),
    infer: (x) => encoded({ flow, support, params }, x),
    observe,
  };
}

interface Parts {
  readonly flow: InvertibleFlow;
  readonly support: Support;
  readonly params: Params<ParamShapes>;
}

/** q(z|x): the points of the rows through the flow's inverse. */
function encoded({ flow, support, params }: Parts, x: Tensor2D): Samplable {
  return {
    noise: support.noise,
    sampleAndLogProb(noise) {
      const { v, ...placed } = support.place(repeatRows(x, noise.shape[0] / x.shape[0]), noise);
      const { z, logDet } = flow.inverse(params, v);
      const terms = { logBase: placed.logBase, logDet: tf.add<Tensor1D>(placed.logDet, logDet) };
      return { z, logProb: tf.sub(terms.logBase, terms.logDet), terms };
    },
    detached: refuseDetached,
  };
}

function refuseDetached(): never {
  throw new ExpectationError({
    where: 'densityModel: posterior.detached',
    expected: 'a gradient through the draw, for the posterior moves with the flow',
    received: 'an estimator that scores it apart from its parameters',
    remedy: 'take the gradient path',
  });
}

/** The flow's variables, from data where there are rows. */
function startOf({ flow, support, key, rows }: DensityModelOptions): FreeParameters<ParamShapes> {
  if (!rows || !flow.initialParamsFrom) return freeFlow(flow, flow.initialParams(key));
  const points = placedRows(support, rows, fold(key, 'start'));
  const values = flow.initialParamsFrom(key, points);
  points.dispose();
  return freeFlow(flow, values);
}

function placedRows(support: Support, rows: Float32Array, key: Key): Tensor2D {
  const { kind, width } = support.noise;
  const count = rows.length / support.dim;
  const drawn = new Float32Array(count * width);
  drawNoise(kind, key, drawn);
  return tf.tidy((): Tensor => {
    const x = tf.tensor2d(rows, [count, support.dim]);
    return tf.clone(support.place(x, tf.tensor2d(drawn, [count, width])).v); // v may be x, which is disposed of
  }) as Tensor2D;
}
