// The variational auto-encoder: encoder, decoder, prior, and a slot for any posterior.
import { bernoulli, type Noise, type Samplable, type Scorable, standardNormal } from '@flowvae/distributions';
import type { Posterior, Prior } from '@flowvae/flows';
import { type NamedVariables, rowsFor, type Tensor1D, type Tensor2D, tf, underPrefixes } from '@flowvae/tensor';
import type { Network } from './network.ts';

/** A VAE with Bernoulli observations. */
export interface Vae<Q extends Samplable = Samplable> {
  /** All trainable variables: `encoder/…`, `posterior/…`, `decoder/…`, and `prior/…` where the prior is learnt. */
  readonly variables: NamedVariables;
  readonly prior: Samplable & Scorable;
  /** The noise that draws from q(z|x) take. */
  readonly noise: Noise;
  /** x [B, P] → q(z|x) */
  infer(x: Tensor2D): Q;
  /** z [B, D] → logits of p(x|z) [B, P] */
  decode(z: Tensor2D): Tensor2D;
  /** noise [B, D] of the prior → means of p(x|z) [B, P]. The posterior's flow has no part in it. */
  sample(noise: Tensor2D): Tensor2D;
  /** x [B, P] and noise [B, D] → means of p(x|z) for a draw z ~ q(z|x), [B, P] */
  reconstruct(x: Tensor2D, noise: Tensor2D): Tensor2D;
  /** The model at data x [B, P], in the form that an objective takes. */
  at(x: Tensor2D): { readonly prior: Scorable; readonly posterior: Q; likelihood(z: Tensor2D): Tensor1D };
}

/** The parts of a {@link Vae}. */
export interface VaeParts<Q extends Samplable> {
  /** x → features */
  readonly encoder: Network;
  /** features → q(z|x) */
  readonly posterior: Posterior<Q>;
  /** z → logits */
  readonly decoder: Network;
  /** Width D of the latent. */
  readonly latent: number;
  /** p(z), such as a flow prior; left out: N(0, I). */
  readonly prior?: Prior | undefined;
}

/**
 * Puts a VAE together: p(x, z) = p(z)·Bernoulli(x; σ(decoder(z))), q(z|x) = posterior at encoder(x).
 *
 * @see Kingma & Welling 2014, arXiv:1312.6114; Rezende & Mohamed 2015, arXiv:1505.05770, section 4.2
 */
export function vae<Q extends Samplable>(parts: VaeParts<Q>): Vae<Q> {
  const { encoder, posterior, decoder, latent, prior: learnt } = parts;
  const prior = learnt?.distribution ?? standardNormal(latent);
  const infer = (x: Tensor2D) => posterior.at(encoder.apply(x));
  const decode = (z: Tensor2D) => decoder.apply(z);
  const means = (z: Tensor2D) => tf.sigmoid(decode(z));
  return {
    variables: underPrefixes({
      encoder: encoder.variables,
      posterior: posterior.variables,
      decoder: decoder.variables,
      prior: learnt?.variables ?? {},
    }),
    prior,
    noise: posterior.noise,
    infer,
    decode,
    sample: (noise) => means(prior.sampleAndLogProb(noise).z),
    reconstruct: (x, noise) => means(infer(x).sampleAndLogProb(noise).z),
    at: (x) => ({
      prior,
      posterior: infer(x),
      likelihood: (z) => bernoulli({ logits: decode(z) }).logProb(rowsFor('likelihood', x, z.shape[0])),
    }),
  };
}
