// Priors that depend on a condition, such as a label.
import { diagonalNormal, type Noise, type Samplable, type Scorable } from '@flowvae/distributions';
import type { Key } from '@flowvae/random';
import { type NamedVariables, type Tensor2D, underPrefixes } from '@flowvae/tensor';
import { pushForward } from '../compose/push-forward.ts';
import type { InvertibleFlow } from '../flow.ts';
import { amortised, freeFlow } from './parameter-source.ts';

/** A distribution over latents for each condition, and its trained variables. */
export interface ConditionalPrior {
  readonly variables: NamedVariables;
  readonly noise: Noise;
  /** condition [B, C] → p(z|y) of each row */
  at(condition: Tensor2D): Samplable & Scorable;
}

/** Options of {@link conditionalPrior}. */
export interface ConditionalPriorOptions {
  /** Width D of the latent. */
  readonly latent: number;
  /** Width C of the condition, or of features of it. */
  readonly conditionWidth: number;
  /** A flow with free parameters behind the normal; left out: the normal itself. */
  readonly flow?: InvertibleFlow | undefined;
  /** Decides the flow's initial parameters. */
  readonly key: Key;
}

/**
 * Conditional prior: p(z|y) = N(μ(y), diag σ²(y)), or its image under a flow z = f(μ(y) + σ(y)·ε); μ and log σ are
 * linear in the condition.
 *
 * Starts as N(0, I), or the flow's start, for every condition. Shapes: condition [B, C], noise and z [B, D]. Units:
 * nats.
 * @throws ExpectationError if the flow has a context
 * @see Sohn, Lee & Yan 2015, "Learning Structured Output Representation using Deep Conditional Generative Models",
 * NeurIPS, section 4
 */
export function conditionalPrior({ latent, conditionWidth, flow, key }: ConditionalPriorOptions): ConditionalPrior {
  const zeros = new Float32Array(latent);
  const shapes = { mean: [latent], logStd: [latent] } as const;
  const heads = amortised(shapes, { mean: zeros, logStd: zeros.slice() }, { contextWidth: conditionWidth });
  const pushed = flow && { flow, source: freeFlow(flow, flow.initialParams(key)) };
  return {
    variables: underPrefixes({ base: heads.variables, ...(pushed ? { flow: pushed.source.variables } : {}) }),
    noise: { kind: 'normal', width: latent },
    at(condition) {
      const { mean, logStd } = heads.at(condition);
      const base = diagonalNormal({ mean: mean as Tensor2D, logStd: logStd as Tensor2D });
      return pushed ? pushForward(base, pushed.flow, pushed.source.at(condition)) : base;
    },
  };
}
