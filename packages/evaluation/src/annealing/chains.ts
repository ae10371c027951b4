// Chains of annealed importance sampling: many rows that go through the temperatures together, on plain arrays.
import type { Arrays, InputShapes, Traceable } from '@flowvae/compiler';
import { drawNoise, type Noise } from '@flowvae/distributions';
import { type AnnealedInputs, type AnnealingPath, annealedStart, annealedTransition } from '@flowvae/objectives';
import { drawNormal, drawUniform, fold, type Key } from '@flowvae/random';
import type { Tensor2D } from '@flowvae/tensor';
import type { FunctionsRunner } from '@flowvae/training';

import type { StepSizes } from './step-sizes.ts';

/** The compiled functions: a draw from f₀, the log-ratio at given positions, and one transition. */
export type AnnealingRunner = FunctionsRunner<'start' | 'ratio' | 'move'>;

/** The three functions of a path; temperature and step sizes are inputs, so that one graph serves every transition. */
export function annealingFunctions(
  pathAt: (x: Tensor2D) => AnnealingPath,
  leapfrogSteps: number,
): Readonly<Record<'start' | 'ratio' | 'move', Traceable>> {
  return {
    start: ({ x, noise }) => ({ ...annealedStart(pathAt(x as Tensor2D), noise as Tensor2D) }),
    ratio: ({ x, z }) => ({ logRatio: pathAt(x as Tensor2D).logRatio(z as Tensor2D) }),
    move: ({ x, ...inputs }) => ({
      ...annealedTransition(pathAt(x as Tensor2D), inputs as unknown as AnnealedInputs, leapfrogSteps),
    }),
  };
}

/** Rows that run together: for each data point, its `chains` one after the other. */
export interface ChainRows {
  /** [rows, P]; a data point's rows are the same */
  readonly x: Float32Array;
  readonly width: number;
  readonly points: number;
  readonly chains: number;
}

/** How chains are run. */
export interface ChainOptions {
  readonly runner: AnnealingRunner;
  /** β in the order in which they are visited: rising from 0 to 1, or falling for the reverse. */
  readonly temperatures: readonly number[];
  readonly stepSizes: StepSizes;
  readonly key: Key;
  /** Called after each transition. */
  readonly onMove: () => void;
  readonly signal?: AbortSignal | undefined;
}

/** Positions of rows and their log-ratios. */
export interface ChainState {
  /** [rows, D] */
  readonly z: Float32Array;
  /** [rows], nats */
  readonly logRatio: Float32Array;
}

/** The results of chains. */
export interface ChainResult {
  /** Σ (β' − β)·log r(z) over the visited temperatures, [rows], nats. */
  readonly logWeights: Float64Array;
  /** Mean over transitions of their acceptance probability, [rows]; NaN where there was none. */
  readonly acceptance: Float64Array;
}

const rowsOf = ({ points, chains }: ChainRows) => points * chains;

/** Draws the start positions of forward chains. */
export function forwardStart(
  runner: AnnealingRunner,
  rows: ChainRows,
  { kind, width }: Noise,
  key: Key,
): Promise<ChainState> {
  const count = rowsOf(rows);
  const noise = new Float32Array(count * width);
  drawNoise(kind, key, noise);
  return stateOf(runner.run('start', { x: rows.x, noise }, { x: [count, rows.width], noise: [count, width] }));
}

/** Takes given positions, [rows, D], as the start. */
export async function givenStart(runner: AnnealingRunner, rows: ChainRows, z: Float32Array): Promise<ChainState> {
  const count = rowsOf(rows);
  const shapes = { x: [count, rows.width], z: [count, z.length / count] };
  const { logRatio } = await runner.run('ratio', { x: rows.x, z }, shapes);
  return { z, logRatio: logRatio as Float32Array };
}

async function stateOf(run: Promise<Arrays>): Promise<ChainState> {
  const { z, logRatio } = await run;
  return { z: z as Float32Array, logRatio: logRatio as Float32Array };
}

/**
 * Takes chains through the temperatures. It updates the weight to a temperature *before* the transition that leaves the
 * density of this temperature invariant.
 *
 * @returns undefined after an abort by the signal
 * @see Neal 2001, arXiv:physics/9803008, eq. 3; Grosse et al. 2015, arXiv:1511.02543, section 3
 */
export async function annealChains(
  options: ChainOptions,
  rows: ChainRows,
  start: ChainState,
): Promise<ChainResult | undefined> {
  const { runner, temperatures, stepSizes, signal, onMove } = options;
  const count = rowsOf(rows);
  const logWeights = new Float64Array(count);
  const acceptance = new Float64Array(count);
  const moves = temperatures.length - 2;
  const inputs = chainInputs(options, rows, start.z.length / count);
  let state = start;
  for (let i = 0; ; i++) {
    const step = temperatures[i + 1]! - temperatures[i]!;
    for (let row = 0; row < count; row++) logWeights[row]! += step * state.logRatio[row]!;
    if (i === moves) break;
    if (signal?.aborted) return undefined;
    const { arrays, shapes } = inputs(state.z, temperatures[i + 1]!);
    const moved = await runner.run('move', arrays, shapes);
    state = { z: moved.z as Float32Array, logRatio: moved.logRatio as Float32Array };
    stepSizes.observe(temperatures[i + 1]!, moved.acceptance as Float32Array);
    for (let row = 0; row < count; row++) acceptance[row]! += moved.acceptance![row]! / moves;
    onMove();
  }
  return { logWeights, acceptance: moves > 0 ? acceptance : acceptance.fill(Number.NaN) };
}

/**
 * Spread of the step sizes, ±20 %, so that no period of the dynamics fits every transition. @see Neal 2011,
 * arXiv:1206.1901, section 3.3
 */
const JITTER = 0.2;

/** Shapes of a transition's inputs. */
export const moveShapes = (rows: number, width: number, dim: number): InputShapes => ({
  x: [rows, width],
  z: [rows, dim],
  momentum: [rows, dim],
  uniform: [rows],
  stepSize: [rows],
  temperature: [],
});

/** Draws a transition's inputs; the next transition uses the same arrays. */
function chainInputs({ key, stepSizes }: ChainOptions, rows: ChainRows, dim: number) {
  const count = rowsOf(rows);
  const momentum = new Float32Array(count * dim);
  const uniforms = new Float32Array(2 * count);
  const stepSize = new Float32Array(count);
  const shapes = moveShapes(count, rows.width, dim);
  let move = 0;
  return (z: Float32Array, temperature: number) => {
    drawNormal(fold(key, 'momentum', move), momentum);
    drawUniform(fold(key, 'uniform', move++), uniforms);
    const sizes = stepSizes.at(temperature);
    for (let row = 0; row < count; row++) {
      stepSize[row] = sizes[Math.floor(row / rows.chains)]! * (1 + JITTER * (2 * uniforms[count + row]! - 1));
    }
    const arrays: Arrays = {
      x: rows.x,
      z,
      momentum,
      uniform: uniforms.subarray(0, count),
      stepSize,
      temperature: Float32Array.of(temperature),
    };
    return { arrays, shapes };
  };
}
