// A linear map sends the unit cube to a parallelepiped, whose volume is |det A|.
import { full, tf } from 'flowvae';

/** The map's edges and two ways to its volume. */
export interface LinearExample {
  readonly dim: number;
  /** The images of the unit vectors, one after the other. */
  readonly edges: readonly (readonly number[])[];
  /** The volume over the edges, by orthogonal parts. */
  readonly volume: number;
  /** exp of the flow's log-det. */
  readonly byFlow: number;
}

/** The diagonals' logs and the packed entries below the diagonals. */
const maps: Readonly<Record<number, { readonly logScale: readonly number[]; readonly lower: readonly number[] }>> = {
  2: { logScale: [Math.log(2), Math.log(1.5)], lower: [0.6] },
  3: { logScale: [Math.log(2), Math.log(1.5), Math.log(0.5)], lower: [0.6, -1, 0.8] },
};

/** The flow `full` of a fixed matrix in 2 or 3 dimensions, without a shift. */
export function linearExample(dim: 2 | 3): LinearExample {
  const { logScale, lower } = maps[dim]!;
  const { y, logDet } = tf.tidy(() => {
    const params = {
      logScale: tf.tensor2d([...logScale], [1, dim]),
      lower: tf.tensor2d([...lower], [1, lower.length]),
      shift: tf.zeros([1, dim]),
    };
    const images = full(dim).forward(params, tf.eye(dim));
    return { y: images.y.arraySync(), logDet: images.logDet.dataSync()[0]! };
  });
  return { dim, edges: y, volume: volumeOf(y), byFlow: Math.exp(logDet) };
}

/** The volume of the parallelepiped over some edges: the product of each edge's part orthogonal to those before. */
function volumeOf(edges: readonly (readonly number[])[]): number {
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const directions: number[][] = [];
  return edges.reduce((volume, edge) => {
    let rest = [...edge];
    for (const direction of directions) {
      const along = dot(rest, direction);
      rest = rest.map((value, i) => value - along * direction[i]!);
    }
    const length = Math.sqrt(dot(rest, rest));
    directions.push(rest.map((value) => value / length));
    return volume * length;
  }, 1);
}

/** Points [n, 2] of the unit square's grid lines, and their images. */
export function squareAndImage(): { readonly square: Float32Array; readonly image: Float32Array } {
  const [first, second] = linearExample(2).edges as [number[], number[]];
  const places = Array.from({ length: 41 }, (_, i) => i / 40);
  const square = Float32Array.from(places.flatMap((x) => places.flatMap((y) => [x, y])));
  const image = square.map((_, i) => {
    const [x, y] = [square[i - (i % 2)]!, square[i - (i % 2) + 1]!];
    return x * first[i % 2]! + y * second[i % 2]!;
  });
  return { square, image };
}
