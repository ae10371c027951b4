// The type of target densities, and the pieces that they share.
import { checkShape, ExpectationError, type Tensor, type Tensor1D, tf } from '@flowvae/tensor';

/** Tensors [B, ...shape] by the names of parameters. */
export type ParameterTensors = Readonly<Record<string, Tensor>>;

/** Mean and standard deviation of one column. */
export interface Moments {
  readonly mean: number;
  readonly std: number;
}

/** An unnormalised density with known integral and moments, for inference to be tried on. */
export interface TargetDensity {
  readonly name: string;
  readonly title: string;
  /** Paper, table, licence of the data. */
  readonly source: string;
  /** Formulas of constraints by the names of parameters, in the order of the free numbers. */
  readonly parameters: Readonly<Record<string, string>>;
  /**
   * Unnormalised log density in the parameters' own units: values [B, ...shape] → [B], nats. Without a Jacobian of the
   * constraints: who transforms the parameters adds it.
   *
   * @throws ShapeError for a value of another shape; ExpectationError for a parameter without a value
   */
  readonly logDensity: (values: ParameterTensors) => Tensor1D;
  /** log ∫ exp(logDensity), nats, over the values that the constraints allow. */
  readonly logZ?: number;
  /** The numerical error of `logZ`; absent: all digits are right. */
  readonly logZError?: number;
  /** By column: `mu`, `theta[0]`, … */
  readonly moments?: Readonly<Record<string, Moments>>;
  /** How `logZ` and `moments` were had. */
  readonly reference: string;
}

/** A density's function of checked values: each has its declared shape behind the batch axis. */
export function densityOf<const N extends string, T extends { readonly [P in N]: Tensor }>(
  name: string,
  shapes: Readonly<Record<N, readonly number[]>>,
  logDensity: (values: T) => Tensor1D,
): TargetDensity['logDensity'] {
  const names = Object.keys(shapes) as N[];
  return (values) => {
    for (const each of names) {
      const where = `target ${name}: ${each}`;
      const value = Object.hasOwn(values, each) ? values[each] : undefined;
      if (!value) throw new ExpectationError({ where, expected: 'a value', received: 'none' });
      checkShape(where, value, ['batch', ...shapes[each]]);
    }
    return logDensity(values as unknown as T);
  };
}

export const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** log N(x; mean, std²), element by element. */
export const logNormal = <T extends Tensor>(x: T, mean: number | Tensor, std: number): T =>
  tf.sub(tf.mul(tf.square(tf.div(tf.sub(x, mean), std)), -0.5), HALF_LOG_TWO_PI + Math.log(std));

/** Sum over the parameters of a value, [B, n] → [B]. */
export const total = (values: Tensor): Tensor1D => tf.sum<Tensor1D>(values, 1);

/** The same moments for columns `name[0]` … `name[count − 1]`. */
export const momentsOfEach = (
  name: string,
  count: number,
  moments: (i: number) => Moments,
): Readonly<Record<string, Moments>> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name}[${i}]`, moments(i)]));

/** The words for numbers that a quadrature gave. */
export const byQuadrature = (how: string): string =>
  `${how}, in float64 by an independent program (test/reference/targets.py), twice with different points`;
