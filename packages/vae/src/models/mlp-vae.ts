// The usual VAE from a handful of numbers: perceptrons on both sides, a flow posterior between.
import {
  type Amortization,
  chosenFlow,
  type Flow,
  type FlowChoice,
  flowParameterCount,
  flowPosterior,
  free,
  type HeadScaling,
  type Initialisation,
  type InvertibleFlow,
  type NormalHead,
  type ParametricPosterior,
} from '@flowvae/flows';
import { fold, type Key } from '@flowvae/random';
import { ExpectationError, type NamedVariables, type RowLayout, tf } from '@flowvae/tensor';
import type { Likelihood, LikelihoodParams, LikelihoodStart } from '../likelihoods/likelihood.ts';
import { parseLikelihood } from '../likelihoods/parse-likelihood.ts';
import { activationAt, type MlpOptions, pieces } from '../networks/network.ts';
import type { NetworkMaker } from '../networks/network-pair.ts';
import { perceptrons } from '../networks/perceptrons.ts';
import { MOST_PARAMETERS } from '../networks/weights.ts';
import type { PriorChoice } from '../priors/prior-choice.ts';
import { type Condition, conditionWidth } from '../rows/condition.ts';
import { layoutRows, maskedRows, type Observed, plainRows } from '../rows/row-reading.ts';
import type { Standardisation } from '../rows/standardisation.ts';
import { refuseMisfit, startOf } from './model-start.ts';
import { type ConditionalPriorChoice, isPriorChoice, priorOfOptions } from './prior-of-options.ts';
import { priorPlace } from './prior-place.ts';
import { type ObservationModel, type Vae, vae } from './vae.ts';

/** Options of {@link mlpVae}. */
export interface MlpVaeOptions {
  /** Number P of observed variables. */
  readonly pixels: number;
  readonly latent: number;
  /** Widths of the encoder's hidden layers; the decoder has them in reverse. */
  readonly hidden: readonly number[];
  /** One for all hidden layers, or one for each, counted from the input of encoder and decoder alike. */
  readonly activation: MlpOptions['activation'];
  /**
   * Makes encoder and decoder, such as `convolutional`; absent: perceptrons. Other networks than these take the width
   * of the features from the last of `hidden`.
   */
  readonly networks?: NetworkMaker | undefined;
  /** Shape of a datum, [height, width, channels] of a picture; absent: [P]. */
  readonly shape?: readonly number[] | undefined;
  /**
   * The initial distribution of all dense layers, including the heads of the base normal; the flow's heads start at
   * zero kernels. Default `'glorot'`.
   */
  readonly initialisation?: Initialisation | undefined;
  /** How the base normal's deviation is parametrised. Default `'logStd'`. */
  readonly scale?: NormalHead['scale'] | undefined;
  /** Refines the posterior; left out: a diagonal normal. */
  readonly flow?: FlowChoice | undefined;
  readonly amortize?: Amortization;
  /** How the flow's heads take the encoder's features. Default `'scaled'`. */
  readonly heads?: HeadScaling | undefined;
  /**
   * Makes q(z|x) from the width of the encoder's features, such as one that `fromSylvesterFlows` imports; `scale`,
   * `flow`, `amortize` and `heads` then have no say. Left out: {@link flowPosterior} of these.
   */
  readonly posterior?: ((contextWidth: number) => ParametricPosterior) | undefined;
  /**
   * Turns N(0, I) into the prior p(z), its parameters free; or another prior, such as `parsePrior('vamp(500)')`; left
   * out: N(0, I) itself.
   */
  readonly prior?: InvertibleFlow | PriorChoice | undefined;
  /** Rows of training data [n, P] in their own units, at which the pseudo-inputs of a prior start. */
  readonly exampleRows?: Float32Array | undefined;
  /** p(x|z) from decoder outputs; absent: Bernoulli. */
  readonly likelihood?: Likelihood;
  /**
   * Mean of the training data [P] in their own units; the decoder's bias starts from it: for Bernoulli at its logit.
   * Absent: that of the standardisation for real numbers, else ½, or 0 for the numbers of a table.
   */
  readonly meanImage?: Float32Array;
  /**
   * Standard deviation of the training data [P] in their own units: densities of real numbers start with it. Absent:
   * the scale of the standardisation, if there is one.
   */
  readonly deviation?: Float32Array;
  /**
   * Rows are [x, m], [B, 2P], m = 1 where x is observed and 0 where it is missing; the encoder takes both, the
   * likelihood the observed values. Default false: rows are x.
   */
  readonly masked?: boolean | undefined;
  /** Encoder and likelihood see (x − mean)/scale; densities, means and draws stay those of x. Absent: x itself. */
  readonly standardisation?: Standardisation | undefined;
  /** The arrays of a row, if there are covariates: `x`, `mask` if `masked`, then each of them. */
  readonly layout?: RowLayout | undefined;
  /** The covariates that encoder and decoder are given. Default: none. */
  readonly condition?: Condition | undefined;
  /** Makes the prior depend on the condition, with these widths. Default: it does not. */
  readonly conditionalPrior?: ConditionalPriorChoice | undefined;
  readonly key: Key;
}

