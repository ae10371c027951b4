// The dark squares of a board: a density with edges, which no smooth map reaches.
import { drawUniform, fold } from '@flowvae/random';
import { pointsOf, type Toy } from './toy.ts';

const HALF = 4;
const SQUARE = 2;
const ACROSS = (2 * HALF) / SQUARE;

/** Dark squares: every second one, row by row. */
const dark = Array.from({ length: ACROSS ** 2 }, (_, i) => [i % ACROSS, Math.floor(i / ACROSS)] as const).filter(
  ([column, row]) => (column + row) % 2 === 0,
);

/** Keeps the rounding to float32 from carrying a point over an edge. */
const BELOW_ONE = 1 - 2 ** -20;

const AREA = dark.length * SQUARE ** 2;

/** Uniform on every second square of side 2 of the board [−4, 4]²: eight squares, log p = −log 32 on them. */
export const checkerboard: Toy = {
  sample(key, count) {
    const choice = drawUniform(fold(key, 'square'), count);
    const place = drawUniform(fold(key, 'place'), 2 * count).map((value) => value * BELOW_ONE);
    return pointsOf(count, (i) => {
      const [column, row] = dark[Math.floor(choice[i]! * dark.length)]!;
      return [-HALF + SQUARE * (column + place[2 * i]!), -HALF + SQUARE * (row + place[2 * i + 1]!)];
    });
  },
  logDensity(x, y) {
    const [column, row] = [x, y].map((value) => Math.floor((value + HALF) / SQUARE)) as [number, number];
    const isOnBoard = [column, row].every((place) => place >= 0 && place < ACROSS);
    return isOnBoard && (column + row) % 2 === 0 ? -Math.log(AREA) : Number.NEGATIVE_INFINITY;
  },
  entropy: Math.log(AREA),
  reach: 4.5,
};
