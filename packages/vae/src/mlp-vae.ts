// The usual VAE from a handful of numbers: perceptrons on both sides, a flow posterior between.
import {
  type Amortization,
  chosenFlow,
  type FlowChoice,
  flowParameterCount,
  flowPosterior,
  flowPrior,
  type InvertibleFlow,
} from '@flowvae/flows';
import { fold, type Key } from '@flowvae/random';
import { ExpectationError } from '@flowvae/tensor';
import { type Activation, MAXOUT_WINDOW, mlp } from './network.ts';
import { type Vae, vae } from './vae.ts';

/** Options of {@link mlpVae}. */
export interface MlpVaeOptions {
  /** Number P of observed variables. */
  readonly pixels: number;
  readonly latent: number;
  /** Widths of the encoder's hidden layers; the decoder has them in reverse. */
  readonly hidden: readonly number[];
  readonly activation: Activation;
  /** Refines the posterior; left out: a diagonal normal. */
  readonly flow?: FlowChoice | undefined;
  readonly amortize?: Amortization;
  /** Turns N(0, I) into the prior p(z), its parameters free; left out: N(0, I) itself. */
  readonly prior?: InvertibleFlow | undefined;
  /** Mean of the training data [P] in [0, 1]: the decoder's bias starts at its logit. */
  readonly meanImage?: Float32Array;
  readonly key: Key;
}

/** Pixels that are always off or always on would have infinite logits. @see Burda et al. 2016, arXiv:1509.00519 (author's code) */
const MEAN_RANGE = [0.001, 0.999] as const;

/** A VAE of perceptrons; equal options and key give equal initial weights, byte for byte. */
export function mlpVae(options: MlpVaeOptions): Vae {
  const { pixels, latent, hidden, activation, flow, amortize = 'flow', prior, meanImage, key } = options;
  refuseTooMany(options);
  const encoder = mlp({ inputWidth: pixels, hidden, activation, key: fold(key, 'encoder') });
  const contextWidth = encoder.outputWidth;
  const posterior = flowPosterior({ latent, contextWidth, flow, amortize, key: fold(key, 'posterior') });
  const decoder = mlp({
    inputWidth: latent,
    hidden: hidden.toReversed(),
    activation,
    output: { width: pixels, ...(meanImage ? { bias: meanImage.map(clippedLogit) } : {}) },
    key: fold(key, 'decoder'),
  });
  return vae({ encoder, posterior, decoder, latent, prior: prior && flowPrior(prior, fold(key, 'prior')) });
}

function clippedLogit(mean: number): number {
  const clipped = Math.min(Math.max(mean, MEAN_RANGE[0]), MEAN_RANGE[1]);
  return Math.log(clipped / (1 - clipped));
}

/** Parameters, gradients and two optimiser slots of float32 fill a WebAssembly memory's 4 GiB. */
const MOST_PARAMETERS = 2 ** 28;

/** A typing error in a width should not end in an allocation that fails. */
function refuseTooMany(options: MlpVaeOptions): void {
  const { pixels, latent, hidden, activation, flow, amortize = 'flow', prior } = options;
  const pieces = activation === 'maxout' ? MAXOUT_WINDOW : 1;
  const dense = (from: number, to: number) => (from + 1) * to;
  const perceptron = (widths: readonly number[]) =>
    widths.slice(1).reduce((sum, to, i) => sum + dense(widths[i]!, to * pieces), 0);
  const context = hidden.at(-1)!;
  const ofFlow = flow
    ? flowParameterCount(chosenFlow(flow, amortize, context), amortize === 'flow' ? context : undefined)
    : 0;
  const heads = dense(context, 2 * latent) + ofFlow + (prior ? flowParameterCount(prior) : 0);
  const networks =
    perceptron([pixels, ...hidden]) + perceptron([latent, ...hidden.toReversed()]) + dense(hidden[0]!, pixels);
  if (networks + heads <= MOST_PARAMETERS) return;
  throw new ExpectationError({
    where: 'mlpVae',
    expected: `at most ${MOST_PARAMETERS} parameters`,
    received: `${networks + heads}`,
    remedy: 'choose a smaller latent, narrower hidden layers or a shorter flow',
  });
}
