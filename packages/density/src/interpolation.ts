// Points between two points of noise.
import { checkCount, ExpectationError } from '@flowvae/tensor';

/** `'linear'`: along the line. `'spherical'`: along the arc, at the norms that typical noise has. */
export type InterpolationKind = 'linear' | 'spherical';

/** Options of {@link interpolated}. */
export interface InterpolationOptions {
  /** Points, both ends included; from 2. */
  readonly steps: number;
  /** Default `'spherical'`. */
  readonly kind?: InterpolationKind;
}

/**
 * Points from a to b, `steps`·D numbers: (1 − t)·a + t·b, or ((1 − t)|a| + t|b|)·(sin((1 − t)θ)·a/|a| + sin(tθ)·b/|b|)
 * / sin θ, θ the angle between a and b.
 *
 * In many dimensions noise lies near the sphere of radius √D; a line leaves it. The norms on an arc lie between those
 * of its ends. Opposite points and those of one direction have no single arc: they get the line.
 * @throws ExpectationError for points of different widths, or fewer than 2 steps
 */
export function interpolated(
  a: Float32Array,
  b: Float32Array,
  { steps, kind = 'spherical' }: InterpolationOptions,
): Float32Array {
  if (a.length !== b.length) {
    const [expected, received] = [`${a.length} numbers, as a has`, String(b.length)];
    throw new ExpectationError({ where: 'interpolated: b', expected, received });
  }
  if (checkCount('interpolated: steps', steps) < 2) {
    throw new ExpectationError({ where: 'interpolated: steps', expected: 'a whole number from 2', received: '1' });
  }
  const weights = kind === 'spherical' ? onArc(a, b) : onLine;
  const points = new Float32Array(steps * a.length);
  for (let step = 0; step < steps; step++) {
    const [ofA, ofB] = weights(step / (steps - 1));
    for (let i = 0; i < a.length; i++) points[step * a.length + i] = ofA * a[i]! + ofB * b[i]!;
  }
  return points;
}

/** Weights of a and b at t. */
type Weights = (t: number) => readonly [number, number];

const onLine: Weights = (t) => [1 - t, t];

const FLAT = 1e-6;

function onArc(a: Float32Array, b: Float32Array): Weights {
  const [ofA, ofB] = [Math.sqrt(dot(a, a)), Math.sqrt(dot(b, b))];
  const angle = ofA * ofB === 0 ? 0 : Math.acos(Math.min(1, Math.max(-1, dot(a, b) / (ofA * ofB))));
  const sine = Math.sin(angle);
  if (sine < FLAT) return onLine;
  return (t) => {
    const scale = ((1 - t) * ofA + t * ofB) / sine;
    return [(scale * Math.sin((1 - t) * angle)) / ofA, (scale * Math.sin(t * angle)) / ofB];
  };
}

const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
