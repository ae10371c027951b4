// A bound on held-out data, batch by batch with one graph that is kept: cheap enough to be watched while training goes on.
import { type Arrays, compile, type InputShapes, loadRuntime, traceGraph } from '@flowvae/compiler';
import { drawNoise, type Noise } from '@flowvae/distributions';
import type { Bound, LatentModel } from '@flowvae/objectives';
import { fold, type Key } from '@flowvae/random';
import type { NamedVariables, Tensor, Tensor2D } from '@flowvae/tensor';
import type { DataPoints, Engine } from '@flowvae/training';
import { assigningNothing, functionRunner, tracedRowsWithin } from '@flowvae/training';

/** Options of {@link boundOn}. */
export interface BoundOnOptions {
  readonly variables: NamedVariables;
  readonly modelAt: (x: Tensor2D) => LatentModel;
  /** The bound of a batch [B, P] with noise [B, W]; its terms are [B]. */
  readonly bound: (model: LatentModel, noise: Tensor2D) => Bound;
  readonly noise: Noise;
  readonly data: DataPoints;
  readonly batchSize: number;
  /** Decides the noise: the same for every call, so that calls differ by the parameters only. */
  readonly key: Key;
  readonly engine?: Engine;
  readonly threads?: number;
}

/** Means of a bound's terms over a set. */
export interface BoundOnData {
  /** Means over all data points, by the variables' values at the moment. */
  measure(): Promise<Readonly<Record<string, number>>>;
  dispose(): Promise<void>;
}

type Runner = (x: Float32Array, noise: Float32Array) => Promise<Arrays>;

/** A bound with one noise draw for each data point of a set, to be measured again and again. */
export async function boundOn(options: BoundOnOptions): Promise<BoundOnData> {
  const { data, noise, batchSize, key } = options;
  const size = Math.min(batchSize, data.count);
  const { run, most, dispose } = await runner(options, size);
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
          const part = (of: Float32Array, width: number) =>
            of.subarray(first * width, Math.min(rows, first + most) * width);
          const terms = await run(part(x, data.width), part(drawn, noise.width));
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

interface Running {
  readonly run: Runner;
  /** Rows that one run takes at most. */
  readonly most: number;
  readonly dispose: () => Promise<void>;
}

/** @param size rows of a batch */
async function runner(options: BoundOnOptions, size: number): Promise<Running> {
  const { variables, modelAt, bound, engine = 'compiled', threads = 1, data, noise } = options;
  const terms = assigningNothing(
    ({ x, noise: epsilon }: Readonly<Record<string, Tensor>>) =>
      bound(modelAt(x as Tensor2D), epsilon as Tensor2D).terms as Readonly<Record<string, Tensor>>,
  );
  const shapesOf = (rows: number): InputShapes => ({ x: [rows, data.width], noise: [rows, noise.width] });
  const shapes = (x: Float32Array) => shapesOf(x.length / data.width);
  const most = tracedRowsWithin(size, (rows) => traceGraph(terms, shapesOf(rows), variables));
  if (engine === 'eager' || typeof (await loadRuntime()) === 'string') {
    const { run, dispose } = await functionRunner(terms, { variables, engine: 'eager' });
    return { run: (x, epsilon) => run({ x, noise: epsilon }, shapes(x)), most, dispose };
  }
  const compiled = compile(terms, { variables, threads });
  return {
    most,
    async run(x, epsilon) {
      const executable = await compiled.specialise(shapes(x));
      return executable.run({ ...valuesOf(variables), x, noise: epsilon });
    },
    dispose: () => compiled.dispose(),
  };
}

const valuesOf = (variables: NamedVariables): Arrays =>
  Object.fromEntries(Object.entries(variables).map(([name, variable]) => [name, variable.dataSync<'float32'>()]));
