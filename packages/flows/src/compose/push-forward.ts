// The distribution of a flow's output: change of variables.
import {
  type BoxDistribution,
  type Draw,
  detach,
  type Layered,
  layeredDraw,
  type Samplable,
  type Scorable,
} from '@flowvae/distributions';
import { ExpectationError, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { type BoxFlow, type Flow, type InvertibleFlow, isInvertible, type ParamShapes, type Params } from '../flow.ts';
import { alongLayers } from '../layers/along-layers.ts';
import { forwardInGroups, inverseInGroups } from '../layers/row-groups.ts';

/** A distribution made from a base by an invertible flow. */
export interface Transported extends Samplable, Scorable {
  /** The base's point of a point: z₀ = f⁻¹(y), [B, D] → [B, D]. */
  latent(y: Tensor2D): Tensor2D;
}

/**
 * Push-forward of a base distribution through a flow: y = f(z₀), log q(y) = log q₀(z₀) − log|det ∂f/∂z₀|.
 *
 * The result can be drawn from if its base can; it can score any point if the flow is invertible and the base scores. A
 * base on a box scores only behind a flow that maps this box onto itself, and the result is on the box again: behind
 * another flow, points of the data would have density 0. A draw's terms are `logBase` = log q₀(z₀) and `logDet`; its
 * logProb is their difference.
 * @throws ExpectationError if the flow's box differs from the base's
 * @see Rezende & Mohamed 2015, arXiv:1505.05770, eqs. 5 and 13
 */
export function pushForward<S extends ParamShapes>(
  base: BoxDistribution,
  flow: BoxFlow<S>,
  params: Params<S>,
): Transported & BoxDistribution;
export function pushForward<S extends ParamShapes>(base: BoxDistribution, flow: Flow<S>, params: Params<S>): Samplable;
export function pushForward<S extends ParamShapes>(
  base: Samplable & Scorable,
  flow: InvertibleFlow<S>,
  params: Params<S>,
): Transported;
export function pushForward<S extends ParamShapes>(base: Samplable, flow: Flow<S>, params: Params<S>): Samplable;
export function pushForward<S extends ParamShapes>(base: Samplable, flow: Flow<S>, params: Params<S>): Samplable {
  const samplable: Layered = {
    noise: base.noise,
    sampleAndLogProb(noise): Draw {
      const draw = base.sampleAndLogProb(noise);
      const { y, logDet } = forwardInGroups(flow, params, draw.z);
      const earlier = draw.terms.logDet;
      const terms = { ...draw.terms, logDet: earlier ? tf.add<Tensor1D>(earlier, logDet) : logDet };
      return { z: y, logProb: tf.sub(draw.logProb, logDet), terms };
    },
    drawAlongLayers(noise) {
      const before = layeredDraw(base, noise);
      const { y, layers } = alongLayers(flow, params, before.z);
      return { z: y, logBase: before.logBase, layers: [...before.layers, ...layers] };
    },
    detached() {
      return pushForward(base.detached(), flow, detachAll(params)) as typeof this;
    },
  };
  if (!isScorable(base) || !isInvertible(flow) || !keepsSupport(base, flow)) return samplable;
  const latent: Transported['latent'] = (y) => inverseInGroups(flow, params, y).z;
  return Object.assign(samplable, { logProb: scorer(base, flow, params), latent, ...boxOf(base) });
}

/** Whether the flow maps the support of the base onto itself; all of R^D is kept by every flow. */
function keepsSupport(base: Samplable, flow: Flow): boolean {
  if (!('box' in base)) return true;
  if (!('box' in flow)) return false;
  const [wanted, found] = [base.box, flow.box].map((box) => JSON.stringify(box));
  if (wanted === found) return true;
  throw new ExpectationError({
    where: 'pushForward: flow',
    expected: `a flow that maps the base's box ${wanted} onto itself`,
    received: `one that does so with ${found}`,
  });
}

/** The box that the result inherits from its base, if the base has one. */
const boxOf = (base: Samplable) => ('box' in base ? { box: base.box } : {});

/** log q(y) = log q₀(f⁻¹(y)) + log|det ∂f⁻¹/∂y|. */
function scorer<S extends ParamShapes>(
  base: Scorable,
  flow: InvertibleFlow<S>,
  params: Params<S>,
): Scorable['logProb'] {
  return (y) => {
    const { z, logDet } = inverseInGroups(flow, params, y);
    return tf.add<Tensor1D>(base.logProb(z), logDet);
  };
}

const isScorable = (base: Samplable): base is Samplable & Scorable => 'logProb' in base;

function detachAll<S extends ParamShapes>(params: Params<S>): Params<S> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, detach(value)])) as Params<S>;
}
