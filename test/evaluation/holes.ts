// A linear-Gaussian model of data with holes, z ~ N(0, I), x = Wz + b + σε, and p(x_mis|x_obs) in float64.
import { gaussian, type Samplable, standardNormal } from '@flowvae/distributions';
import type { ImputeOptions } from '@flowvae/evaluation';
import { drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';

/** Width P of the data; the latent has 2 dimensions. */
export const WIDTH = 5;
const w = [1.2, -0.4, 0.3, 0.9, -0.8, 0.5, 0.1, -1.1, 0.7, 0.6];
const b = [3, -1, 0.5, 10, -4];
const sd = 0.6;
const column = (j: number) => Array.from({ length: WIDTH }, (_, i) => w[2 * i + j]!);

const observedOf = (rows: Tensor2D) => ({
  x: tf.slice(rows, [0, 0], [-1, WIDTH]),
  m: tf.slice(rows, [0, WIDTH], [-1, WIDTH]),
});

const meanAt = (z: Tensor2D): Tensor2D => tf.add(tf.matMul(z, tf.tensor2d(w, [WIDTH, 2]), false, true), tf.tensor1d(b));

/** p(x|z) */
export const observe: NonNullable<ImputeOptions['observe']> = (z) =>
  gaussian({ mean: meanAt(z), logStd: tf.fill([1, 1], Math.log(sd)) });

/** A wrong approximation: moved by `shift` and `scale` times as wide as the posterior. */
export interface Wrong {
  readonly shift: readonly [number, number];
  readonly scale: number;
}

/** The model with q(z|x_obs) exact, or wrong. */
export const modelWith =
  ({ shift, scale }: Wrong = { shift: [0, 0], scale: 1 }): ImputeOptions['modelAt'] =>
  (rows) => {
    const { x, m } = observedOf(rows);
    return {
      prior: standardNormal(2),
      posterior: posteriorAt(x, m, { shift, scale }),
      likelihood: (z): Tensor1D => {
        const residual = tf.sub(x, meanAt(z));
        const each = tf.add(tf.mul(tf.square(residual), 0.5 / sd ** 2), Math.log(sd) + 0.5 * Math.log(2 * Math.PI));
        return tf.neg(tf.sum(tf.mul(m, each), 1));
      },
    };
  };

/** N(A⁻¹Wᵀ(m·(x − b))/σ², A⁻¹), A = I + Σ_observed wwᵀ/σ², by the Cholesky factor of a 2 x 2 matrix. */
function posteriorAt(x: Tensor2D, m: Tensor2D, { shift, scale }: Wrong): Samplable {
  const [w0, w1] = [column(0), column(1)];
  const precision = (values: readonly number[], one: number): Tensor2D =>
    tf.add(tf.sum(tf.mul(m, tf.tensor1d(values.map((value) => value / sd ** 2))), 1, true), one);
  const [a00, a01, a11] = [
    precision(
      w0.map((value) => value ** 2),
      1,
    ),
    precision(
      w0.map((value, i) => value * w1[i]!),
      0,
    ),
    precision(
      w1.map((value) => value ** 2),
      1,
    ),
  ];
  const det = tf.sub(tf.mul(a00, a11), tf.square(a01));
  const [c00, c01, c11] = [tf.div(a11, det), tf.neg(tf.div(a01, det)), tf.div(a00, det)];
  const residual = tf.mul(m, tf.sub(x, tf.tensor1d(b)));
  const [r0, r1] = [w0, w1].map((of) => tf.div(tf.sum(tf.mul(residual, tf.tensor1d(of)), 1, true), sd ** 2));
  const mean = tf.concat(
    [tf.add(tf.mul(c00, r0!), tf.mul(c01, r1!)), tf.add(tf.mul(c01, r0!), tf.mul(c11, r1!))],
    1,
  ) as Tensor2D;
  const l00 = tf.mul(tf.sqrt(c00), scale);
  const l10 = tf.mul(tf.div(c01, tf.sqrt(c00)), scale);
  const l11 = tf.mul(tf.sqrt(tf.sub(c11, tf.div(tf.square(c01), c00))), scale);
  const posterior: Samplable = {
    noise: { kind: 'normal', width: 2 },
    sampleAndLogProb(noise) {
      const [e0, e1] = [tf.slice(noise, [0, 0], [-1, 1]), tf.slice(noise, [0, 1], [-1, 1])];
      const moved = tf.concat([tf.mul(l00, e0), tf.add(tf.mul(l10, e0), tf.mul(l11, e1))], 1);
      const z = tf.add(tf.add(mean, tf.tensor1d([...shift])), moved) as Tensor2D;
      const logDet = tf.squeeze(tf.log(tf.mul(l00, l11)), [1]);
      const logProb: Tensor1D = tf.sub(standardNormal(2).logProb(noise), logDet);
      return { z, logProb, terms: { logBase: logProb } };
    },
    detached: () => posterior,
  };
  return posterior;
}

/** Rows [x, m] drawn from the model; a pattern has 1 for observed entries. */
export function rowsOf(patterns: readonly (readonly number[])[], seed: number): Float32Array {
  return Float32Array.from(
    patterns.flatMap((pattern, i) => {
      const z = drawNormal(fold(key(seed), 'z', i), 2);
      const noise = drawNormal(fold(key(seed), 'x', i), WIDTH);
      const x = pattern.map((m, p) => m * (w[2 * p]! * z[0]! + w[2 * p + 1]! * z[1]! + b[p]! + sd * noise[p]!));
      return [...x, ...pattern];
    }),
  );
}

/** Random patterns of holes. */
export const randomPatterns = (count: number, seed: number): number[][] =>
  Array.from({ length: count }, (_, i) => Array.from(drawUniform(fold(key(seed), i), WIDTH), (u) => Number(u < 0.5)));

/** E[x|x_obs] [P] and Cov[x|x_obs] [P][P] of all entries as if missing, in float64. */
export function conditional(row: ArrayLike<number>): { mean: number[]; covariance: number[][] } {
  const observed = Array.from({ length: WIDTH }, (_, i) => row[WIDTH + i]! === 1);
  let [a00, a01, a11, r0, r1] = [1, 0, 1, 0, 0];
  for (let i = 0; i < WIDTH; i++) {
    if (!observed[i]) continue;
    const [u, v] = [w[2 * i]!, w[2 * i + 1]!];
    const residual = (row[i]! - b[i]!) / sd ** 2;
    a00 += (u * u) / sd ** 2;
    a01 += (u * v) / sd ** 2;
    a11 += (v * v) / sd ** 2;
    r0 += u * residual;
    r1 += v * residual;
  }
  const det = a00 * a11 - a01 ** 2;
  const [c00, c01, c11] = [a11 / det, -a01 / det, a00 / det];
  const z = [c00 * r0 + c01 * r1, c01 * r0 + c11 * r1];
  const covarianceOf = (i: number, j: number) =>
    w[2 * i]! * (c00 * w[2 * j]! + c01 * w[2 * j + 1]!) + w[2 * i + 1]! * (c01 * w[2 * j]! + c11 * w[2 * j + 1]!);
  return {
    mean: b.map((centre, i) => centre + w[2 * i]! * z[0]! + w[2 * i + 1]! * z[1]!),
    covariance: b.map((_, i) => b.map((__, j) => covarianceOf(i, j) + (i === j ? sd ** 2 : 0))),
  };
}
