// Approximate posteriors q(z|x): a diagonal normal, refined by a flow where one is given.
import { diagonalNormal, type Noise, type Samplable, type Scorable } from '@flowvae/distributions';
import { fold, type Key } from '@flowvae/random';
import { type NamedVariables, type Tensor2D, underPrefixes } from '@flowvae/tensor';
import type { Flow, InvertibleFlow } from './flow.ts';
import { glorotUniform } from './initialisation.ts';
import { amortised, amortisedFlow, free, freeFlow, type ParameterSource } from './parameter-source.ts';
import { pushForward } from './push-forward.ts';

/** What depends on the data point: nothing, the base distribution, or the base and the flow's parameters. */
export type Amortization = 'none' | 'base' | 'flow';

/**
 * A flow, or what makes one whose networks take features of a width. The latter suits every {@link Amortization}: where the flow is not
 * amortised, the width is 0.
 */
export type FlowChoice<F extends Flow = Flow> = F | ((contextWidth: number) => F);

/** The flow that a choice comes to. */
export function chosenFlow<F extends Flow>(choice: FlowChoice<F>, amortize: Amortization, contextWidth: number): F {
  return typeof choice === 'function' ? choice(amortize === 'flow' ? contextWidth : 0) : choice;
}

/** A family of distributions over latents, one for each context. */
export interface Posterior<Q extends Samplable = Samplable> {
  readonly variables: NamedVariables;
  /** The noise that its draws take. */
  readonly noise: Noise;
  /** context [B, C], the encoder's features → q(z|x) of each data point */
  at(context: Tensor2D): Q;
}

/** Options of {@link flowPosterior}. */
export interface FlowPosteriorOptions<F extends Flow> {
  /** Width D of the latent. */
  readonly latent: number;
  /** Width C of the encoder's features. */
  readonly contextWidth: number;
  /** Refines the diagonal normal; left out: the normal itself. */
  readonly flow?: FlowChoice<F> | undefined;
  /** Default `'flow'`, the paper's: the encoder yields base and flow parameters. */
  readonly amortize?: Amortization;
  /** Decides the initial weights. */
  readonly key: Key;
}

/**
 * log σ of the base at the start. With σ = 1 a decoder whose bias already explains the mean image sees pure noise in z, the KL term closes
 * the channel within a few steps, and training can stay on that plateau for thousands of steps. A narrow start keeps it open until the
 * decoder has learnt to listen.
 */
const INITIAL_LOG_STD = -1;

type BaseShapes = { readonly mean: readonly [number]; readonly logStd: readonly [number] };

/**
 * Posterior q(z|x): z₀ ~ N(μ(h), diag σ²(h)), z_K = f(z₀; λ(h)), h the encoder's features, every head linear.
 *
 * It starts as the diagonal normal itself, for the flow starts as the identity.
 * @see Rezende & Mohamed 2015, arXiv:1505.05770, section 4.2 and figure 2
 */
export function flowPosterior(options: FlowPosteriorOptions<InvertibleFlow>): Posterior<Samplable & Scorable>;
export function flowPosterior(options: FlowPosteriorOptions<Flow>): Posterior;
export function flowPosterior(options: FlowPosteriorOptions<Flow>): Posterior {
  const { latent, contextWidth, flow: choice, amortize = 'flow', key } = options;
  const base = baseSource(latent, contextWidth, amortize !== 'none', fold(key, 'base'));
  const normalAt = (context: Tensor2D) => {
    const { mean, logStd } = base.at(context);
    return diagonalNormal({ mean: mean as Tensor2D, logStd: logStd as Tensor2D });
  };
  const noise: Noise = { kind: 'normal', width: latent };
  if (!choice) return { variables: base.variables, noise, at: normalAt };
  const flow = chosenFlow(choice, amortize, contextWidth);
  const values = flow.initialParams(fold(key, 'flow'));
  const source = amortize === 'flow' ? amortisedFlow(flow, values, contextWidth) : freeFlow(flow, values);
  return {
    variables: underPrefixes({ base: base.variables, flow: source.variables }),
    noise,
    at: (context) => pushForward(normalAt(context), flow, source.at(context)),
  };
}

function baseSource(latent: number, contextWidth: number, isAmortised: boolean, key: Key): ParameterSource<BaseShapes> {
  const shapes: BaseShapes = { mean: [latent], logStd: [latent] };
  const values = { mean: new Float32Array(latent), logStd: new Float32Array(latent).fill(INITIAL_LOG_STD) };
  if (!isAmortised) return free(shapes, values);
  const kernel = (width: number, size: number, param: string) => glorotUniform(fold(key, param), width, size);
  return amortised(shapes, values, { contextWidth, kernel });
}
