// The four two-dimensional energies of Rezende & Mohamed: densities e^(−U), not normalised, for flows to match.
import { checkShape, type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';

/** A density p(z) ∝ e^(−U(z)) on the plane. */
export interface Energy {
  /** U(z), z [B, 2] → [B], nats. */
  energy(z: Tensor2D): Tensor1D;
  /** log ∫ e^(−U), over the whole plane; absent where the integral diverges: U2 to U4 do not grow along z₁. */
  readonly logZ?: number;
}

/**
 * U1 … U4 of table 1, with w₁ = sin(2πz₁/4), w₂ = 3·e^(−½((z₁ − 1)/0.6)²), w₃ = 3·σ((z₁ − 1)/0.3):
 *
 * - U1 = ½((‖z‖ − 2)/0.4)² − log(e^(−½((z₁ − 2)/0.6)²) + e^(−½((z₁ + 2)/0.6)²))
 * - U2 = ½((z₂ − w₁)/0.4)²
 * - U3 = −log(e^(−½((z₂ − w₁)/0.35)²) + e^(−½((z₂ − w₁ + w₂)/0.35)²))
 * - U4 = −log(e^(−½((z₂ − w₁)/0.4)²) + e^(−½((z₂ − w₁ + w₃)/0.35)²))
 *
 * The sums are formed as logarithms, so that U stays finite far away. U2 to U4 are densities only where z₁ is confined.
 * @throws ShapeError where z is not [B, 2]
 * @see Rezende & Mohamed 2015, arXiv:1505.05770, table 1
 */
export const energies: Readonly<Record<'U1' | 'U2' | 'U3' | 'U4', Energy>> = {
  U1: {
    logZ: 1.8775016,
    energy(z) {
      const { z1 } = coordinates(z);
      // the small number only keeps the gradient of the norm finite at 0
      const norm = tf.sqrt(tf.add(tf.sum(tf.square(z), 1), 1e-12));
      const modes = logSum(bell(tf.sub(z1, 2), 0.6), bell(tf.add(z1, 2), 0.6));
      return tf.neg(tf.add(bell(tf.sub(norm, 2), 0.4), modes));
    },
  },
  U2: {
    energy(z) {
      const { z1, z2 } = coordinates(z);
      return tf.neg(bell(tf.sub(z2, wave(z1)), 0.4));
    },
  },
  U3: {
    energy(z) {
      const { z1, z2 } = coordinates(z);
      const offset = tf.sub(z2, wave(z1));
      const bump = tf.mul(3, tf.exp(bell(tf.sub(z1, 1), 0.6)));
      return tf.neg(logSum(bell(offset, 0.35), bell(tf.add(offset, bump), 0.35)));
    },
  },
  U4: {
    energy(z) {
      const { z1, z2 } = coordinates(z);
      const offset = tf.sub(z2, wave(z1));
      const step = tf.mul(3, tf.sigmoid(tf.div(tf.sub(z1, 1), 0.3)));
      return tf.neg(logSum(bell(offset, 0.4), bell(tf.add(offset, step), 0.35)));
    },
  },
};

function coordinates(z: Tensor2D): { z1: Tensor1D; z2: Tensor1D } {
  checkShape('energy: z', z, ['batch', 2]);
  const [z1, z2] = tf.split(z, 2, 1).map((column) => tf.squeeze<Tensor1D>(column, [1])) as [Tensor1D, Tensor1D];
  return { z1, z2 };
}

/** w₁ */
const wave = (z1: Tensor1D): Tensor1D => tf.sin(tf.mul(z1, Math.PI / 2));

/** log of a bell e^(−½(x/width)²). */
const bell = (x: Tensor, width: number): Tensor1D => tf.mul(tf.square(tf.div(x, width)), -0.5);

/** log(e^a + e^b) = ½(a + b) + ½|a − b| + softplus(−|a − b|), in a form whose gradient is right where a = b. */
function logSum(a: Tensor1D, b: Tensor1D): Tensor1D {
  const distance = tf.abs(tf.sub(a, b));
  return tf.add(tf.mul(tf.add(tf.add(a, b), distance), 0.5), tf.softplus(tf.neg(distance)));
}