/** A VAE that gives access to its posterior's parameters and can replace them. */
export interface MlpVae extends Vae {
  readonly posterior: ParametricPosterior;
  settled?(): MlpVae;
}

/**
 * A VAE of perceptrons, or of the networks that `networks` makes; equal options and key give equal initial weights,
 * byte for byte.
 *
 * @throws ExpectationError for too many parameters, data that the networks cannot read, a likelihood's layout that does
 * not cover the data, or a standardisation that does not fit them
 */
export function mlpVae(options: MlpVaeOptions): MlpVae {
  const {
    pixels,
    latent,
    hidden,
    activation,
    initialisation = 'glorot',
    amortize = 'flow',
    prior,
    key,
    masked = false,
    standardisation,
  } = options;
  const { likelihood = parseLikelihood('bernoulli') } = options;
  refuseMisfit(likelihood, pixels, standardisation);
  const outputs = likelihood.outputsPerPixel * pixels;
  const start = startOf(likelihood, options);
  const isDrawn = initialisation === 'torch' && !options.meanImage; // torch's layers do not use the data
  const { networks = perceptrons } = options;
  const isTried = networks === perceptrons && !options.posterior;
  if (isTried) refuseTooMany({ ...options, amortize, flow: flowOf(options, hidden.at(-1)!) }, outputs);
  const { encoder, decoder } = networks({
    shape: options.shape ?? [pixels],
    inputWidth: dataWidth(options),
    latent,
    conditionWidth: widthOfCondition(options),
    outputs: {
      perValue: likelihood.outputsPerPixel,
      byValue: likelihood.isByValue,
      bias: isDrawn ? undefined : start.bias,
    },
    hidden,
    activation,
    initialisation,
    key,
  });
  const contextWidth = encoder.outputWidth;
  const posterior = (options.posterior ?? ownPosterior(options))(contextWidth);
  const rows = options.layout ? layoutRows(options.layout) : masked ? maskedRows(pixels) : plainRows;
  const { conditionalPrior: conditional, exampleRows } = options;
  const learnt = priorOfOptions(
    { prior, conditionWidth: widthOfCondition(options), conditional, activation },
    priorPlace({
      ...{ latent, pixels, encoder, posterior, rows, masked, likelihood, standardisation, exampleRows },
      key: fold(key, 'prior'),
    }),
  );
  const observations = observed(likelihood, start);
  const likelihoodAndUnits = { likelihood: observations, standardisation };
  const { condition } = options;
  const parts = { encoder, posterior, decoder, ...likelihoodAndUnits, latent, prior: learnt, rows, condition };
  return withPosterior(vae(parts), posterior);
}

/** A VAE with access to its posterior's parameters, settled or not. */
function withPosterior(model: Vae, posterior: ParametricPosterior): MlpVae {
  const { settled, ...others } = model;
  return {
    ...others,
    posterior,
    ...(settled ? { settled: () => withPosterior(settled(), posterior) } : {}),
  };
}

/** The posterior by `flow`, `amortize`, `heads`, `scale` and `initialisation`. */
const ownPosterior =
  (options: MlpVaeOptions) =>
  (contextWidth: number): ParametricPosterior => {
    const { latent, amortize = 'flow', heads, initialisation = 'glorot', scale = 'logStd', key } = options;
    const flow = flowOf(options, contextWidth);
    const base = { scale, initialisation } as const;
    return flowPosterior({ latent, contextWidth, flow, amortize, heads, base, key: fold(key, 'posterior') });
  };

