// A VAE with two latents, one above the other: p(z2)·p(z1|z2)·p(x|z1).
import { type FlowChoice, flowPosterior, type InvertibleFlow } from '@flowvae/flows';
import { fold } from '@flowvae/random';
import type { Tensor2D } from '@flowvae/tensor';
import { parseLikelihood } from '../likelihoods/parse-likelihood.ts';
import { mlp, type Network } from '../networks/network.ts';
import { maskedRows, plainRows } from '../rows/row-reading.ts';
import { halves, type LayerWidths } from '../two-layer/layer-parts.ts';
import { bottomUp, ladder, layeredPosterior } from '../two-layer/layered-posterior.ts';
import { layeredPrior } from '../two-layer/layered-prior.ts';
import { type MlpVaeOptions, observed } from './mlp-vae.ts';
import { refuseMisfit, startOf } from './model-start.ts';
import { type Vae, vae } from './vae.ts';

/** Options of {@link twoLayerVae}. */
export interface TwoLayerVaeOptions
  extends Pick<
    MlpVaeOptions,
    'pixels' | 'hidden' | 'activation' | 'likelihood' | 'meanImage' | 'deviation' | 'masked' | 'standardisation' | 'key'
  > {
  /** Widths D1 and D2 of z1, next to the data, and of z2 above it. */
  readonly latents: LayerWidths;
  /**
   * `'plain'`: q(z1|x)·q(z2|z1). `'ladder'`: q(z2|x)·q(z1|x, z2), top-down, with the precision-weighted mean of encoder
   * and p(z1|z2). Default `'ladder'`, which uses its second latent where the plain one often does not.
   */
  readonly kind?: 'plain' | 'ladder';
  /** Widths of the perceptrons between the two layers, up and down. Default: the last of `hidden`. */
  readonly between?: readonly number[];
  /** The posteriors' flows, for z1 and for z2; left out: diagonal normals. */
  readonly flows?: readonly [FlowChoice | undefined, FlowChoice | undefined];
  /** Turns N(0, I) into p(z2); left out: N(0, I). */
  readonly prior?: InvertibleFlow | undefined;
}

/**
 * A VAE of perceptrons with two stochastic layers, over latents [z1, z2], [B, D1 + D2], with noise [n1, n2].
 *
 * Bounds, importance-sampled log p(x), encodings and active units take it as any model; its draws' terms `kl1` and
 * `kl2` are the divergences of the layers. Estimators that score draws under log q (`stl`, `dreg`) do not.
 * @throws ExpectationError for a likelihood's layout or a standardisation that does not fit the data
 * @see Sønderby et al. 2016, arXiv:1602.02282
 */
export function twoLayerVae(options: TwoLayerVaeOptions): Vae {
  const { pixels, latents, hidden, activation, masked = false, standardisation, key, kind = 'ladder' } = options;
  const {
    likelihood = parseLikelihood('bernoulli'),
    between = [hidden.at(-1)!],
    flows = [undefined, undefined],
  } = options;
  refuseMisfit(likelihood, pixels, standardisation);
  const [first, second] = latents;
  const start = startOf(likelihood, options);
  const width = masked ? 2 * pixels : pixels;
  const encoder = mlp({ inputWidth: width, hidden, activation, key: fold(key, 'encoder') });
  const isLadder = kind === 'ladder';
  const toSecond = mlp({
    inputWidth: isLadder ? encoder.outputWidth : first,
    hidden: between,
    activation: lastOf(activation),
    key: fold(key, 'to second'),
  });
  const prior = layeredPrior({
    latents,
    hidden: between.toReversed(),
    activation: lastOf(activation),
    flow: options.prior,
    key: fold(key, 'prior'),
  });
  const layer = (latent: number, contextWidth: number, place: 0 | 1) =>
    flowPosterior({ latent, contextWidth, flow: flows[place], key: fold(key, 'posterior', place) });
  const layers = [layer(first, encoder.outputWidth, 0), layer(second, toSecond.outputWidth, 1)] as const;
  const decoder = mlp({
    inputWidth: first,
    hidden: hidden.toReversed(),
    activation,
    output: { width: likelihood.outputsPerPixel * pixels, bias: start.bias },
    key: fold(key, 'decoder'),
  });
  return vae({
    encoder,
    posterior: layeredPosterior({ latents, layers, toSecond, prior }, isLadder ? ladder : bottomUp),
    decoder: ofFirst(decoder, latents),
    likelihood: observed(likelihood, start),
    latent: first + second,
    prior,
    rows: masked ? maskedRows(pixels) : plainRows,
    standardisation,
  });
}

/** One activation for all layers between the latents. */
const lastOf = (activation: MlpVaeOptions['activation']) =>
  typeof activation === 'string' ? activation : activation.at(-1)!;

/** The decoder sees z1 alone. */
const ofFirst = (decoder: Network, latents: LayerWidths): Network => ({
  ...decoder,
  apply: (z: Tensor2D) => decoder.apply(halves(z, latents)[0]),
});
