// The record of chains: transitions come one by one for all chains, draws go out chain by chain.
import type { Transition } from './chain-transitions.ts';

/** Draws of chains. */
export interface ChainDraws {
  readonly chains: number;
  /** Draws of each chain; fewer than wanted after a signal. */
  readonly draws: number;
  readonly dim: number;
  /** [chains, draws, D], row-major. */
  readonly values: Float32Array;
  /** Acceptance probability of the transition to each draw, [chains, draws]. */
  readonly acceptance: Float32Array;
  /** 1 where the energy error of the transition was above 1000 nats or not a number, [chains, draws]. */
  readonly diverging: Uint8Array;
}

/** Energy error above which the dynamics have gone astray. @see Stan Reference Manual, "Divergent transitions" */
const ASTRAY = 1000;

/** Collects the draws of all chains. */
export class ChainRecord {
  readonly #chains: number;
  readonly #dim: number;
  /** By transition: [draws, chains, …]. */
  readonly #values: Float32Array;
  readonly #acceptance: Float32Array;
  readonly #diverging: Uint8Array;
  #done = 0;

  constructor({ chains, draws, dim }: Pick<ChainDraws, 'chains' | 'draws' | 'dim'>) {
    this.#chains = chains;
    this.#dim = dim;
    this.#values = new Float32Array(draws * chains * dim);
    this.#acceptance = new Float32Array(draws * chains);
    this.#diverging = new Uint8Array(draws * chains);
  }

  /** Adds the next draw of every chain. */
  add({ z, acceptance, energyError }: Transition): void {
    const at = this.#done++ * this.#chains;
    this.#values.set(z, at * this.#dim);
    this.#acceptance.set(acceptance, at);
    for (const [c, error] of energyError.entries()) this.#diverging[at + c] = Number(!(error <= ASTRAY));
  }

  /** The draws so far. */
  draws(): ChainDraws {
    const [chains, draws, dim] = [this.#chains, this.#done, this.#dim];
    const values = new Float32Array(chains * draws * dim);
    const acceptance = new Float32Array(chains * draws);
    const diverging = new Uint8Array(chains * draws);
    for (let i = 0; i < draws; i++) {
      for (let c = 0; c < chains; c++) {
        const [from, to] = [i * chains + c, c * draws + i];
        values.set(this.#values.subarray(from * dim, (from + 1) * dim), to * dim);
        acceptance[to] = this.#acceptance[from]!;
        diverging[to] = this.#diverging[from]!;
      }
    }
    return { chains, draws, dim, values, acceptance, diverging };
  }
}
