// Right results of a program with the error that float32 may make of them, both by TensorFlow.js's own eager kernels.
import { drawUniform, fold, type Key, key } from '@flowvae/random';
import { type Tensor, tf } from '@flowvae/tensor';
import { type Call, inputsOf, type Program, runLines } from './random-program.ts';

/** An output: its numbers, and how far another engine may be from each. */
export interface Expected {
  readonly values: ArrayLike<number>;
  readonly tolerance: Float64Array;
}

/** Relative size of the noise: eight units in the last place. */
const NOISE = 8 * 2 ** -24;
/** Runs with noise. */
const SAMPLES = 3;
/** How much further than the farthest noisy run another engine may be: few runs do not find the worst case. */
const MARGIN = 16;
/** Rounding that no noise shows, relative to the output's largest number. */
const ROUNDING = 64 * 2 ** -24;
/** Numbers below float32's smallest normal one have fewer digits, or are taken for 0. */
const SMALLEST_NORMAL = 2 ** -126;
/** Where numbers are larger, partial sums of a product may overflow in float32; TensorFlow.js adds up in float64. */
const LARGEST = 2 ** 118;

/**
 * Runs a program once as it is and some times with noise: arguments and result of every line that rounds are multiplied
 * by 1 + 8·2⁻²⁴·r, r in [−1, 1]. Noise in arguments stands for a kernel's backward error, which cancellation in sums
 * makes larger than any error relative to the result. The spread of the noisy runs measures the program's condition at
 * each output, and so the error of other kernels (Monte Carlo arithmetic; Parker 1997).
 */
export function expectedOf(program: Program): Record<string, Expected> {
  const right = numbersOf(program);
  const noisy = Array.from({ length: SAMPLES }, (_, sample) =>
    numbersOf(program, noisyCall(fold(fold(key(program.seed), 'noise'), sample))),
  );
  const entries = Object.entries(right).map(([name, values]): [string, Expected] => [
    name,
    {
      values,
      tolerance: toleranceOf(
        values,
        noisy.map((run) => run[name]!),
      ),
    },
  ]);
  return Object.fromEntries(entries);
}

function numbersOf(program: Program, call?: Call): Record<string, ArrayLike<number>> {
  tf.engine().startScope();
  const inputs = inputsOf(program).map((values, i) => tf.tensor(values, [...program.shapes[i]!]));
  const outputs = Object.entries(runLines(program, inputs, call));
  const numbers = outputs.map(([name, tensor]) => [name, tensor.dataSync().slice()] as const);
  tf.engine().endScope();
  return Object.fromEntries(numbers);
}

/** A line that keeps bits has no error of its own; noise there would make choices differ. */
const noisyCall =
  (root: Key): Call =>
  ({ apply, keepsBits, roundsInside }, args, number) => {
    if (keepsBits) return apply(...args);
    const at = fold(root, number);
    const given = args.map((value, place) => disturbed(value, fold(at, place)));
    const result = disturbed(apply(...given), fold(at, 'result'));
    return roundsInside ? shaken(result, args, fold(at, 'inside')) : result;
  };

function disturbed(value: Tensor, noise: Key): Tensor {
  if (value.dtype !== 'float32') return value;
  const factors = drawUniform(noise, value.size).map((roll) => 1 + NOISE * (2 * roll - 1));
  return tf.mul(value, tf.tensor(factors, value.shape));
}

/** Noise of the size that rounding has at the largest argument, or at 1. */
function shaken(value: Tensor, args: readonly Tensor[], noise: Key): Tensor {
  const largest = args.flatMap((each) => Array.from(each.dataSync(), Math.abs)).reduce((a, b) => Math.max(a, b), 1);
  const added = drawUniform(noise, value.size).map((roll) => NOISE * largest * (2 * roll - 1));
  return tf.add(value, tf.tensor(added, value.shape));
}

function toleranceOf(values: ArrayLike<number>, noisy: readonly ArrayLike<number>[]): Float64Array {
  const largest = Array.from(values, Math.abs).reduce(
    (most, size) => (size < Infinity ? Math.max(most, size) : most),
    0,
  );
  return Float64Array.from({ length: values.length }, (_, i) => {
    const spread = Math.max(...noisy.map((run) => Math.abs(run[i]! - values[i]!)));
    // a run with noise that overflows tells nothing: no other number is wrong then
    return Number.isFinite(spread) && largest < LARGEST
      ? MARGIN * spread + ROUNDING * largest + SMALLEST_NORMAL
      : Infinity;
  });
}

/** The first number that is further off than it may be, in words; undefined where there is none. */
export function differenceOf(
  expected: Readonly<Record<string, Expected>>,
  got: Readonly<Record<string, ArrayLike<number>>>,
): string | undefined {
  for (const [name, { values, tolerance }] of Object.entries(expected)) {
    const found = got[name];
    if (found?.length !== values.length) return `${name}: expected ${values.length} numbers, got ${found?.length}`;
    for (let i = 0; i < values.length; i++) {
      const [right, other] = [values[i]!, found[i]!];
      if (Object.is(right, other) || Math.abs(right - other) <= tolerance[i]!) continue;
      if (Number.isNaN(right) && Number.isNaN(other)) continue;
      return `${name}[${i}]: expected ${right} ± ${tolerance[i]!.toExponential(1)}, got ${other}`;
    }
  }
  return undefined;
}
