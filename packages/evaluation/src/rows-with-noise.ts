// Rows of data points with the noise of their draws appended, so that a function of rows sees both.
import { type DiagonalNormal, drawNoise, type Noise, type Samplable } from '@flowvae/distributions';
import { fold, type Key } from '@flowvae/random';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import type { DataPoints } from '@flowvae/training';

/** Data points and their number of draws. */
export interface Drawn {
  readonly data: DataPoints;
  readonly noise: Noise;
  /** Draws M for each data point. */
  readonly samples: number;
  /** Data point i's draws depend on the key and i only; more draws start with the fewer. */
  readonly key: Key;
}

/** Rows [P + M·W]: x, then the noise of its draws. */
export function withNoise({ data, noise, samples, key }: Drawn): DataPoints {
  const width = data.width + samples * noise.width;
  const row = new Float32Array(width);
  return {
    count: data.count,
    width,
    row(index) {
      row.set(data.row(index));
      drawNoise(noise.kind, fold(key, index), row.subarray(data.width));
      return row;
    },
  };
}

/** Rows [B, P + M·W] → x [B, P] and noise [B·M, W], the draws of a data point one after the other. */
export function taken(
  rows: Tensor2D,
  { data, noise, samples }: Drawn,
): { readonly x: Tensor2D; readonly drawn: Tensor2D } {
  const drawn = tf.slice(rows, [0, data.width], [-1, samples * noise.width]);
  return { x: tf.slice(rows, [0, 0], [-1, data.width]), drawn: tf.reshape(drawn, [-1, noise.width]) };
}

/**
 * The closed-form statistics of a factorised posterior, one row per data point or one for all; empty for other
 * posteriors.
 */
export const inClosedForm = (posterior: Samplable): Readonly<Record<string, Tensor>> =>
  isFactorised(posterior) ? { exactMean: posterior.mean, klPerDimension: posterior.klPerDimension() } : {};

type Factorised = Samplable & Pick<DiagonalNormal, 'mean' | 'klPerDimension'>;

const isFactorised = (posterior: Samplable): posterior is Factorised =>
  'mean' in posterior && 'klPerDimension' in posterior;
