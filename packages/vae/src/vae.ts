// The variational auto-encoder: encoder, decoder, prior, and a slot for any posterior.
import { type Noise, type Observation, type Samplable, type Scorable, standardNormal } from '@flowvae/distributions';
import type { Posterior, Prior } from '@flowvae/flows';
import { type NamedVariables, rowsFor, type Tensor1D, type Tensor2D, underPrefixes } from '@flowvae/tensor';
import type { Network } from './network.ts';

/** A VAE. */
export interface Vae<Q extends Samplable = Samplable> {
  /**
   * All trainable variables: `encoder/…`, `posterior/…`, `decoder/…`, and, if they have any, `prior/…` and
   * `likelihood/…`.
   */
  readonly variables: NamedVariables;
  readonly prior: Samplable & Scorable;
  /** The noise for draws from q(z|x). */
  readonly noise: Noise;
  /** x [B, P] → q(z|x) */
  infer(x: Tensor2D): Q;
  /** z [B, D] → the likelihood's inputs, [B, N]: logits of p(x|z) for Bernoulli observations, N = P */
  decode(z: Tensor2D): Tensor2D;
  /** z [B, D] → p(x|z), of x [B, P] */
  observe(z: Tensor2D): Observation;
  /** noise [B, D] of the prior → means of p(x|z) [B, P]. The posterior's flow is not used. */
  sample(noise: Tensor2D): Tensor2D;
  /** x [B, P] and noise [B, D] → means of p(x|z) for a draw z ~ q(z|x), [B, P] */
  reconstruct(x: Tensor2D, noise: Tensor2D): Tensor2D;
  /** The model at data x [B, P], in the form for an objective. */
  at(x: Tensor2D): { readonly prior: Scorable; readonly posterior: Q; likelihood(z: Tensor2D): Tensor1D };
}

/** A likelihood and its own variables. */
export interface ObservationModel {
  readonly variables: NamedVariables;
  at(outputs: Tensor2D): Observation;
}

/** The parts of a {@link Vae}. */
export interface VaeParts<Q extends Samplable> {
  /** x → features */
  readonly encoder: Network;
  /** features → q(z|x) */
  readonly posterior: Posterior<Q>;
  /** z → outputs for the likelihood */
  readonly decoder: Network;
  /** outputs [B, N] → p(x|z) */
  readonly likelihood: ObservationModel;
  /** Width D of the latent. */
  readonly latent: number;
  /** p(z), such as a flow prior; left out: N(0, I). */
  readonly prior?: Prior | undefined;
}

/**
 * Puts a VAE together: p(x, z) = p(z)·p(x|z), p(x|z) = likelihood at decoder(z), q(z|x) = posterior at encoder(x).
 *
 * @see Kingma & Welling 2014, arXiv:1312.6114; Rezende & Mohamed 2015, arXiv:1505.05770, section 4.2
 */
export function vae<Q extends Samplable>(parts: VaeParts<Q>): Vae<Q> {
  const { encoder, posterior, decoder, likelihood, latent, prior: learnt } = parts;
  const prior = learnt?.distribution ?? standardNormal(latent);
  const infer = (x: Tensor2D) => posterior.at(encoder.apply(x));
  const decode = (z: Tensor2D) => decoder.apply(z);
  const observe = (z: Tensor2D) => likelihood.at(decode(z));
  return {
    variables: underPrefixes({
      encoder: encoder.variables,
      posterior: posterior.variables,
      decoder: decoder.variables,
      prior: learnt?.variables ?? {},
      likelihood: likelihood.variables,
    }),
    prior,
    noise: posterior.noise,
    infer,
    decode,
    observe,
    sample: (noise) => observe(prior.sampleAndLogProb(noise).z).mean(),
    reconstruct: (x, noise) => observe(infer(x).sampleAndLogProb(noise).z).mean(),
    at: (x) => ({
      prior,
      posterior: infer(x),
      likelihood: (z) => observe(z).logProb(rowsFor('likelihood', x, z.shape[0])),
    }),
  };
}
