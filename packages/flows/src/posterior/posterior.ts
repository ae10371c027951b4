// Approximate posteriors q(z|x): a diagonal normal, optionally refined by a flow.
import type { DiagonalNormal, Noise, Samplable, Scorable } from '@flowvae/distributions';
import { fold, type Key } from '@flowvae/random';
import { type NamedVariables, repeatRows, type Tensor, type Tensor2D, underPrefixes } from '@flowvae/tensor';
import { pushForward } from '../compose/push-forward.ts';
import type { Flow, InvertibleFlow, ParamShapes, Params } from '../flow.ts';
import { type NormalHead, normalHead } from './normal-head.ts';
import { amortisedFlow, freeFlow, type HeadScaling, type ParameterSource } from './parameter-source.ts';

/** The parameters that depend on the data point: none, the base distribution's, or the base's and the flow's. */
export type Amortization = 'none' | 'base' | 'flow';

/** Whether anything depends on the data point. */
export const isAmortised = (amortize: Amortization): boolean => amortize !== 'none';

/**
 * A flow, or a function that makes one whose networks take features of a width. The function suits every {@link
 * Amortization}: without amortisation of the flow, the width is 0.
 */
export type FlowChoice<F extends Flow = Flow> = F | ((contextWidth: number) => F);

/** The flow of a choice. */
export function chosenFlow<F extends Flow>(choice: FlowChoice<F>, amortize: Amortization, contextWidth: number): F {
  return typeof choice === 'function' ? choice(amortize === 'flow' ? contextWidth : 0) : choice;
}

/** A family of distributions over latents, one for each context. */
export interface Posterior<Q extends Samplable = Samplable> {
  readonly variables: NamedVariables;
  /** The noise for a draw. */
  readonly noise: Noise;
  /** context [B, C], the encoder's features → q(z|x) of each data point */
  at(context: Tensor2D): Q;
}

/**
 * A family whose members differ by parameters; these may come from another source than a context: posteriors refined
 * one by one.
 */
export interface ParametricPosterior<Q extends Samplable = Samplable> extends Posterior<Q> {
  /**
   * context [B, C] → parameters that each data point may have for itself, [B, ...shape] by name; a value that all data
   * points share stands in every row. Left out: the flow's shared parameters, such as weights of its networks.
   */
  paramsAt(context: Tensor2D): Readonly<Record<string, Tensor>>;
  /** Parameters as `paramsAt` gives them → q(z|x) */
  of(params: Readonly<Record<string, Tensor>>): Q;
  /** context [B, C] → the normal before the flow, of each data point */
  baseAt(context: Tensor2D): DiagonalNormal;
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
  /**
   * Scaling of the encoder's features in an amortised flow's heads. Default `'scaled'`; the paper's linear layers are
   * `'plain'`.
   */
  readonly heads?: HeadScaling | undefined;
  /** Parametrisation of the base normal's deviation, and the start of its heads. */
  readonly base?: NormalHead | undefined;
  /** Decides the initial weights. */
  readonly key: Key;
}

/**
 * Posterior q(z|x): z₀ ~ N(μ(h), diag σ²(h)), z_K = f(z₀; λ(h)), h the encoder's features, every head linear.
 *
 * Starts as the diagonal normal itself, because the flow starts as the identity.
 * @see Rezende & Mohamed 2015, arXiv:1505.05770, section 4.2 and figure 2
 */
export function flowPosterior(options: FlowPosteriorOptions<InvertibleFlow>): ParametricPosterior<Samplable & Scorable>;
export function flowPosterior(options: FlowPosteriorOptions<Flow>): ParametricPosterior;
export function flowPosterior(options: FlowPosteriorOptions<Flow>): ParametricPosterior {
  const { latent, contextWidth, flow: choice, amortize = 'flow', heads = 'scaled', key } = options;
  const base = normalHead({
    ...options.base,
    latent,
    contextWidth,
    isAmortised: isAmortised(amortize),
    key: fold(key, 'base'),
  });
  const noise: Noise = { kind: 'normal', width: latent };
  const baseAt = (context: Tensor2D) => base.normalOf(base.at(context));
  if (!choice) {
    const normals = parametric({ base }, noise, (params) => base.normalOf(params.base!));
    return { ...normals, variables: base.variables, baseAt };
  }
  const flow = chosenFlow(choice, amortize, contextWidth);
  const values = flow.initialParams(fold(key, 'flow'));
  const source = amortize === 'flow' ? amortisedFlow(flow, values, { contextWidth, heads }) : freeFlow(flow, values);
  const pushed = parametric({ base, flow: source }, noise, (params) =>
    pushForward(base.normalOf(params.base!), flow, params.flow!),
  );
  return { ...pushed, baseAt };
}

/** A value for each data point, [B, …], from values for each or from one for all. */
const oneForEach = (value: Tensor, rows: number) => (value.shape[0] === rows ? value : repeatRows(value, rows));

type Sources = Readonly<Record<string, ParameterSource<ParamShapes>>>;

/**
 * A family from the sources of its parameters, by part, and a function that makes a member from all parts' parameters.
 */
function parametric<Q extends Samplable>(
  sources: Sources,
  noise: Noise,
  make: (params: Readonly<Record<string, Params<ParamShapes>>>) => Q,
): Omit<ParametricPosterior<Q>, 'baseAt'> {
  const parts = Object.entries(sources);
  return {
    variables: underPrefixes(Object.fromEntries(parts.map(([part, { variables }]) => [part, variables]))),
    noise,
    at: (context) => make(Object.fromEntries(parts.map(([part, source]) => [part, source.at(context)]))),
    paramsAt(context) {
      const own = parts.flatMap(([part, source]) =>
        Object.entries(source.at(context))
          .filter(([name]) => !(name in source.fixed))
          .map(([name, value]) => [`${part}/${name}`, oneForEach(value, context.shape[0])] as const),
      );
      return Object.fromEntries(own);
    },
    of(params) {
      const whole = parts.map(([part, { fixed }]) => {
        const own = Object.entries(params).filter(([name]) => name.startsWith(`${part}/`));
        return [
          part,
          { ...fixed, ...Object.fromEntries(own.map(([name, value]) => [name.slice(part.length + 1), value])) },
        ];
      });
      return make(Object.fromEntries(whole) as Readonly<Record<string, Params<ParamShapes>>>);
    },
  };
}
