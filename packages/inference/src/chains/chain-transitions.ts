// Transitions of many chains at once, compiled: chains are rows, and rows run in groups on all threads.
import type { Arrays, InputShapes, Traceable } from '@flowvae/compiler';
import { type HmcInputs, hmcTransition, type LogDensity } from '@flowvae/objectives';
import { drawNormal, drawUniform, fold, type Key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { type FunctionRunner, functionRunner, type RunnerOptions, turnRunner } from '@flowvae/training';

/** Rows in one run of the graph: enough for efficient products, few enough for all threads. */
const ROWS = 32;

/**
 * Share by which a chain's step is shortened at most, at random: with paths of 0.4 to 1 of the full length no period of
 * the dynamics fits all of them. Paths of one length would return to their start in some coordinate.
 *
 * @see Neal 2011, arXiv:1206.1901, section 3.2; Mackenzie 1989, Physics Letters B 226
 */
const SHORTENING = 0.6;

/** A density and how to move under it. */
export interface TransitionOptions extends RunnerOptions {
  readonly logDensity: LogDensity;
  readonly dim: number;
  readonly chains: number;
  readonly leapfrogSteps: number;
}

/** The result of a transition of all chains. */
export interface Transition {
  /** Positions over scales, [chains, D]: the state of the next transition. */
  readonly scaled: Float32Array;
  /** Positions, [chains, D]. */
  readonly z: Float32Array;
  /** [chains] */
  readonly acceptance: Float32Array;
  /** [chains], nats. */
  readonly energyError: Float32Array;
}

/** The settings of a transition; its random numbers depend on key and index only. */
export interface TransitionSettings {
  readonly scales: Float32Array;
  readonly stepSize: number;
  readonly key: Key;
  /** The number of the transition. */
  readonly index: number;
}

/**
 * Runs transitions; dispose of it.
 *
 * A group of chains runs on one thread, so that the result does not depend on their number.
 */
export class ChainTransitions {
  readonly #dim: number;
  readonly #group: number;
  readonly #density: FunctionRunner;
  readonly #move: FunctionRunner;

  private constructor(dim: number, density: FunctionRunner, move: FunctionRunner) {
    this.#dim = dim;
    this.#density = density;
    this.#move = move;
    this.#group = move.rowsWithin(ROWS, (rows) => moveShapes(rows, dim));
  }

  static async open({ logDensity, dim, chains, leapfrogSteps, threads = 1, ...rest }: TransitionOptions) {
    const density: Traceable = ({ z }) => ({ logDensity: logDensity(z as Tensor2D) });
    const move = moveOf(logDensity, leapfrogSteps);
    // threads of their own cost a message for each run, so they serve several groups only
    const moveRunner =
      threads > 1 && chains > ROWS ? functionRunner(move, { ...rest, threads }) : turnRunner(move, rest);
    return new ChainTransitions(dim, await turnRunner(density, rest), await moveRunner);
  }

  /** log p̃ of rows [n, D], [n], nats. */
  async logDensities(rows: Float32Array): Promise<Float32Array> {
    const dim = this.#dim;
    const parts = await this.#inGroups(rows.length / dim, (first, end) =>
      this.#density.run({ z: rows.slice(first * dim, end * dim) }, { z: [end - first, dim] }),
    );
    return joined(parts, 'logDensity');
  }

  /** One transition of all chains from their positions over scales, [chains, D]. */
  async move(scaled: Float32Array, { scales, stepSize, key, index }: TransitionSettings): Promise<Transition> {
    const dim = this.#dim;
    const chains = scaled.length / dim;
    const momentum = drawNormal(fold(key, 'momentum', index), chains * dim);
    const uniforms = drawUniform(fold(key, 'uniform', index), 2 * chains);
    const sizes = uniforms.subarray(chains).map((u) => stepSize * (1 - SHORTENING * u));
    const parts = await this.#inGroups(chains, (first, end) => {
      const arrays = {
        scaled: scaled.slice(first * dim, end * dim),
        momentum: momentum.slice(first * dim, end * dim),
        uniform: uniforms.slice(first, end),
        stepSize: sizes.slice(first, end),
        scales,
      };
      return this.#move.run(arrays, moveShapes(end - first, dim));
    });
    return {
      scaled: joined(parts, 'scaled'),
      z: joined(parts, 'z'),
      acceptance: joined(parts, 'acceptance'),
      energyError: joined(parts, 'energyError'),
    };
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#density.dispose(), this.#move.dispose()]);
  }

  /** Runs groups of rows side by side. */
  #inGroups(rows: number, start: (first: number, end: number) => Promise<Arrays>): Promise<Arrays[]> {
    const runs: Promise<Arrays>[] = [];
    for (let first = 0; first < rows; first += this.#group) {
      runs.push(start(first, Math.min(first + this.#group, rows)));
    }
    return Promise.all(runs);
  }
}

/** A transition of z/scale with unit mass. */
const moveOf =
  (logDensity: LogDensity, leapfrogSteps: number): Traceable =>
  ({ scaled, scales, ...inputs }) => {
    const unscaled = (y: Tensor2D): Tensor2D => tf.mul(y, scales!);
    const given = { ...inputs, z: scaled } as unknown as HmcInputs;
    const { z: moved, ...rest } = hmcTransition((y) => logDensity(unscaled(y)), given, leapfrogSteps);
    return { scaled: moved, z: unscaled(moved), ...rest };
  };

const moveShapes = (rows: number, dim: number): InputShapes => ({
  scaled: [rows, dim],
  momentum: [rows, dim],
  uniform: [rows],
  stepSize: [rows],
  scales: [1, dim],
});

function joined(parts: readonly Arrays[], name: string): Float32Array {
  const arrays = parts.map((part) => part[name] as Float32Array);
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}
