// The densities at the beginning of a flow.
import { diagonalNormal, type Samplable, standardNormal, uniformBox } from '@flowvae/distributions';
import { drawNormal, drawUniform, type Key } from '@flowvae/random';
import { tf } from '@flowvae/tensor';

/** A density at the beginning of a flow. */
export interface Base {
  readonly title: string;
  /** Nearly all of it lies within [−half, half]². */
  readonly half: number;
  /** Points [count, 2]. */
  draw(key: Key, count: number): Float32Array;
  /** log q₀, nats. */
  logDensity(z1: number, z2: number): number;
  /** The same as a distribution, with tensors of its own. */
  distribution(): Samplable;
}

const normalBase = (title: string, deviation: number): Base => ({
  title,
  half: 4 * deviation,
  draw: (key, count) => drawNormal(key, 2 * count).map((value) => deviation * value),
  logDensity: (z1, z2) => (-0.5 * (z1 * z1 + z2 * z2)) / deviation ** 2 - Math.log(2 * Math.PI * deviation ** 2),
  distribution: () =>
    deviation === 1
      ? standardNormal(2)
      : diagonalNormal({ mean: tf.zeros([1, 2]), logStd: tf.fill([1, 2], Math.log(deviation)) }),
});

const SIDE = 2;

export const bases = {
  normal: normalBase('normal, σ = 1', 1),
  wide: normalBase('wide normal, σ = 1.5', 1.5),
  square: {
    title: 'uniform on a square',
    half: SIDE,
    draw: (key, count) => drawUniform(key, 2 * count).map((value) => SIDE * (2 * value - 1)),
    logDensity: (z1, z2) =>
      Math.max(Math.abs(z1), Math.abs(z2)) <= SIDE ? -2 * Math.log(2 * SIDE) : Number.NEGATIVE_INFINITY,
    distribution: () => uniformBox([-SIDE, -SIDE], [SIDE, SIDE]),
  },
} as const satisfies Readonly<Record<string, Base>>;

export type BaseName = keyof typeof bases;
