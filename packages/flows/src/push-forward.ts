// The distribution of a flow's output: change of variables.
import { type Draw, detach, type Samplable, type Scorable } from '@flowvae/distributions';
import { type Tensor1D, tf } from '@flowvae/tensor';
import { type Flow, type InvertibleFlow, isInvertible, type ParamShapes, type Params } from './flow.ts';

/**
 * Push-forward of a base distribution through a flow: y = f(z₀), log q(y) = log q₀(z₀) − log|det ∂f/∂z₀|.
 *
 * It can be drawn from wherever its base can; it can score any point where the flow is invertible and the base scores. A draw's terms are
 * `logBase` = log q₀(z₀) and `logDet`; its logProb is their difference.
 * @see Rezende & Mohamed 2015, arXiv:1505.05770, eqs. 5 and 13
 */
export function pushForward<S extends ParamShapes>(
  base: Samplable & Scorable,
  flow: InvertibleFlow<S>,
  params: Params<S>,
): Samplable & Scorable;
export function pushForward<S extends ParamShapes>(base: Samplable, flow: Flow<S>, params: Params<S>): Samplable;
export function pushForward<S extends ParamShapes>(base: Samplable, flow: Flow<S>, params: Params<S>): Samplable {
  const samplable: Samplable = {
    noise: base.noise,
    sampleAndLogProb(noise): Draw {
      const draw = base.sampleAndLogProb(noise);
      const { y, logDet } = flow.forward(params, draw.z);
      const earlier = draw.terms.logDet;
      const terms = { ...draw.terms, logDet: earlier ? tf.add<Tensor1D>(earlier, logDet) : logDet };
      return { z: y, logProb: tf.sub(draw.logProb, logDet), terms };
    },
    detached() {
      return pushForward(base.detached(), flow, detachAll(params)) as typeof this;
    },
  };
  return isScorable(base) && isInvertible(flow)
    ? Object.assign(samplable, { logProb: scorer(base, flow, params) })
    : samplable;
}

/** log q(y) = log q₀(f⁻¹(y)) + log|det ∂f⁻¹/∂y|. */
function scorer<S extends ParamShapes>(
  base: Scorable,
  flow: InvertibleFlow<S>,
  params: Params<S>,
): Scorable['logProb'] {
  return (y) => {
    const { z, logDet } = flow.inverse(params, y);
    return tf.add<Tensor1D>(base.logProb(z), logDet);
  };
}

const isScorable = (base: Samplable): base is Samplable & Scorable => 'logProb' in base;

function detachAll<S extends ParamShapes>(params: Params<S>): Params<S> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, detach(value)])) as Params<S>;
}
