// The variational auto-encoder: encoder, decoder, prior, and a slot for any posterior.
import { type Noise, type Observation, type Samplable, type Scorable, standardNormal } from '@flowvae/distributions';
import type { Posterior, Prior } from '@flowvae/flows';
import { type NamedVariables, type Tensor1D, type Tensor2D, underPrefixes } from '@flowvae/tensor';
import type { Network } from '../networks/network.ts';
import { observedLogProb } from '../rows/observed-log-prob.ts';
import { type Observed, plainRows, type RowReading, zeroWhereMissing } from '../rows/row-reading.ts';
import { type Standardisation, type Standardiser, standardiser } from '../rows/standardisation.ts';

/** A VAE. Rows of data are x [B, P], or as its {@link RowReading} says: [x, m], [B, 2P], with missing values. */
export interface Vae<Q extends Samplable = Samplable> {
  /**
   * All variables: `encoder/…`, `posterior/…`, `decoder/…`, and, if they have any, `prior/…` and `likelihood/…`; with a
   * standardisation `data/mean` and `data/scale`, which are not trainable.
   */
  readonly variables: NamedVariables;
  /** Width D of the latent. */
  readonly latent: number;
  readonly prior: Samplable & Scorable;
  /** The noise for draws from q(z|x). */
  readonly noise: Noise;
  /** rows [B, W] → the encoder's features for the posterior, [B, C] */
  features(rows: Tensor2D): Tensor2D;
  /** rows [B, W] → q(z|x), or q(z|x_observed) */
  infer(rows: Tensor2D): Q;
  /** z [B, D] → the likelihood's inputs, [B, N]: logits of p(x|z) for Bernoulli observations, N = P */
  decode(z: Tensor2D): Tensor2D;
  /** z [B, D] → p(x|z), of x [B, P] in the units of the data */
  observe(z: Tensor2D): Observation;
  /** noise [B, D] of the prior → means of p(x|z) [B, P]. The posterior's flow is not used. */
  sample(noise: Tensor2D): Tensor2D;
  /** rows [B, W] and noise [B, D] → means of p(x|z) for a draw z ~ q(z|x), [B, P] */
  reconstruct(rows: Tensor2D, noise: Tensor2D): Tensor2D;
  /** The model at rows [B, W], in the form for an objective: log p(x|z), or log p(x_observed|z), in data units. */
  at(rows: Tensor2D): { readonly prior: Scorable; readonly posterior: Q; likelihood(z: Tensor2D): Tensor1D };
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
  /** outputs [B, N] → p(x|z), of standardised x where a standardisation is given */
  readonly likelihood: ObservationModel;
  /** Width D of the latent. */
  readonly latent: number;
  /** p(z), such as a flow prior; left out: N(0, I). */
  readonly prior?: Prior | undefined;
  /** How rows become data, mask and the encoder's input: `maskedRows(P)` or your own; left out: rows are the data. */
  readonly rows?: RowReading | undefined;
  /** Encoder and likelihood see (x − mean)/scale; the model's densities, means and draws stay those of x. */
  readonly standardisation?: Standardisation | undefined;
}

/**
 * Puts a VAE together: p(x, z) = p(z)·p(x|z), p(x|z) = likelihood at decoder(z), q(z|x) = posterior at encoder(x).
 *
 * With a mask m the likelihood is log p(x_observed|z) = Σ m_i·log p(x_i|z), exactly: it is a product over variables.
 * @throws ExpectationError for a standardisation that cannot be used
 * @see Kingma & Welling 2014, arXiv:1312.6114; Rezende & Mohamed 2015, arXiv:1505.05770, section 4.2
 */
export function vae<Q extends Samplable>(parts: VaeParts<Q>): Vae<Q> {
  const { encoder, posterior, decoder, likelihood, latent, prior: learnt, rows: reading = plainRows } = parts;
  const units = parts.standardisation && standardiser(parts.standardisation);
  const prior = learnt?.distribution ?? standardNormal(latent);
  const read = (rows: Tensor2D) => standardisedRows(reading.observed(rows), units);
  const encoded = (observed: Observed) => encoder.apply(reading.encoderInput(observed));
  const features = (rows: Tensor2D) => encoded(read(rows));
  const infer = (rows: Tensor2D) => posterior.at(features(rows));
  const decode = (z: Tensor2D) => decoder.apply(z);
  const inside = (z: Tensor2D) => likelihood.at(decode(z));
  const observe = units ? (z: Tensor2D) => units.inDataUnits(inside(z)) : inside;
  return {
    variables: underPrefixes({
      encoder: encoder.variables,
      posterior: posterior.variables,
      decoder: decoder.variables,
      prior: learnt?.variables ?? {},
      likelihood: likelihood.variables,
      data: units?.variables ?? {},
    }),
    latent,
    prior,
    noise: posterior.noise,
    features,
    infer,
    decode,
    observe,
    sample: (noise) => observe(prior.sampleAndLogProb(noise).z).mean(),
    reconstruct: (rows, noise) => observe(infer(rows).sampleAndLogProb(noise).z).mean(),
    at(rows) {
      const observed = read(rows);
      const score = observedLogProb(observed, units);
      return { prior, posterior: posterior.at(encoded(observed)), likelihood: (z) => score(inside(z), z.shape[0]) };
    },
  };
}

/** Observed values in the model's units, and 0 for missing ones, so that any number may stand for them. */
function standardisedRows({ x, mask }: Observed, units: Standardiser | undefined): Observed {
  const inside = units ? units.standardise(x) : x;
  return mask ? { x: zeroWhereMissing(inside, mask), mask } : { x: inside };
}
