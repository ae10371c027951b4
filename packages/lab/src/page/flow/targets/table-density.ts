// A log density given by numbers on a square lattice, and bilinear between them.
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';

/** Logs of a density at lattice points. */
export interface DensityTable {
  /** Lattice points along each side. */
  readonly size: number;
  /** The lattice covers [−half, half]². */
  readonly half: number;
  /** [size, size], nats: the first index is that of z1, the second that of z2. */
  readonly logs: Float32Array;
}

/** A table from a function of the place. */
export function tabulated(size: number, half: number, log: (z1: number, z2: number) => number): DensityTable {
  const place = (i: number) => -half + (2 * half * i) / (size - 1);
  const logs = new Float32Array(size * size);
  for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) logs[i * size + j] = log(place(i), place(j));
  return { size, half, logs };
}

/** Over this distance outside of the lattice the density falls by e^−½. */
const FALL = 0.5;

/**
 * log p̃(z) = Σ_ij hat_i(z1)·T_ij·hat_j(z2), hat_i(x) = max(0, 1 − |x/h − i|): bilinear interpolation as a product of
 * matrices. Outside of the lattice the nearest value less ½(distance/0.5)².
 *
 * Shapes: z [B, 2] → [B]. Units: nats.
 */
export function tableDensity({ size, half, logs }: DensityTable): (z: Tensor2D) => Tensor1D {
  return (z) => {
    const table = tf.tensor2d(logs, [size, size]);
    const places = tf.tensor2d(
      Float32Array.from({ length: size }, (_, i) => i),
      [1, size],
    );
    const hats = [0, 1].map((axis): Tensor2D => {
      const cells = tf.mul(tf.add(tf.slice(z, [0, axis], [-1, 1]), half), (size - 1) / (2 * half));
      return tf.relu(tf.sub(1, tf.abs(tf.sub(tf.clipByValue(cells, 0, size - 1), places))));
    });
    const inside: Tensor1D = tf.sum(tf.mul(tf.matMul(hats[0]!, table), hats[1]!), 1);
    const excess = tf.relu(tf.sub(tf.abs(z), half));
    return tf.sub(inside, tf.mul(tf.sum(tf.square(excess), 1), 0.5 / FALL ** 2));
  };
}

/** Nodes and weights of Gauss and Legendre's rule of three points on [0, ½] and [½, 1]. */
const NODES = [0, 0.5].flatMap((from) => {
  const reach = Math.sqrt(0.6) / 4;
  return [
    { at: from + 0.25 - reach, weight: 5 / 36 },
    { at: from + 0.25, weight: 8 / 36 },
    { at: from + 0.25 + reach, weight: 5 / 36 },
  ];
});

/** ∫₀¹ exp(a + (b − a)t) dt. */
function lineMean(a: number, b: number): number {
  const rise = b - a;
  return Math.exp(a) * (Math.abs(rise) < 1e-8 ? 1 + rise / 2 : Math.expm1(rise) / rise);
}

/**
 * log ∫ p̃ of {@link tableDensity} over the whole plane, nats. In a cell the log is linear along z2, so that the
 * integral along z2 has a closed form; along z1 it is summed at {@link NODES}. The flanks are halves of normals: their
 * mass is that of the border times 0.5·√(π/2), and of the corners times 0.5²·π/2.
 */
export function tableLogMass({ size, half, logs }: DensityTable): number {
  const cell = (2 * half) / (size - 1);
  const at = (i: number, j: number) => logs[i * size + j]!;
  let [inside, border] = [0, 0];
  for (let i = 0; i < size - 1; i++) {
    for (let j = 0; j < size - 1; j++) {
      for (const { at: s, weight } of NODES) {
        const along = (k: number) => (1 - s) * at(i, k) + s * at(i + 1, k);
        inside += weight * lineMean(along(j), along(j + 1));
      }
    }
    for (const k of [0, size - 1]) border += lineMean(at(i, k), at(i + 1, k)) + lineMean(at(k, i), at(k, i + 1));
  }
  const corners = [0, size - 1].flatMap((i) => [0, size - 1].map((j) => Math.exp(at(i, j))));
  const flank = FALL * Math.sqrt(Math.PI / 2);
  return Math.log(inside * cell ** 2 + border * cell * flank + corners.reduce((a, b) => a + b) * flank ** 2);
}

/** The value of {@link tableDensity} at one point, as a plain number. */
export function tableAt({ size, half, logs }: DensityTable, z1: number, z2: number): number {
  const cell = (x: number) => Math.min(Math.max(((x + half) * (size - 1)) / (2 * half), 0), size - 1);
  const [x, y] = [cell(z1), cell(z2)];
  const [i, j] = [Math.min(Math.floor(x), size - 2), Math.min(Math.floor(y), size - 2)];
  const [s, t] = [x - i, y - j];
  const row = (k: number) => (1 - t) * logs[k * size + j]! + t * logs[k * size + j + 1]!;
  const excess = Math.max(Math.abs(z1) - half, 0) ** 2 + Math.max(Math.abs(z2) - half, 0) ** 2;
  return (1 - s) * row(i) + s * row(i + 1) - (0.5 * excess) / FALL ** 2;
}
