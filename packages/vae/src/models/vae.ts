// The variational auto-encoder: encoder, decoder, prior, and a slot for any posterior.
import { type Noise, type Observation, type Samplable, type Scorable, standardNormal } from '@flowvae/distributions';
import type { ConditionalPrior, Posterior, Prior } from '@flowvae/flows';
import {
  ExpectationError,
  type NamedVariables,
  rowsFor,
  type Tensor1D,
  type Tensor2D,
  tf,
  underPrefixes,
} from '@flowvae/tensor';
import type { Network, NetworkPass } from '../networks/network.ts';
import { besideCondition, type Condition, type Conditioner, conditioner } from '../rows/condition.ts';
import { observedLogProb } from '../rows/observed-log-prob.ts';
import { type Named, type Observed, plainRows, type RowReading, zeroWhereMissing } from '../rows/row-reading.ts';
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
  /** p(z); of a conditional prior only its noise can be used: {@link priorAt} gives p(z|y). */
  readonly prior: Samplable & Scorable;
  /** The noise for draws from q(z|x). */
  readonly noise: Noise;
  /** rows [B, W] → the encoder's features for the posterior, [B, C] */
  features(rows: Tensor2D): Tensor2D;
  /** rows [B, W] → q(z|x), or q(z|x_observed) */
  infer(rows: Tensor2D): Q;
  /** Covariates [B, width] by name → p(z|y) of each row, or p(z). */
  priorAt(named?: Named): Samplable & Scorable;
  /**
   * z [B, D] → the likelihood's inputs, [B, N]: logits of p(x|z) for Bernoulli observations, N = P. A model with a
   * condition needs its covariates, here and below.
   */
  decode(z: Tensor2D, named?: Named): Tensor2D;
  /** z [B, D] → p(x|z), of x [B, P] in the units of the data; covariates of a likelihood may be left out */
  observe(z: Tensor2D, named?: Named): Observation;
  /** noise [B, D] of the prior → means of p(x|z) [B, P]. The posterior's flow is not used. */
  sample(noise: Tensor2D, named?: Named): Tensor2D;
  /** rows [B, W] and noise [B, D] → means of p(x|z) for a draw z ~ q(z|x), [B, P] */
  reconstruct(rows: Tensor2D, noise: Tensor2D): Tensor2D;
  /** Uniform numbers that dropout needs in training; absent: none. */
  readonly dropout?: DropoutWidths | undefined;
  /**
   * The model at rows [B, W], in the form for an objective: log p(x|z), or log p(x_observed|z), in data units. In
   * training `pass.noise` is [B, datum + draws·draw]: the encoder's numbers, then the decoder's for each draw.
   */
  at(rows: Tensor2D, pass?: NetworkPass): VaeAt<Q>;
  /**
   * The same model at its variables' current values, with a prior that needs no network; its `prior/…` variables are
   * its own, and the caller disposes of them. Absent: the prior needs none.
   */
  settled?(): Vae<Q>;
}

/** A VAE at rows of data. */
export interface VaeAt<Q extends Samplable = Samplable> {
  readonly prior: Samplable & Scorable;
  readonly posterior: Q;
  likelihood(z: Tensor2D): Tensor1D;
  /** z [B, D] → p(x|z) beside the covariates of the rows. */
  observe(z: Tensor2D): Observation;
}

/** Uniform numbers for dropout in training: for each data point, and for each draw of its latent. */
export interface DropoutWidths {
  readonly datum: number;
  readonly draw: number;
}

/** A likelihood and its own variables. */
export interface ObservationModel {
  readonly variables: NamedVariables;
  /** Decoder outputs [B, N], and the covariates of their rows → p(x|z) */
  at(outputs: Tensor2D, named?: Named): Observation;
  /** x [B, P] as the encoder sees it; absent: x itself. */
  encoderView?(x: Tensor2D): Tensor2D;
  /** Covariates that it computes from rows whose data have none of their name. */
  derived?(observed: Observed): Named;
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
  /** p(z), such as a flow prior, or p(z|y) beside a condition; left out: N(0, I). */
  readonly prior?: Prior | ConditionalPrior | undefined;
  /**
   * How rows become data, mask, covariates and the encoder's input: `layoutRows(layout)`, `maskedRows(P)` or your own;
   * left out: rows are the data.
   */
  readonly rows?: RowReading | undefined;
  /** Covariates that encoder, decoder and a conditional prior take behind their own input; left out: none. */
  readonly condition?: Condition | undefined;
  /** Encoder and likelihood see (x − mean)/scale; the model's densities, means and draws stay those of x. */
  readonly standardisation?: Standardisation | undefined;
}

