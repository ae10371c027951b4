// The densities to be matched: e^(−U), those without an end along z₁ confined by a soft wall, and their normalising
// constants.
import { dataPoints, energies, type Tensor1D, type Tensor2D, tabulate, tf } from 'flowvae';
import { type EnergyName, WALL } from './config.ts';

/** U(z), and for energies that are no density on the plane the wall: [B, 2] → [B]. */
export function confined(name: EnergyName, z: Tensor2D): Tensor1D {
  const { energy, logZ } = energies[name];
  if (logZ !== undefined) return energy(z);
  const z1 = tf.squeeze<Tensor1D>(tf.slice(z, [0, 0], [-1, 1]), [1]);
  const beyond = tf.div(tf.relu(tf.sub(tf.abs(z1), WALL.at)), WALL.width);
  return tf.add(energy(z), tf.mul(tf.square(beyond), 0.5));
}

/** The integral covers this box, beyond which e^(−U) is below 1e-12. */
const BOX = { width: 5.5, height: 9 } as const;

/** Step of the quadrature: the widths of the densities are 0.1 and more. */
const STEP = 0.025;

/** ln ∫ e^(−U) by the rule of midpoints. */
export async function logNormaliser(name: EnergyName): Promise<number> {
  const [columns, rows] = [(2 * BOX.width) / STEP, (2 * BOX.height) / STEP].map(Math.round) as [number, number];
  const points = Float32Array.from({ length: 2 * columns * rows }, (_, i) => {
    const cell = i >> 1;
    return i % 2 ? (Math.floor(cell / columns) + 0.5) * STEP - BOX.height : ((cell % columns) + 0.5) * STEP - BOX.width;
  });
  const { energy } = await tabulate((z) => ({ energy: confined(name, z) }), dataPoints(points, 2));
  return Math.log(energy!.reduce((sum, value) => sum + Math.exp(-value), 0) * STEP * STEP);
}
