// Questions about a gradient: derivatives along directions of one input, for one point or for all points that share it.
import { drawNormal, drawUniform, fold, type Key } from '@flowvae/random';
import { inputName, type Probe } from '../probe.ts';
import { deviation, EPSILON } from '../rounding.ts';
import type { Results } from '../stacked-inputs.ts';
import { type LossWeights, normOf, pointLosses, pointMagnitudes } from './probe-loss.ts';

/** The claimed derivative of some points' loss along one direction of one input. */
export interface Question {
  readonly name: string;
  readonly kind: string;
  readonly at: string;
  readonly points: readonly number[];
  /** Which elements of the input these points have. */
  readonly from: number;
  /** A unit vector of these elements. */
  readonly unit: Float64Array;
  readonly claimed: number;
  /** The norm of the gradient's part that the direction can see, or of equally many typical elements. */
  readonly norm: number;
  /** Effect of rounding on the loss, and on the claimed derivative. */
  readonly lossRounding: number;
  readonly claimedRounding: number;
}

/** Gradients with a smaller norm are judged as if they had this norm. */
const SMALLEST_NORM = 0.1;

/**
 * Coordinates of a sparse direction: one wrong element of this many changes the derivative along them by more than 3 %.
 */
const MOST_COORDINATES = 32;

/** Claims about a probe's loss. */
export interface Claims {
  /** Gradients of all inputs: at the inputs themselves, and at inputs moved by rounding. */
  readonly found: readonly Results[];
  readonly weights: LossWeights;
}

/**
 * A direction and its kind. A gradient is checked along itself, along a random direction, and where dense directions
 * see nothing.
 */
interface Direction {
  readonly kind: string;
  readonly values: Float32Array;
  /** The coordinates that the direction sees; default all. */
  readonly sees?: (i: number) => boolean;
}

/** Every question about one input of a probe. */
export function questionsOf(probe: Probe, name: string, { found, weights }: Claims): Question[] {
  const { inputs, key } = probe;
  const { shape, values } = inputs[name]!;
  const [points] = inputs.z!.shape as [number];
  const all = Array.from({ length: points }, (_, point) => point);
  const groups = shape[0] === points ? all.map((point) => [point]) : [all];
  const size = values.length / groups.length;
  const losses = probe.rounded().map((result) => pointLosses(result, weights));
  const magnitudes = pointMagnitudes(probe.forward(), weights);
  const gradients = found.map((each) => each[name]!);
  return groups.flatMap((group, i) => {
    const parts = gradients.map((gradient) => gradient.subarray(i * size, (i + 1) * size));
    const own = parts[0]!;
    return directionsOf(own, fold(key, name, i)).flatMap(({ kind, values: direction, sees }): Question[] => {
      const length = normOf(direction);
      if (length === 0) return [];
      const unit = Float64Array.from(direction, (value) => value / length);
      const claims = parts.map((part) => dot(part, unit));
      const seen = sees ? own.filter((_, at) => sees(at)) : own;
      return [
        {
          name,
          kind,
          at: `${group.length === 1 ? `point ${group[0]}, ` : ''}towards ${inputName(probe, name)}`,
          points: group,
          from: i * size,
          unit,
          claimed: claims[0]!,
          norm: Math.max(normOf(seen), Math.sqrt(seen.length / size) * Math.max(SMALLEST_NORM, normOf(own))),
          // y and log-det themselves are rounded, even if moved inputs do not show it
          lossRounding: Math.max(
            deviation(losses.map((each) => sumOver(group, each))),
            EPSILON * sumOver(group, magnitudes),
          ),
          claimedRounding: deviation(claims),
        },
      ];
    });
  });
}

/**
 * Dense directions see errors in many elements: the gradient's own direction sees an error of the whole gradient, a
 * random one sees errors at right angles. One wrong element of n is only 1/n of them, so √n elements at a time, and a
 * single one, are checked as well. Elements that are claimed to be exactly 0 have no part in the gradient's direction.
 */
function directionsOf(gradient: Float32Array, key: Key): Direction[] {
  const { length } = gradient;
  const noise = drawNormal(fold(key, 'one'), length);
  const few = someOf(length, Math.min(MOST_COORDINATES, Math.floor(Math.sqrt(length))), fold(key, 'few'));
  const single = singleOf(gradient, fold(key, 'single'));
  return [
    { kind: 'its gradient', values: gradient },
    { kind: 'a random direction', values: noise },
    {
      kind: 'its gradient in a few coordinates',
      values: gradient.map((value, i) => (few.has(i) ? value : 0)),
      sees: (i) => few.has(i),
    },
    { kind: 'one coordinate', values: gradient.map((_, i) => Number(i === single)), sees: (i) => i === single },
    { kind: 'coordinates without a gradient', values: noise.map((value, i) => (gradient[i] === 0 ? value : 0)) },
  ];
}

/** `count` of the numbers below `length`, by key. */
function someOf(length: number, count: number, key: Key): Set<number> {
  const chosen = new Set<number>();
  const order = drawUniform(key, length);
  const sorted = Array.from(order, (_, i) => i).toSorted((a, b) => order[a]! - order[b]!);
  for (const i of sorted.slice(0, count)) chosen.add(i);
  return chosen;
}

/** The coordinate of the largest gradient or a random one, with equal chances. */
function singleOf(gradient: Float32Array, key: Key): number {
  const [coin, place] = drawUniform(key, 2) as unknown as [number, number];
  if (coin < 0.5) return Math.min(gradient.length - 1, Math.floor(place * gradient.length));
  return gradient.reduce((best, value, i) => (Math.abs(value) > Math.abs(gradient[best]!) ? i : best), 0);
}

export function dot(a: Float32Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < b.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

export const sumOver = (points: readonly number[], losses: readonly number[]) =>
  points.reduce((sum, point) => sum + losses[point]!, 0);