/**
 * Puts a VAE together: p(x, z) = p(z)·p(x|z), p(x|z) = likelihood at decoder(z), q(z|x) = posterior at encoder(x).
 *
 * With a condition y all of them are given y: p(x, z|y) = p(z|y)·p(x|z, y), and bounds are bounds on log p(x|y).
 *
 * With a mask m the likelihood is log p(x_observed|z) = Σ m_i·log p(x_i|z), exactly: it is a product over variables.
 * @throws ExpectationError for a standardisation that cannot be used
 * @see Kingma & Welling 2014, arXiv:1312.6114; Rezende & Mohamed 2015, arXiv:1505.05770, section 4.2
 */
export function vae<Q extends Samplable>(parts: VaeParts<Q>): Vae<Q> {
  return assembled(parts, {
    units: parts.standardisation && standardiser(parts.standardisation),
    condition: parts.condition && conditioner(parts.condition),
  });
}

/** Parts with variables of their own. */
interface Units {
  readonly units: Standardiser | undefined;
  readonly condition: Conditioner | undefined;
}

function assembled<Q extends Samplable>(parts: VaeParts<Q>, inUnits: Units): Vae<Q> {
  const { encoder, posterior, decoder, likelihood, latent, rows: reading = plainRows } = parts;
  const { units, condition } = inUnits;
  const beside = (input: Tensor2D, named: Named | undefined) =>
    condition ? besideCondition(input, condition.of(named)) : input;
  const { prior, priorAt, variables: ofPrior } = priorOf(parts.prior, latent, condition);
  const read = (rows: Tensor2D) => standardisedRows(reading.observed(rows), units);
  const encoded = (observed: Observed, pass?: NetworkPass) =>
    encoder.apply(beside(reading.encoderInput(seenBy(likelihood, observed)), observed.named), pass);
  const features = (rows: Tensor2D) => encoded(read(rows));
  const infer = (rows: Tensor2D) => posterior.at(features(rows));
  const decode = (z: Tensor2D, named?: Named, pass?: NetworkPass) => decoder.apply(beside(z, named), pass);
  const inside = (z: Tensor2D, named?: Named, pass?: NetworkPass) =>
    likelihood.at(decode(z, named, pass), rowsOfNamed(named, z.shape[0]));
  const observe = (z: Tensor2D, named?: Named) => (units ? units.inDataUnits(inside(z, named)) : inside(z, named));
  const dropout = { datum: encoder.noiseWidth ?? 0, draw: decoder.noiseWidth ?? 0 };
  const namedOf = (observed: Observed) => withDerived(likelihood, observed);
  return {
    variables: underPrefixes({
      encoder: encoder.variables,
      posterior: posterior.variables,
      decoder: decoder.variables,
      prior: ofPrior,
      likelihood: likelihood.variables,
      data: units?.variables ?? {},
      condition: condition?.variables ?? {},
    }),
    latent,
    prior,
    priorAt,
    noise: posterior.noise,
    ...(dropout.datum + dropout.draw > 0 ? { dropout } : {}),
    features,
    infer,
    decode: (z, named) => decode(z, named),
    observe,
    sample: (noise, named) => observe(priorAt(named).sampleAndLogProb(noise).z, named).mean(),
    reconstruct(rows, noise) {
      const observed = read(rows);
      return observe(posterior.at(encoded(observed)).sampleAndLogProb(noise).z, namedOf(observed)).mean();
    },
    at(rows, pass) {
      const observed = read(rows);
      const score = observedLogProb(observed, units);
      const passes = pass && passesOf(pass, dropout);
      const named = namedOf(observed);
      return {
        prior: priorAt(named),
        posterior: posterior.at(encoded(observed, passes?.encoder)),
        likelihood: (z) => score(inside(z, named, passes?.decoder(z)), z.shape[0]),
        observe: (z) => observe(z, named),
      };
    },
    ...settling(parts, inUnits),
  };
}

