// Refinement of a fitted distribution: HMC in the coordinates of its noise, where a good fit makes the target normal.
import type { Samplable } from '@flowvae/distributions';
import { type TabulateOptions, tabulate } from '@flowvae/evaluation';
import type { LogDensity } from '@flowvae/objectives';
import { drawNormal, fold } from '@flowvae/random';
import { checkCount, dataPoints, tf } from '@flowvae/tensor';
import { columnSummaries } from '../diagnostics/column-summary.ts';
import { importanceResample } from '../diagnostics/importance-resampling.ts';
import { smoothedLogWeights } from '../diagnostics/pareto-smoothing.ts';
import { type ChainSettings, type HmcChains, hmcChains } from './hmc-chains.ts';
import { drawAt, logWeightAt, pullBack } from './pull-back.ts';

/** Options of {@link refine}. */
export interface RefineOptions extends ChainSettings {
  /** log p̃(z): [B, D] → [B], nats; need not be normalised. */
  readonly logDensity: LogDensity;
  /** The fitted distribution q: a push-forward, or any other whose draws are a function of its noise. */
  readonly distribution: Samplable;
  /** Default 16. */
  readonly chains?: number;
}

/** Draws of q for each chain, of which the chain's start is chosen by importance. */
const CANDIDATES = 32;

/**
 * Draws from p̃ by HMC on the noise u of a fitted distribution q, z = f(u) (NeuTra).
 *
 * The chains leave the pull-back of p̃ invariant, log p̃(f(u)) + log|det ∂f/∂u|. If q is close to p, it is close to the
 * standard normal, without narrow or curved regions, and the chains mix fast. Every other q leaves p invariant too, but
 * where its tails are too thin for p, chains hardly get there; divergences tell of it. Start points are draws of q,
 * resampled by their importance weights.
 * @returns `values` and `columns` are of z; `stepSize` and `scales` of u
 * @throws ExpectationError if p̃ is above 0 at fewer draws of q than there are chains
 * @see Hoffman et al. 2019, arXiv:1903.03704; Parno & Marzouk 2018, arXiv:1412.5492
 */
export async function refine(options: RefineOptions): Promise<HmcChains> {
  const { logDensity, distribution, chains = 16, signal: _, ...running } = options;
  checkCount('refine: chains', chains);
  const key = options.key;
  const { width } = distribution.noise;
  const start = await startOf({ ...running, logDensity, distribution, chains });
  const found = await hmcChains({
    ...options,
    logDensity: pullBack(logDensity, distribution),
    dim: width,
    start,
    key: fold(key, 'chains'),
  });
  const values = await positions(distribution, found.values, running);
  return { ...found, dim: dimOf(distribution), values, columns: columnSummaries(values, found) };
}

/** One row of noise for each chain. */
async function startOf({ logDensity, distribution, chains, key, ...running }: Started): Promise<Float32Array> {
  const { width } = distribution.noise;
  const candidates = drawNormal(fold(key, 'start'), CANDIDATES * chains * width);
  const weights = await tabulate(
    (u) => ({ logWeight: logWeightAt(logDensity, distribution, u) }),
    dataPoints(candidates, width),
    running,
  );
  const logWeights = weights.logWeight!.map((value) => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value));
  const chosen = importanceResample(candidates, {
    logWeights: smoothedLogWeights(logWeights).logWeights,
    count: chains,
    key: fold(key, 'resampling'),
    replacement: false,
  });
  return chosen.draws;
}

type Started = Omit<RefineOptions, 'signal'> & { readonly chains: number };

/** f(u) of every row. */
async function positions(
  distribution: Samplable,
  noise: Float32Array,
  options: TabulateOptions,
): Promise<Float32Array> {
  if (noise.length === 0) return noise; // a signal came before the first draw
  const rows = dataPoints(noise, distribution.noise.width);
  const { z } = await tabulate((u) => ({ z: drawAt(distribution, u).z }), rows, options);
  return z!;
}

const dimOf = (distribution: Samplable): number =>
  tf.tidy(() => drawAt(distribution, tf.zeros([1, distribution.noise.width])).z.shape[1]);
