// The effect of float32's rounding on a flow's results at a point: the same computation with every input moved by about
// one unit in the last place.
import { drawNormal, fold, type Key } from '@flowvae/random';
import type { Inputs } from './drawn-inputs.ts';

/** One unit in the last place of float32, as a share of the number. */
export const EPSILON = 2 ** -23;

/**
 * Computations with moved inputs: the largest of six deviations is below 0.3 of their standard deviation once in 6,000
 * times.
 */
export const COPIES = 6;

/**
 * The allowance for rounding, as a multiple of the largest deviation seen.
 *
 * A stable algorithm's result is the exact one for inputs that differ by a few units in the last place, so deviations
 * under such moves have the size of its error, |∂f/∂x|·|x|·ε, for any map. Both sides of a comparison round, and six
 * samples may miss the largest deviation.
 */
export const SAFETY = 10;

/** The inputs, each number moved by a relative N(0, ε²). */
export function movedByRounding(inputs: Inputs, key: Key): Inputs {
  const moved = Object.entries(inputs).map(([name, { shape, values }]) => {
    const noise = drawNormal(fold(key, 'rounding', name), values.length);
    return [name, { shape, values: values.map((value, i) => value * (1 + EPSILON * noise[i]!)) }] as const;
  });
  return Object.fromEntries(moved);
}

/** The largest distance from the first value, which belongs to the unmoved inputs. */
export function deviation([first, ...others]: readonly number[]): number {
  return others.reduce((largest, value) => {
    const distance = Math.abs(value - first!);
    return Number.isNaN(distance) || distance > largest ? distance : largest;
  }, 0);
}
