// Choices that a seed decides.
import { drawUniform, fold, key } from '@flowvae/random';

/** Enough for the longest program. */
const ROLLS = 4096;

/** Draws in a fixed order; the same seed gives the same choices on every machine. */
export class Dice {
  readonly #rolls: Float32Array;
  #at = 0;

  constructor(seed: number) {
    this.#rolls = drawUniform(fold(key(seed), 'program'), ROLLS);
  }

  /** A number in [0, 1). */
  next(): number {
    const roll = this.#rolls[this.#at++];
    if (roll === undefined) throw new Error('a program takes more choices than there are');
    return roll;
  }

  /** A whole number in [from, to]. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  one<T>(list: readonly T[]): T {
    return list[this.whole(0, list.length - 1)]!;
  }

  /** The list in another order. */
  shuffled<T>(list: readonly T[]): T[] {
    const rest = [...list];
    return list.map(() => rest.splice(this.whole(0, rest.length - 1), 1)[0]!);
  }
}