/** The passes of both networks; the decoder's numbers are those of its rows, draws · B, data point by data point. */
function passesOf({ isTraining, noise }: NetworkPass, { datum, draw }: DropoutWidths) {
  const columns = (from: number, width: number) => (noise ? tf.slice(noise, [0, from], [-1, width]) : undefined);
  return {
    encoder: { isTraining, noise: datum > 0 ? columns(0, datum) : undefined },
    decoder(z: Tensor2D): NetworkPass {
      if (draw === 0 || !noise) return { isTraining };
      const draws = z.shape[0] / noise.shape[0];
      const width = draws * draw;
      if (!Number.isInteger(draws) || datum + width > noise.shape[1]) {
        throw new ExpectationError({
          where: 'vae: dropout',
          expected: `noise of ${datum} + ${draws} x ${draw} numbers for each data point`,
          received: `${noise.shape[1]}`,
        });
      }
      return { isTraining, noise: tf.reshape(columns(datum, width)!, [-1, draw]) };
    },
  };
}

/** The ability to settle, of a model whose prior has it. */
function settling<Q extends Samplable>(parts: VaeParts<Q>, inUnits: Units): Pick<Vae<Q>, 'settled'> {
  const { prior } = parts;
  if (!prior || 'at' in prior || !prior.settled) return {};
  return { settled: () => assembled({ ...parts, prior: prior.settled!() }, inUnits) };
}

/** The prior without and with covariates. */
function priorOf(given: Prior | ConditionalPrior | undefined, latent: number, condition: Conditioner | undefined) {
  if (given && 'at' in given) {
    const at = (named?: Named) => given.at((condition ?? refuseUnconditional()).of(named));
    return { prior: withoutCondition(given), priorAt: at, variables: given.variables };
  }
  const prior = given?.distribution ?? standardNormal(latent);
  return { prior, priorAt: () => prior, variables: given?.variables ?? {} };
}

function refuseUnconditional(): never {
  throw new ExpectationError({
    where: 'vae: prior',
    expected: 'a condition beside a conditional prior',
    received: 'none',
    remedy: 'pass `condition`, the covariates that the prior depends on',
  });
}

/** In place of p(z) where only p(z|y) exists. */
function withoutCondition({ noise }: ConditionalPrior): Samplable & Scorable {
  const refuse = (): never => {
    throw new ExpectationError({
      where: 'vae.prior',
      expected: 'a condition, for the prior depends on it',
      received: 'none',
      remedy: 'take priorAt({ … }) or at(rows).prior',
    });
  };
  return { noise, sampleAndLogProb: refuse, logProb: refuse, detached: refuse };
}

/** Data as the encoder sees them: counts as log(1 + x), so that large ones do not rule it. */
const seenBy = ({ encoderView }: ObservationModel, observed: Observed): Observed =>
  encoderView ? { ...observed, x: encoderView(observed.x) } : observed;

/** Covariates with a row for each of `rows`, which a single row or n groups of rows stand for. */
const rowsOfNamed = (named: Named | undefined, rows: number): Named | undefined =>
  named && Object.fromEntries(Object.entries(named).map(([name, value]) => [name, rowsFor(name, value, rows)]));

/** The covariates of rows; those of the data come before those that the likelihood computes. */
const withDerived = ({ derived }: ObservationModel, observed: Observed): Named | undefined =>
  derived ? { ...derived(observed), ...observed.named } : observed.named;

/** Observed values in the model's units, and 0 for missing ones, so that any number may stand for them. */
function standardisedRows({ x, mask, named }: Observed, units: Standardiser | undefined): Observed {
  const inside = units ? units.standardise(x) : x;
  return mask ? { x: zeroWhereMissing(inside, mask), mask, named } : { x: inside, named };
}
