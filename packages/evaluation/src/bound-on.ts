// A bound on held-out data, batch by batch with one reused graph: cheap enough for use during training.
import type { InputShapes, Traceable } from '@flowvae/compiler';
import { drawNoise, type Noise } from '@flowvae/distributions';
import type { Bound, LatentModel } from '@flowvae/objectives';
import { fold, type Key } from '@flowvae/random';
import type { NamedVariables, Tensor2D } from '@flowvae/tensor';
import { type DataPoints, type RunnerOptions, turnRunner } from '@flowvae/training';

/** Options of {@link boundOn}. */
export interface BoundOnOptions extends RunnerOptions {
  readonly variables: NamedVariables;
  readonly modelAt: (x: Tensor2D) => LatentModel;
  /** The bound of a batch [B, P] with noise [B, W]; its terms are [B]. */
  readonly bound: (model: LatentModel, noise: Tensor2D) => Bound;
  readonly noise: Noise;
  readonly data: DataPoints;
  readonly batchSize: number;
  /** Key of the noise. Every call uses the same noise, so only the parameters change the result. */
  readonly key: Key;
}

/** Means of a bound's terms over a set. */
export interface BoundOnData {
  /** Means over all data points, with the variables' current values. */
  measure(): Promise<Readonly<Record<string, number>>>;
  dispose(): Promise<void>;
}

/** A bound with one noise draw for each data point of a set; measure it as often as needed. */
export async function boundOn(options: BoundOnOptions): Promise<BoundOnData> {
  const { data, noise, batchSize, key } = options;
  const size = Math.min(batchSize, data.count);
  const { run, rowsWithin, dispose } = await turnRunner(termsOf(options), options);
  const shapesOf = (rows: number): InputShapes => ({ x: [rows, data.width], noise: [rows, noise.width] });
  const most = rowsWithin(size, shapesOf);
  const [x, drawn] = [new Float32Array(size * data.width), new Float32Array(size * noise.width)];
  return {
    async measure() {
      const sums: Record<string, number> = {};
      for (let start = 0; start < data.count; start += size) {
        const rows = Math.min(size, data.count - start);
        for (let row = 0; row < rows; row++) x.set(data.row(start + row), row * data.width);
        const batchNoise = drawn.subarray(0, rows * noise.width);
        drawNoise(noise.kind, fold(key, start), batchNoise);
        for (let first = 0; first < rows; first += most) {
          const end = Math.min(rows, first + most);
          const part = (of: Float32Array, width: number) => of.subarray(first * width, end * width);
          const arrays = { x: part(x, data.width), noise: part(drawn, noise.width) };
          const terms = await run(arrays, shapesOf(end - first));
          for (const [name, values] of Object.entries(terms)) {
            sums[name] = values.reduce((total, value) => total + value, sums[name] ?? 0);
          }
        }
      }
      return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / data.count]));
    },
    dispose,
  };
}

/** The bound's terms, as a function of a batch and noise. */
const termsOf =
  ({ modelAt, bound }: BoundOnOptions): Traceable =>
  ({ x, noise }) =>
    bound(modelAt(x as Tensor2D), noise as Tensor2D).terms;
