// Annealed importance sampling of log p(x): forward, and in reverse if the latents of the data are known.
import type { Noise } from '@flowvae/distributions';
import { type AnnealingPath, annealedStart } from '@flowvae/objectives';
import { fold } from '@flowvae/random';
import { ExpectationError, type Tensor2D, tf } from '@flowvae/tensor';
import type { DataPoints, PointwiseOptions } from '@flowvae/training';
import { functionsRunner, inOrder, NonFiniteError } from '@flowvae/training';
import {
  type AnnealingRunner,
  annealChains,
  annealingFunctions,
  type ChainOptions,
  type ChainResult,
  type ChainRows,
  forwardStart,
  givenStart,
  moveShapes,
} from './chains.ts';
import { type AnnealedEstimate, type AnnealedImportance, AnnealedSummary, pointEstimates } from './estimates.ts';
import { PilotStepSizes, type StepSizes } from './step-sizes.ts';

/** Options of {@link annealedImportance}. */
export interface AnnealedImportanceOptions extends PointwiseOptions<AnnealedEstimate> {
  /** The path at data x [B, P], such as `fromPrior(model.at(x))`. */
  readonly pathAt: (x: Tensor2D) => AnnealingPath;
  /** The noise for a draw from the path's initial density. */
  readonly noise: Noise;
  /** The exact latents of simulated data, in the same order; reverse chains start there. */
  readonly latents?: DataPoints;
  /** β from 0 to 1, rising, such as `sigmoidTemperatures(1000)`. */
  readonly temperatures: readonly number[];
  /** Independent chains for each data point. Default 16. */
  readonly chains?: number;
  /** Leapfrog steps in a transition. Default 10. */
  readonly leapfrogSteps?: number;
  /** Called after each transition of a group with the finished share of the work, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
  /** Ends at once; data points that are not complete are left out. */
  readonly signal?: AbortSignal;
}

/** Options with their defaults. */
type Settled = AnnealedImportanceOptions & { readonly chains: number; readonly leapfrogSteps: number };

/** Rows in one run of a graph: enough for efficient products, few enough for all threads. */
const ROWS = 64;

/** Chains of a data point that find its step sizes. */
const PILOT_CHAINS = 4;

/**
 * Annealed importance sampling with HMC transitions: log p̂(x) = log (1/C) Σ w_c, w = Π (f_{β_t}/f_{β_{t−1}})(z_{t−1}),
 * E[p̂(x)] = p(x).
 *
 * Step sizes come from pilot chains with random numbers of their own, one for each data point and temperature. On data
 * that were simulated from the model, `latents` holds exact draws from p(z|x): chains from them back to β = 0 estimate
 * 1/p(x) without bias, so that log p(x) lies between the two in expectation (bidirectional Monte Carlo).
 * @throws ExpectationError for temperatures, chains or latents that do not fit; NonFiniteError where a weight is not a
 * number
 * @see Neal 2001, arXiv:physics/9803008; Grosse et al. 2015, arXiv:1511.02543; Wu et al. 2017, arXiv:1611.04273
 */
export async function annealedImportance(given: AnnealedImportanceOptions): Promise<AnnealedImportance> {
  const { chains = 16, leapfrogSteps = 10, temperatures, onEstimate, latents } = given;
  const options: Settled = { ...given, chains, leapfrogSteps };
  checkOptions(options);
  const runner = await functionsRunner(annealingFunctions(options.pathAt, leapfrogSteps), options);
  const onMove = progressOf(options);
  const summary = new AnnealedSummary();
  try {
    const start = (group: Group) => annealGroup(options, runner, group, onMove);
    const groups = groupsOf(options, rowsOfRun(options, runner));
    for await (const [{ first }, estimates] of inOrder(groups, runner.width, start)) {
      if (!estimates) break;
      for (const [i, estimate] of estimates.entries()) {
        refuseNonFinite(estimate, first + i);
        onEstimate?.(first + i, estimate);
        summary.add(estimate);
      }
    }
  } finally {
    await runner.dispose();
  }
  return { chains, temperatures: temperatures.length - 1, ...summary.means(latents !== undefined) };
}

function checkOptions({ temperatures, chains, leapfrogSteps, data, latents }: Settled): void {
  const expect = (holds: boolean, name: string, expected: string, received: unknown) => {
    if (!holds)
      throw new ExpectationError({ where: `annealedImportance: ${name}`, expected, received: String(received) });
  };
  const rises = temperatures.every((beta, t) => (t === 0 ? beta === 0 : beta > temperatures[t - 1]!));
  const isPath = rises && temperatures.at(-1) === 1;
  expect(isPath, 'temperatures', 'numbers that rise from 0 to 1', `[${temperatures.slice(0, 8).join(', ')}]`);
  for (const [name, value] of Object.entries({ chains, leapfrogSteps })) {
    expect(Number.isInteger(value) && value >= 1, name, 'a whole number from 1 on', value);
  }
  const wanted = `${data.count} rows, one for each data point`;
  expect(latents === undefined || latents.count === data.count, 'latents', wanted, `${latents?.count} rows`);
}

