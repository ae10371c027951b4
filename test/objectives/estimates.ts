// Bounds and their gradients as samples: every row of a batch is an independent estimate, so a mean comes with its
// standard error.
import type { LatentModel, Objective } from '@flowvae/objectives';
import { drawNormal, drawUniform, key } from '@flowvae/random';
import { type Scalar, type Tensor, type Tensor2D, tf } from '@flowvae/tensor';

/** Allowed distance of a mean from its expectation: one mean in 150,000 lies further. */
const STANDARD_ERRORS = 4.5;

/** Mean and standard error of independent estimates. */
export interface Estimate {
  readonly mean: number;
  readonly standardError: number;
}

/** Of numbers, in float64. */
export function estimate(values: ArrayLike<number>): Estimate {
  const numbers = Array.from(values);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (numbers.length - 1);
  return { mean, standardError: Math.sqrt(variance / numbers.length) };
}

/** The faults of an estimate of a number; `rounding` is an allowance for float32. */
export function misses(what: string, { mean, standardError }: Estimate, truth: number, rounding = 1e-5): string[] {
  const allowed = STANDARD_ERRORS * standardError + rounding * Math.max(1, Math.abs(truth));
  return Math.abs(mean - truth) <= allowed ? [] : [`${what}: ${mean} ± ${standardError} instead of ${truth}`];
}

/** Noise for an objective, [rows, draws·width], on the tape of nothing. */
export function noiseFor(
  objective: Objective<never>,
  { noise }: LatentModel['posterior'],
  rows: number,
  seed = 1,
): Tensor2D {
  const width = objective.draws * noise.width;
  const draw = noise.kind === 'normal' ? drawNormal : drawUniform;
  return tf.tensor2d(draw(key(seed), rows * width), [rows, width]);
}

/** A model from parameters with a row for each estimate. */
export type ModelOf<M extends LatentModel> = (params: Readonly<Record<string, Tensor>>) => M;

/** The gradients of the bound (not the loss) by every parameter: [rows, size], each row an estimate of its own. */
export function gradientEstimates<M extends LatentModel>(
  objective: Objective<M>,
  modelOf: ModelOf<M>,
  params: Readonly<Record<string, readonly number[]>>,
  {
    rows,
    seed = 1,
    at = {},
  }: { readonly rows: number; readonly seed?: number; readonly at?: Readonly<Record<string, number>> },
): Record<string, Float32Array> {
  return tf.tidy(() => {
    const names = Object.keys(params);
    const repeated = names.map((name) => {
      const row = tf.tensor(params[name]!.map((value) => value));
      return tf.tile(tf.expandDims(row, 0), [rows, 1]);
    });
    const scalars = Object.fromEntries(Object.entries(at).map(([name, value]) => [name, tf.scalar(value)]));
    const loss = (...tensors: Tensor[]): Scalar => {
      const model = modelOf(Object.fromEntries(names.map((name, i) => [name, tensors[i]!])));
      return objective.bound(model, noiseFor(objective as Objective<never>, model.posterior, rows, seed), scalars).loss;
    };
    const gradients = tf.grads(loss)(repeated);
    return Object.fromEntries(names.map((name, i) => [name, tf.mul(gradients[i]!, -rows).dataSync<'float32'>()]));
  });
}
