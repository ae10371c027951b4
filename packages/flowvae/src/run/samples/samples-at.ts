// Samples of a run's model at given points, such as noise of its prior or latents, with columns behind them.
import { widthOfDatum } from '@flowvae/datasets';
import { type ModelSamples, type ModelSamplesOptions, modelSamples } from '@flowvae/evaluation';
import { type Tensor2D, tf } from '@flowvae/tensor';
import type { DataPoints } from '@flowvae/training';
import { besideColumns } from '../covariates/beside-columns.ts';
import type { ModelParts } from '../experiment.ts';

/** Options of {@link samplesAt}. */
export interface SamplesAtOptions extends Pick<ModelSamplesOptions, 'drawKey' | 'signal'> {
  /** A row for each sample, [W]. */
  readonly points: DataPoints;
  /** Numbers beside the points, [n, C], such as covariates. Default: none. */
  readonly columns?: Float32Array;
  /** points [B, W] and columns [B, C], undefined without any → z [B, D] and p(x|z) */
  readonly at: (points: Tensor2D, columns: Tensor2D | undefined) => ReturnType<ModelSamplesOptions['at']>;
}

/** Yields samples in order, on the run's engine and threads; as `modelSamples`. */
export function samplesAt(
  { config, model }: ModelParts,
  { points, columns = new Float32Array(0), at, ...options }: SamplesAtOptions,
): AsyncGenerator<ModelSamples> {
  const given = columns.length / points.count;
  return modelSamples({
    ...options,
    rows: besideColumns(points, columns),
    at(rows) {
      if (given === 0) return at(rows, undefined);
      const [own, beside] = tf.split(rows, [points.width, given], 1) as [Tensor2D, Tensor2D];
      return at(own, beside);
    },
    variables: model.variables,
    engine: config.engine,
    threads: config.threads,
  });
}

/** x of all samples, [n, P]. */
export async function allValues(
  samples: AsyncIterable<ModelSamples>,
  { data }: Pick<ModelParts, 'data'>,
  count: number,
): Promise<Float32Array> {
  const width = widthOfDatum(data);
  const all = new Float32Array(count * width);
  for await (const { first, x } of samples) all.set(x, first * width);
  return all;
}
