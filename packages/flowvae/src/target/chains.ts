// Chains of Hamiltonian Monte Carlo that refine the draws of a run, and their files.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tabulate } from '@flowvae/evaluation';
import {
  type ColumnSummary,
  chainStatistics,
  drawsCsv,
  type HmcChains,
  namedDraws,
  refine,
  summariseDraws,
  type Target,
  zarrFolder,
} from '@flowvae/inference';
import { fold, key } from '@flowvae/random';
import { ProgressLine, type ProgressStream, writeFileAtomically } from '@flowvae/runs';
import { dataPoints } from '@flowvae/tensor';
import type { CheckedTarget } from './checked-target.ts';
import type { Fits } from './restarts.ts';

/** The chains' part of a report. */
export interface ChainsReport {
  readonly chains: number;
  /** Draws of each chain. */
  readonly draws: number;
  /** Transitions whose energy went astray; many of them mean that chains miss parts of the target. */
  readonly divergences: number;
  readonly acceptanceRate: number;
  readonly stepSize: number;
  /** Moments, their errors, R̂ and effective sample sizes by column. */
  readonly columns: Readonly<Record<string, ColumnSummary>>;
}

/** The watchers of chains. */
interface ChainsOptions {
  readonly progress: ProgressStream;
  readonly signal?: AbortSignal | undefined;
}

/** Chains with their draws in the units of the target's columns. */
interface RefinedDraws {
  readonly found: HmcChains;
  readonly named: ReturnType<typeof namedDraws>;
}

/**
 * Draws by chains on the noise of the kept guide, as settings `chains` and `chainDraws` ask; undefined where they ask
 * for none, or the signal stopped them.
 */
export async function refinedDraws(
  { target, config }: CheckedTarget,
  { guide }: Fits,
  { progress, signal }: ChainsOptions,
): Promise<RefinedDraws | undefined> {
  const { chains, chainDraws, seed, engine, threads } = config;
  if (chains === 0) return undefined;
  const line = new ProgressLine(progress);
  const running = { engine, threads, variables: guide.variables };
  try {
    const found = await refine({
      ...running,
      logDensity: target.logDensity,
      distribution: guide.distribution,
      chains,
      warmUp: chainDraws,
      draws: chainDraws,
      leapfrogSteps: LEAPFROG_STEPS,
      key: fold(key(seed), 'chains'),
      onProgress: (share) => line.show(`chains ${Math.round(100 * share)} %`),
      ...(signal ? { signal } : {}),
    });
    if (signal?.aborted) return undefined;
    const values = await inUnits(target, found, running);
    const shape = { chains: found.chains, draws: found.draws, dim: target.columns.length, values };
    return { found, named: namedDraws(shape, target.shapes) };
  } finally {
    line.end();
  }
}

/** In the noise of a guide short paths are enough. */
const LEAPFROG_STEPS = 5;

async function inUnits(
  { values, dim }: Target,
  { values: points }: HmcChains,
  running: Parameters<typeof tabulate>[2],
): Promise<Float32Array> {
  const table = await tabulate((z) => ({ values: values(z) }), dataPoints(points, dim), running);
  return table.values!;
}

/** The chains' part of the report. */
export function chainsReport({ found, named }: RefinedDraws): ChainsReport {
  const { chains, draws, divergences, acceptanceRate, stepSize } = found;
  const columns = Object.fromEntries(summariseDraws(named).map(({ name, ...summary }) => [name, summary]));
  return { chains, draws, divergences, acceptanceRate, stepSize, columns };
}

/**
 * Writes chains.csv, and chains.zarr, a folder that ArviZ opens; each complete or not at all. Without chains removes
 * those of an earlier command: they would be no part of the report.
 *
 * @returns their paths
 */
export function writeChains(folder: string, refined: RefinedDraws | undefined): readonly string[] {
  const csv = join(folder, 'chains.csv');
  const zarr = join(folder, 'chains.zarr');
  if (!refined) {
    for (const path of [csv, zarr]) rmSync(path, { recursive: true, force: true });
    return [];
  }
  const { found, named } = refined;
  writeFileAtomically(csv, drawsCsv(named));
  const partial = `${zarr}.partial`;
  rmSync(partial, { recursive: true, force: true });
  for (const [path, bytes] of zarrFolder({ posterior: named, sample_stats: chainStatistics(found) })) {
    mkdirSync(dirname(join(partial, path)), { recursive: true });
    writeFileSync(join(partial, path), bytes);
  }
  rmSync(zarr, { recursive: true, force: true });
  renameSync(partial, zarr);
  return [csv, zarr];
}