/** Options of {@link networkVae}: those of {@link mlpVae}, without perceptrons. */
export interface NetworkVaeOptions extends Omit<MlpVaeOptions, 'hidden' | 'activation' | 'networks'> {
  /** Makes encoder and decoder: `convolutional`, or a function of your own. */
  readonly networks: NetworkMaker;
  /** The last one is the width of the ready networks' features. Default [256]. */
  readonly hidden?: readonly number[];
}

/** A VAE of any encoder and decoder; otherwise as {@link mlpVae}. */
export const networkVae = ({ hidden = [256], ...options }: NetworkVaeOptions): MlpVae =>
  mlpVae({ ...options, hidden, activation: 'relu' });

const flowOf = ({ flow, amortize = 'flow' }: MlpVaeOptions, contextWidth: number): Flow | undefined =>
  flow && chosenFlow(flow, amortize, contextWidth);

/** Width C of the condition. */
const widthOfCondition = ({ condition }: MlpVaeOptions): number => (condition ? conditionWidth(condition) : 0);

/** Inputs of the encoder without the condition. */
const dataWidth = ({ masked, pixels }: MlpVaeOptions): number => (masked ? 2 * pixels : pixels);

/** Inputs of the encoder. */
const inputWidth = (options: MlpVaeOptions): number => dataWidth(options) + widthOfCondition(options);

/** A likelihood with variables of its own. */
export function observed(likelihood: Likelihood, { params, fixed = {} }: LikelihoodStart): ObservationModel {
  const shapes = Object.fromEntries(Object.entries(params).map(([name, { length }]) => [name, [length] as const]));
  const variables = { ...free(shapes, params).variables, ...untrained(fixed) };
  const own = variables as unknown as LikelihoodParams;
  const { derived, encoderView } = likelihood;
  return {
    variables,
    at: (outputs, named) => likelihood.at(outputs, own, named),
    ...(encoderView ? { encoderView } : {}),
    ...(derived ? { derived: (rows: Observed) => derived(rows, own) } : {}),
  };
}

/** Variables that no optimiser changes; stored and loaded with the others. */
const untrained = (values: NonNullable<LikelihoodStart['fixed']>): NamedVariables =>
  Object.fromEntries(
    Object.entries(values).map(([name, each]) => [
      name,
      tf.tidy(() => tf.variable(tf.tensor2d(Float32Array.from(each), [1, each.length]), false)),
    ]),
  );

/** Options with the flow made, from which the number of parameters follows. */
interface Counted extends MlpVaeOptions {
  readonly amortize: Amortization;
  readonly flow: Flow | undefined;
}

const parametersOf = (prior: InvertibleFlow | PriorChoice, widths: MlpVaeOptions): number =>
  isPriorChoice(prior) ? prior.parameters(widths) : flowParameterCount(prior);

/** Refuses too many parameters: a typing error in a width should not end in a failing allocation. */
function refuseTooMany(options: Counted, outputs: number): void {
  const { latent, hidden, activation, flow, amortize, prior } = options;
  const dense = (from: number, to: number) => (from + 1) * to;
  const perceptron = (widths: readonly number[]) =>
    widths.slice(1).reduce((sum, to, i) => sum + dense(widths[i]!, to * pieces(activationAt(activation, i))), 0);
  const context = hidden.at(-1)!;
  const ofFlow = flow ? flowParameterCount(flow, amortize === 'flow' ? context : undefined) : 0;
  const heads = dense(context, 2 * latent) + ofFlow + (prior ? parametersOf(prior, options) : 0);
  const networks =
    perceptron([inputWidth(options), ...hidden]) +
    perceptron([latent + widthOfCondition(options), ...hidden.toReversed()]) +
    dense(hidden[0]!, outputs);
  if (networks + heads <= MOST_PARAMETERS) return;
  throw new ExpectationError({
    where: 'mlpVae',
    expected: `at most ${MOST_PARAMETERS} parameters`,
    received: `${networks + heads}`,
    remedy: 'choose a smaller latent, narrower hidden layers, a shorter flow or a likelihood of fewer outputs',
  });
}
