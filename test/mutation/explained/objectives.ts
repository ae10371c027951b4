// Mutants of `objectives` that change no result, each with its reason.
import type { Explained } from './explained.ts';

export const objectives: readonly Explained[] = [
  {
    file: 'packages/objectives/src/annealed-importance.ts',
    before: 'const isStraight = Math.abs(steepness) < STRAIGHT;',
    after: ['const isStraight = Math.abs(steepness) <= STRAIGHT;'],
    reason: 'at a steepness of exactly 1e-6 both ways agree to more digits than float32 has',
  },
  {
    file: 'packages/objectives/src/closed-form.ts',
    before: 'if (logPrior === logPosterior) return divergence;',
    after: ['if (false) return divergence;'],
    reason: 'a shortcut: the entropy would be added 0 times',
  },
  {
    file: 'packages/objectives/src/draws.ts',
    before: 'draws === 1 ? x : tf.mean(tf.reshape(x, [-1, draws]), 1);',
    after: ['(tf.mean(tf.reshape(x, [-1, draws]), 1));', 'draws === 0 ? x : tf.mean(tf.reshape(x, [-1, draws]), 1);'],
    reason: 'a shortcut: a reshape to the same shape, a mean of one number',
  },
  {
    file: 'packages/objectives/src/draws.ts',
    before: 'return draws === 1 ? noise : tf.reshape(noise, [-1, width]);',
    after: ['return (tf.reshape(noise, [-1, width]));', 'return draws === 0 ? noise : tf.reshape(noise, [-1, width]);'],
    reason: 'a shortcut: a reshape to the same shape, a mean of one number',
  },
  {
    file: 'packages/objectives/src/generalised-pareto.ts',
    before: 'return Math.log(b === 0 ? 1 / meanOf(x) : -b / k) - k - 1;',
    after: [
      'return Math.log(b === 0 ? 1 / meanOf(x) : -b / k) - k;',
      'return Math.log(b === 0 ? 1 / meanOf(x) : -b / k) - k + 1;',
      'return Math.log(b === 0 ? 1 / meanOf(x) : -b / k) - k - 0;',
    ],
    reason: 'a constant in every log-likelihood cancels in their weights',
  },
  {
    file: 'packages/objectives/src/generalised-pareto.ts',
    before: 'return { shape, scale: mean === 0 ? meanOf(x) : -shape / mean };',
    after: [
      'return { shape, scale: (-shape / mean) };',
      'return { shape, scale: mean === 1 ? meanOf(x) : -shape / mean };',
    ],
    reason: 'a guard: the weighted mean of 30 numbers of both signs is exactly 0 for no data that we know',
  },
  {
    file: 'packages/objectives/src/importance-sampling.ts',
    before:
      'return this.#max === Number.NEGATIVE_INFINITY && !Number.isNaN(this.#scaledSum) ? this.#max : this.#max + Math.log(this.#scaledSum / this.#count);',
    after: ['return (this.#max + Math.log(this.#scaledSum / this.#count));'],
    reason: '−∞ + log 0 is −∞ as well',
  },
  {
    file: 'packages/objectives/src/importance-weighted.ts',
    before: 'Math.abs(power) < SMALL_POWER',
    after: ['Math.abs(power) <= SMALL_POWER'],
    reason: 'where to change from one form to the other: near 0.1 both have the same digits',
  },
  {
    file: 'packages/objectives/src/importance-weighted.ts',
    before: 'c === 1 ? shares : tf.add(tf.mul(shares, c), difference(1, c));',
    after: [
      '(tf.add(tf.mul(shares, c), difference(1, c)));',
      'c === 0 ? shares : tf.add(tf.mul(shares, c), difference(1, c));',
    ],
    reason: 'a shortcut: times 1, plus 0',
  },
  {
    file: 'packages/objectives/src/importance-weighted.ts',
    before: 'const SMALL_POWER = 0.1;',
    after: ['const SMALL_POWER = 0.2;'],
    reason: 'where to change from one form to the other: near 0.1 both have the same digits',
  },
  {
    file: 'packages/objectives/src/importance-weighted.ts',
    before: 'const heaviest = constant(power > 0 ? tf.max<Tensor2D>(x, 1, true) : tf.min<Tensor2D>(x, 1, true));',
    after: ['const heaviest = constant(power >= 0 ? tf.max<Tensor2D>(x, 1, true) : tf.min<Tensor2D>(x, 1, true));'],
    reason: 'the power is never 0: alpha = 1 is refused',
  },
  {
    file: 'packages/objectives/src/importance-weighted.ts',
    before: 'const plain = tempering === untempered ? tempered : boundOf(weigh(untempered.factors({}), densities));',
    after: ['const plain = (boundOf(weigh(untempered.factors({}), densities)));'],
    reason: 'a shortcut: the same bound, computed again',
  },
  {
    file: 'packages/objectives/src/importance-weighted.ts',
    before:
      'gradFunc: (dy: Tensor, saved: Tensor[]) => [tf.mul(dy, tf.expandDims(saved[0]!, 1)), tf.zerosLike(saved[0]!)],',
    after: [
      'gradFunc: (dy: Tensor, saved: Tensor[]) => [tf.mul(dy, tf.expandDims(saved[0]!, 1)), tf.onesLike(saved[0]!)],',
    ],
    reason: 'the factors are constants: nothing asks for their gradient',
  },
  {
    file: 'packages/objectives/src/importance-weighted.ts',
    before: 'if (power === 1) return meanOfDraws(logMeanExp(grouped), samples);',
    after: [
      'if (false) return meanOfDraws(logMeanExp(grouped), samples);',
      'if (power === 0) return meanOfDraws(logMeanExp(grouped), samples);',
    ],
    reason: 'a shortcut: the mean of power 1 by another way',
  },
  {
    file: 'packages/objectives/src/pareto-k.ts',
    before:
      'const exceedances = tail.map((value) => Math.exp(value - largest) - threshold).filter((value) => value > LEAST);',
    after: [
      'const exceedances = tail.map((value) => Math.exp(value - largest) - threshold).filter((value) => value >= LEAST);',
    ],
    reason: 'an exceedance of exactly 2⁻¹⁰⁰⁰',
  },
  {
    file: 'packages/objectives/src/pareto-k.ts',
    before: 'if (!Number.isFinite(shape)) return without(Number.POSITIVE_INFINITY, count);',
    after: ['if (false) return without(Number.POSITIVE_INFINITY, count);'],
    reason: 'a guard behind a guard: exceedances above 2⁻¹⁰⁰⁰ have a finite fit',
  },
  {
    file: 'packages/objectives/src/pareto-k.ts',
    before: 'if (this.#end === this.#kept.length) this.#drop();',
    after: ['if (true) this.#drop();', 'if (this.#end !== this.#kept.length) this.#drop();'],
    reason: 'time only: the candidates are sorted more often',
  },
  {
    file: 'packages/objectives/src/pareto-k.ts',
    before: 'if (value <= this.#floor) continue; // NaN is kept, and sorted to the end',
    after: [
      'if (false) continue; // NaN is kept, and sorted to the end',
      'if (value < this.#floor) continue; // NaN is kept, and sorted to the end',
    ],
    reason: 'a shortcut: what is no larger than all that is kept is dropped later',
  },
  {
    file: 'packages/objectives/src/pareto-k.ts',
    before: 'this.#end = this.#length + 1; // the largest weight outside the tail is its threshold',
    after: [
      'this.#end = this.#length; // the largest weight outside the tail is its threshold',
      'this.#end = this.#length + 0; // the largest weight outside the tail is its threshold',
    ],
    reason: 'only the places of −∞ that the values push out',
  },
  {
    file: 'packages/objectives/src/pareto-k.ts',
    before: 'this.#floor = this.#kept[0]!;',
    after: [';'],
    reason: 'a shortcut: what is no larger than all that is kept is dropped later',
  },
  {
    file: 'packages/objectives/src/pareto-k.ts',
    before: 'this.#kept = new Float64Array(2 * this.#end).fill(Number.NEGATIVE_INFINITY);',
    after: ['this.#kept = new Float64Array(3 * this.#end).fill(Number.NEGATIVE_INFINITY);'],
    reason: 'memory against time: candidates wait in a longer row',
  },
  {
    file: 'packages/objectives/src/pareto-k.ts',
    before: 'this.#kept.subarray(0, this.#end).sort();',
    after: ['this.#kept.subarray(1, this.#end).sort();'],
    reason: 'the first is the least already: what was kept is sorted, and what came is larger',
  },
  {
    file: 'packages/objectives/src/loss-annealing.ts',
    before:
      "const product = (a: number | Scalar, b: number): number | Scalar => (typeof a === 'number' ? a * b : times(a, b));",
    after: ['const product = (a: number | Scalar, b: number): number | Scalar => ((times(a, b)));'],
    reason: 'a number as a tensor of it',
  },
  {
    file: 'packages/objectives/src/loss-annealing.ts',
    before:
      'export const times = <T extends Tensor>(x: T, factor: number | Scalar): T => (factor === 1 ? x : tf.mul(x, factor));',
    after: [
      'export const times = <T extends Tensor>(x: T, factor: number | Scalar): T => ((tf.mul(x, factor)));',
      'export const times = <T extends Tensor>(x: T, factor: number | Scalar): T => (factor === 0 ? x : tf.mul(x, factor));',
    ],
    reason: 'a shortcut: times 1',
  },
  {
    file: 'packages/objectives/src/loss-annealing.ts',
    before: "typeof a === 'number' && typeof b === 'number' ? a - b : tf.sub(a, b);",
    after: ['(tf.sub(a, b));'],
    reason: 'a number as a tensor of it',
  },
];
