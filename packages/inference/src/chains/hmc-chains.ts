// Many chains of Hamiltonian Monte Carlo side by side, adapted together and judged.
import type { Key } from '@flowvae/random';
import { checkCount, ExpectationError } from '@flowvae/tensor';
import { type ColumnSummary, columnSummaries } from '../diagnostics/column-summary.ts';
import { type ChainDraws, ChainRecord } from './chain-record.ts';
import { ChainTransitions, type TransitionOptions } from './chain-transitions.ts';
import { WarmUp } from './warm-up.ts';

/** Settings of chains that do not depend on the density. */
export interface ChainSettings extends Pick<TransitionOptions, 'engine' | 'threads' | 'variables'> {
  readonly key: Key;
  /** Transitions that adapt step size and scales, and are not kept. Default 500. */
  readonly warmUp?: number;
  /** Transitions that are kept, for each chain. Default 500. */
  readonly draws?: number;
  /** Leapfrog steps of a transition. Default 10. */
  readonly leapfrogSteps?: number;
  /**
   * Acceptance that the warm-up aims at, in (0, 1): a higher one makes smaller steps, against divergences. Default 0.8,
   * near the least cost of an independent draw.
   */
  readonly targetAcceptance?: number;
  /** Called after each transition with the finished share of the work, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
  /** Ends at once; the draws so far are kept. */
  readonly signal?: AbortSignal;
}

/** Options of {@link hmcChains}. */
export interface HmcChainsOptions extends ChainSettings, Pick<TransitionOptions, 'logDensity' | 'dim'> {
  /** The first positions, [chains, D], row-major: widely spread, so that R̂ can tell whether the chains forgot them. */
  readonly start: Float32Array;
}

/** Draws of chains and their quality. */
export interface HmcChains extends ChainDraws {
  /** Sum of `diverging`: many say that narrow regions were not explored; raise `targetAcceptance`. */
  readonly divergences: number;
  /** Mean of `acceptance`. */
  readonly acceptanceRate: number;
  /** ε of the draws, for coordinates over their scales; a chain's transition takes 0.4 to 1 of it, at random. */
  readonly stepSize: number;
  /** Scale of each coordinate by the warm-up. */
  readonly scales: Float32Array;
  /** R̂, effective sample sizes and moments of each column, [D]. */
  readonly columns: readonly ColumnSummary[];
}

/**
 * Draws from a density by Hamiltonian Monte Carlo, with all chains as rows of one compiled graph.
 *
 * The warm-up finds one step size for all chains by dual averaging towards the wanted acceptance, and the scale of each
 * coordinate; then both are fixed, so that the draws leave the density invariant. The result depends on the key, not on
 * `threads`.
 * @throws ExpectationError for start rows that do not fit or have no finite log density, and for counts below 1; a
 * warm-up may be 0
 * @see Neal 2011, arXiv:1206.1901; Hoffman & Gelman 2014, arXiv:1111.4246, section 3.2
 */
export async function hmcChains(options: HmcChainsOptions): Promise<HmcChains> {
  const { start, dim, key, warmUp = 500, draws = 500, leapfrogSteps = 10, targetAcceptance = 0.8 } = options;
  const { onProgress, signal } = options;
  const chains = chainsOf(start, dim);
  checkCounts({ draws, leapfrogSteps, ...(warmUp === 0 ? {} : { warmUp }) });
  checkAcceptance(targetAcceptance);
  const transitions = await ChainTransitions.open({ ...options, chains, leapfrogSteps });
  const adaptation = new WarmUp({ transitions: warmUp, dim, acceptance: targetAcceptance });
  const record = new ChainRecord({ chains, draws, dim });
  try {
    refuseStart(await transitions.logDensities(start));
    let scaled = start;
    for (let index = 0; index < warmUp + draws && !signal?.aborted; index++) {
      const isWarmUp = index < warmUp;
      const stepSize = isWarmUp ? adaptation.stepSize : adaptation.settledStepSize;
      const moved = await transitions.move(scaled, { scales: adaptation.scales, stepSize, key, index });
      scaled = moved.scaled;
      if (!isWarmUp) record.add(moved);
      else if (adaptation.observe(moved.z, moved.acceptance)) scaled = rescaled(moved.z, adaptation.scales);
      onProgress?.((index + 1) / (warmUp + draws));
    }
  } finally {
    await transitions.dispose();
  }
  return { ...judged(record.draws()), stepSize: adaptation.settledStepSize, scales: adaptation.scales };
}

/** Positions over scales. */
const rescaled = (z: Float32Array, scales: Float32Array) => z.map((value, i) => value / scales[i % scales.length]!);

function judged(draws: ChainDraws): Omit<HmcChains, 'stepSize' | 'scales'> {
  const { acceptance, diverging, values } = draws;
  return {
    ...draws,
    divergences: diverging.reduce((sum, value) => sum + value, 0),
    acceptanceRate: acceptance.reduce((sum, value) => sum + value, 0) / acceptance.length,
    columns: columnSummaries(values, draws),
  };
}

function chainsOf({ length }: Float32Array, dim: number): number {
  checkCount('hmcChains: dim', dim);
  if (length > 0 && length % dim === 0) return length / dim;
  const expected = `rows of ${dim} numbers, one for each chain`;
  throw new ExpectationError({ where: 'hmcChains: start', expected, received: `${length} numbers` });
}

function checkCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) checkCount(`hmcChains: ${name}`, count);
}

function checkAcceptance(acceptance: number): void {
  if (acceptance > 0 && acceptance < 1) return;
  const where = 'hmcChains: targetAcceptance';
  throw new ExpectationError({ where, expected: 'a number between 0 and 1', received: String(acceptance) });
}

function refuseStart(logDensities: Float32Array): void {
  const chain = logDensities.findIndex((value) => !Number.isFinite(value));
  if (chain < 0) return;
  throw new ExpectationError({
    where: `hmcChains: start: row ${chain}`,
    expected: 'a point with a finite log density',
    received: String(logDensities[chain]),
    remedy: 'start where the density is above 0, and check that it computes no NaN there',
  });
}