/** Data points whose chains are run together. */
interface Group {
  readonly index: number;
  readonly first: number;
  readonly points: number;
}

/**
 * Rows of one run: fewer than {@link ROWS} where they would take too much memory. The draws of a data point depend on
 * its group.
 */
function rowsOfRun({ pathAt, data, noise }: AnnealedImportanceOptions, runner: AnnealingRunner): number {
  const dim = tf.tidy(() => annealedStart(pathAt(tf.zeros([1, data.width])), tf.zeros([1, noise.width])).z.shape[1]);
  return runner.rowsWithin('move', ROWS, (rows) => moveShapes(rows, data.width, dim));
}

function* groupsOf({ data, chains }: Settled, rows: number): Generator<Group> {
  const size = Math.max(1, Math.floor(rows / chains));
  for (let first = 0, index = 0; first < data.count; first += size, index++) {
    yield { index, first, points: Math.min(size, data.count - first) };
  }
}

const pilotChains = (chains: number) => Math.min(chains, PILOT_CHAINS);

/** Counts transitions of rows. */
function progressOf({ data, chains, temperatures, latents, onProgress }: Settled) {
  const passes = pilotChains(chains) + chains * (latents ? 2 : 1);
  const total = data.count * passes * (temperatures.length - 2);
  let done = 0;
  return (rows: number) => {
    done += rows;
    onProgress?.(done / total);
  };
}

/** Pilot, forward and reverse chains of a group; undefined where the signal ended them. */
async function annealGroup(
  options: Settled,
  runner: AnnealingRunner,
  group: Group,
  onMove: (rows: number) => void,
): Promise<AnnealedEstimate[] | undefined> {
  const { chains, latents, noise } = options;
  const pilot = new PilotStepSizes(group.points, initialStepSize(noise.width));
  const run = (direction: Direction, count: number, stepSizes: StepSizes) =>
    annealPass(options, { runner, group, onMove, direction, chains: count, stepSizes });
  if (!(await run('pilot', pilotChains(chains), pilot))) return undefined;
  const forward = await run('forward', chains, pilot.fixed());
  const reverse = latents && (await run('reverse', chains, pilot.fixed()));
  return forward && (reverse || !latents) ? pointEstimates(forward, chains, reverse) : undefined;
}

type Direction = 'pilot' | 'forward' | 'reverse';

/** One pass of a group's chains through the temperatures. */
interface AnnealingPass extends Pick<ChainOptions, 'runner' | 'stepSizes'> {
  readonly group: Group;
  readonly direction: Direction;
  readonly chains: number;
  readonly onMove: (rows: number) => void;
}

async function annealPass(
  { data, latents, temperatures, noise, key, signal }: AnnealedImportanceOptions,
  { runner, group, direction, chains, stepSizes, onMove }: AnnealingPass,
): Promise<ChainResult | undefined> {
  const rows = chainRows(data, group, chains);
  const isReverse = direction === 'reverse';
  const betas = temperatures.map(Math.fround);
  const passKey = fold(key, direction, group.index);
  const start = isReverse
    ? givenStart(runner, rows, chainRows(latents!, group, chains).x)
    : forwardStart(runner, rows, noise, fold(passKey, 'start'));
  return annealChains(
    {
      runner,
      stepSizes,
      signal,
      temperatures: isReverse ? betas.toReversed() : betas,
      key: passKey,
      onMove: () => onMove(rows.points * chains),
    },
    rows,
    await start,
  );
}

/** Acceptance falls with ε⁴·D. @see Neal 2011, arXiv:1206.1901, section 4.4 */
export const initialStepSize = (dim: number) => 0.5 * dim ** -0.25;

/** Each data point of a group as many times as it has chains. */
function chainRows(data: DataPoints, { first, points }: Group, chains: number): ChainRows {
  const { width } = data;
  const x = new Float32Array(points * chains * width);
  for (let i = 0; i < points * chains; i++) x.set(data.row(first + Math.floor(i / chains)), i * width);
  return { x, width, points, chains };
}

function refuseNonFinite({ forward, reverse = forward }: AnnealedEstimate, index: number): void {
  const broken = [forward, reverse].find(({ logEvidence }) => Number.isNaN(logEvidence));
  if (!broken) return;
  throw new NonFiniteError({
    where: `annealedImportance: data point ${index}`,
    expected: 'a finite estimate of log p(x)',
    received: String(broken.logEvidence),
    remedy: 'the model is broken: train it again with a lower learning rate',
  });
}
