// A density painted with a brush: weights on a lattice.
import type { DensityTable } from './table-density.ts';

/** Lattice points along each side of a painting. */
const PAINTED_SIZE = 65;
/** A painting covers [−5, 5]². */
const PAINTED_HALF = 5;

/** The brush's deviation. */
const BRUSH = 0.45;

/** Weight of a unit of the background, so that the log has a slope everywhere: e^−½(‖z‖/2)², beside 1 for a stroke. */
const BACKGROUND = { weight: 1e-3, deviation: 2 } as const;

/** Painted weights, [size, size] like a {@link DensityTable}; 0 is unpainted. */
export type Painting = Float32Array;

export const emptyPainting = (): Painting => new Float32Array(PAINTED_SIZE ** 2);

const place = (i: number) => -PAINTED_HALF + (2 * PAINTED_HALF * i) / (PAINTED_SIZE - 1);

/** A new painting with a touch of the brush, or without the paint under it. */
export function touched(painting: Painting, z1: number, z2: number, erases = false): Painting {
  return painting.map((weight, index) => {
    const [x, y] = [place(Math.floor(index / PAINTED_SIZE)), place(index % PAINTED_SIZE)];
    const bell = Math.exp(-0.5 * (((x - z1) / BRUSH) ** 2 + ((y - z2) / BRUSH) ** 2));
    return erases ? weight * (1 - bell) : Math.max(weight, bell);
  });
}

/** The painting's log density, up to a constant. */
export function paintedTable(painting: Painting): DensityTable {
  const logs = painting.map((weight, index) => {
    const [x, y] = [place(Math.floor(index / PAINTED_SIZE)), place(index % PAINTED_SIZE)];
    const background = BACKGROUND.weight * Math.exp((-0.5 * (x * x + y * y)) / BACKGROUND.deviation ** 2);
    return Math.log(weight + background);
  });
  return { size: PAINTED_SIZE, half: PAINTED_HALF, logs };
}

/** An arc, as a first painting to change. */
export function firstPainting(): Painting {
  let painting = emptyPainting();
  for (let angle = 0.1; angle < Math.PI; angle += 0.18) {
    painting = touched(painting, 2.5 * Math.cos(angle), 3 * Math.sin(angle) - 1.5);
  }
  return painting;
}
