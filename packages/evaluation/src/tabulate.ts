// Values of a pure function at many points: densities on grids, latents of data, draws from noise.
import type { Arrays } from '@flowvae/compiler';
import { drawNoise, type Samplable, type Scorable } from '@flowvae/distributions';
import type { Key } from '@flowvae/random';
import type { Tensor2D } from '@flowvae/tensor';
import { type DataPoints, dataPoints, type RunnerOptions } from '@flowvae/training';
import { type Piece, type PointFunction, pieces } from './pieces.ts';

/** Options of {@link tabulate} and the functions built on it. */
export interface TabulateOptions extends RunnerOptions {
  /** Rows in one run of the function, fewer if they need too much memory. Default 4096. */
  readonly chunk?: number;
  /** Stops after the chunks that are under way; later rows stay 0. */
  readonly signal?: AbortSignal;
}

/**
 * Evaluates a function of points in chunks, so that memory does not grow with their number; each thread computes
 * chunks.
 *
 * @param fn x [B, P] → named tensors [B, …], or [1, …] if all rows share the result; a row's results must depend on
 * this row alone, because the last chunk is filled up
 * @returns every result by name, [n, …] row-major
 * @throws ShapeError with the name of a result that has another number of rows
 */
export async function tabulate(fn: PointFunction, data: DataPoints, options: TabulateOptions = {}): Promise<Arrays> {
  const results: Record<string, Float32Array> = {};
  await tabulatePieces(fn, data, options, (piece, { first, rows }) => {
    for (const [name, values] of Object.entries(piece)) {
      const perRow = values.length / rows;
      results[name] ??= new Float32Array(data.count * perRow);
      results[name].set(values, first * perRow);
    }
  });
  return results;
}

/**
 * Like {@link tabulate}, but passes on each chunk's results instead of collecting them.
 *
 * @param take gets results by name, [rows, …] row-major, in the order of the data; they are valid until `take` returns
 */
export async function tabulatePieces(
  fn: PointFunction,
  data: DataPoints,
  options: TabulateOptions,
  take: (results: Arrays, piece: Piece) => void,
): Promise<void> {
  const chunk = Math.min(options.chunk ?? 4096, data.count);
  for await (const [piece, results] of pieces(fn, data, { ...options, chunk })) take(results, piece);
}

/** log q(x) of every data point, [n], nats. */
export async function logProbs(density: Scorable, data: DataPoints, options?: TabulateOptions): Promise<Float32Array> {
  const { logProb } = await tabulate((x) => ({ logProb: density.logProb(x) }), data, options);
  return logProb!;
}

/** The latents of all data points in the base's space, [n, D] row-major: the inverse of the flow. */
export async function latents(
  density: { latent(x: Tensor2D): Tensor2D },
  data: DataPoints,
  options?: TabulateOptions,
): Promise<Float32Array> {
  const { z } = await tabulate((x) => ({ z: density.latent(x) }), data, options);
  return z!;
}

/** Options of {@link samples}. */
export interface SamplesOptions extends TabulateOptions {
  readonly count: number;
  readonly key: Key;
}

/** Draws [count, D], row-major; the same key gives the same draws, and more draws start with the fewer. */
export async function samples(density: Samplable, { count, key, ...options }: SamplesOptions): Promise<Float32Array> {
  const { kind, width } = density.noise;
  const noise = new Float32Array(count * width);
  drawNoise(kind, key, noise);
  const { z } = await tabulate(
    (drawn) => ({ z: density.sampleAndLogProb(drawn).z }),
    dataPoints(noise, width),
    options,
  );
  return z!;
}
