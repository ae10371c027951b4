// Learnt priors over latents: a standard normal pushed through a flow.
import { type Samplable, type Scorable, standardNormal } from '@flowvae/distributions';
import type { Key } from '@flowvae/random';
import type { NamedVariables } from '@flowvae/tensor';
import { pushForward } from '../compose/push-forward.ts';
import type { InvertibleFlow } from '../flow.ts';
import { freeFlow } from './parameter-source.ts';

/** A distribution over latents and its trained variables. */
export interface Prior {
  readonly variables: NamedVariables;
  readonly distribution: Samplable & Scorable;
  /**
   * The same prior at the variables' current values, with all that does not depend on z computed once, in variables of
   * its own; the caller disposes of them. Absent: there is nothing to compute.
   */
  settled?(): Prior;
}

/**
 * Prior z = f(ε), ε ~ N(0, I): log p(z) = log N(f⁻¹(z); 0, I) + log|det ∂f⁻¹/∂z|, f a flow with free parameters.
 *
 * Starts as the standard normal, because the flow starts as the identity or keeps volume and norm. Training scores
 * posterior draws under the prior, so choose flows with a fast inverse: RealNVP, spline, MAF. Drawing uses the forward
 * map.
 * @param key decides the flow's initial parameters
 * @throws ExpectationError if the flow has a context
 * @see Chen et al. 2017, arXiv:1611.02731, section 3.2
 */
export function flowPrior(flow: InvertibleFlow, key: Key): Prior {
  const { variables } = freeFlow(flow, flow.initialParams(key));
  return { variables, distribution: pushForward(standardNormal(flow.dim), flow, variables) };
}
