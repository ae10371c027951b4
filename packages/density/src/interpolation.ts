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
 * Points from a to b, `steps`·D numbers: (1 − t)·a + t·b, or sin((1 − t)θ)/sin θ·a + sin(tθ)/sin θ·b, θ the angle
 * between a and b.
 *
 * In many dimensions noise lies near the sphere of radius √D; a line leaves it, an arc stays. Opposite points and
 * those of one direction have no single arc: they get the line.
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
  const weights = weightsOf(kind === 'spherical' ? angleBetween(a, b) : 0);
  const points = new Float32Array(steps * a.length);
  for (let step = 0; step < steps; step++) {
    const [ofA, ofB] = weights(step / (steps - 1));
    for (let i = 0; i < a.length; i++) points[step * a.length + i] = ofA * a[i]! + ofB * b[i]!;
  }
  return points;
}

const FLAT = 1e-6;

function weightsOf(angle: number): (t: number) => readonly [number, number] {
  const sine = Math.sin(angle);
  if (sine < FLAT) return (t) => [1 - t, t];
  return (t) => [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine];
}

function angleBetween(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  const norms = Math.sqrt(dot(a, a) * dot(b, b));
  return norms === 0 ? 0 : Math.acos(Math.min(1, Math.max(-1, dot(a, b) / norms)));
}
