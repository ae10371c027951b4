// The points that travel through a flow: a square mesh, for lines and density, and draws of the base.
import { fold, key } from '@flowvae/random';
import type { Base } from './bases.ts';

/** Points before the first layer. */
export interface StartPoints {
  /** Mesh points along each side. */
  readonly side: number;
  /** Mesh points between two lines of the grid. */
  readonly stride: number;
  /** [side² + draws, 2]: the mesh, row after row from the lowest z2 up, then the draws. */
  readonly z: Float32Array;
  /** log q₀ of each point, nats. */
  readonly logBase: Float32Array;
}

/** How many points travel. */
export interface Fineness {
  /** Cells of the mesh between two lines of the grid. */
  readonly stride: number;
  readonly draws: number;
}

/** Cells of the grid along each side. */
const GRID_CELLS = 16;

/** Fewer points while something is dragged or trains, and through layers with networks inside, which take longer. */
export const finenesses = {
  plain: { moving: { stride: 2, draws: 600 }, resting: { stride: 5, draws: 1200 } },
  networks: { moving: { stride: 1, draws: 300 }, resting: { stride: 3, draws: 800 } },
} as const satisfies Readonly<Record<string, Readonly<Record<'moving' | 'resting', Fineness>>>>;

export function startPoints(base: Base, { stride, draws }: Fineness, seed: number): StartPoints {
  const side = GRID_CELLS * stride + 1;
  const place = (i: number) => -base.half + (2 * base.half * i) / (side - 1);
  const z = new Float32Array(2 * (side * side + draws));
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) z.set([place(column), place(row)], 2 * (row * side + column));
  }
  z.set(base.draw(fold(key(seed), 'points'), draws), 2 * side * side);
  const logBase = Float32Array.from({ length: z.length / 2 }, (_, i) => base.logDensity(z[2 * i]!, z[2 * i + 1]!));
  return { side, stride, z, logBase };
}
