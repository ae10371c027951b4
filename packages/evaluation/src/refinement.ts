// Refinement of posteriors: the parameters of each data point ascend its bound with the generative model fixed.
import { type Graph, type InputShapes, traceGraph } from '@flowvae/compiler';
import { drawNoise, type Noise } from '@flowvae/distributions';
import { elbo, type LatentModel } from '@flowvae/objectives';
import { fold, type Key } from '@flowvae/random';
import { type NamedVariables, repeatRows, type Tensor, type Tensor2D, tf, type Variable } from '@flowvae/tensor';
import type { DataPoints, RunnerOptions } from '@flowvae/training';
import { adam, cosineDecay, fit, type Loss, tracedRowsWithin, withGradients } from '@flowvae/training';

/** Options of {@link ascend}. */
export interface RefinementOptions extends Pick<RunnerOptions, 'engine' | 'threads'> {
  /** The model at data x [B, P] with posteriors of the given parameters, each [B, ...shape]. */
  readonly modelAt: (x: Tensor2D, params: Readonly<Record<string, Tensor>>) => LatentModel;
  readonly noise: Noise;
  readonly data: DataPoints;
  /** Steps of Adam. Default 400. */
  readonly steps?: number;
  /** Draws for each data point in a step. Default 8. */
  readonly draws?: number;
  /** Learning rate at the start; it decays to 0 by a cosine. Default 0.02. */
  readonly rate?: number;
  readonly key: Key;
  readonly signal?: AbortSignal;
}

/** Draws for each data point in a step. */
const DRAWS = 8;

/** Data points that are refined together. */
interface Group {
  readonly first: number;
  readonly points: number;
}

/**
 * Maximises the sum of all data points' bounds. Each bound has its own parameters, so the data points are independent:
 * they run in groups whose steps fit the memory.
 */
export async function ascend(options: RefinementOptions, params: NamedVariables): Promise<void> {
  const { data, draws = DRAWS, key, noise, signal } = options;
  const drawn = new Float32Array(data.count * draws * noise.width);
  const noiseOf = (step: number) => {
    drawNoise(noise.kind, fold(key, 'refinement', step), drawn);
    return drawn;
  };
  const size = tracedRowsWithin(data.count, (points) => stepGraph(options, params, points));
  for (let first = 0; first < data.count && !signal?.aborted; first += size) {
    await ascendGroup(options, params, { first, points: Math.min(size, data.count - first), noiseOf });
  }
}

/** A copy of a group's parameters, as variables. */
const ofGroup = (params: NamedVariables, { first, points }: Group): NamedVariables =>
  tf.tidy(() =>
    Object.fromEntries(
      Object.entries(params).map(([name, all]) => {
        const rest = all.shape.slice(1);
        return [name, tf.variable(tf.slice(all, [first, ...rest.map(() => 0)], [points, ...rest]))];
      }),
    ),
  );

/** The graph of one step for a group of this size. */
function stepGraph(options: RefinementOptions, params: NamedVariables, points: number): Graph {
  const own = ofGroup(params, { first: 0, points });
  try {
    return traceGraph(withGradients(lossOf(options, own), own), shapesOfStep(options, points), {
      variables: own,
    });
  } finally {
    tf.dispose(own as Record<string, Variable>);
  }
}

const lossOf =
  ({ modelAt, draws = DRAWS }: RefinementOptions, params: NamedVariables): Loss =>
  ({ x, noise }) => {
    const own = Object.entries(params).map(([name, value]) => [name, repeatRows(value as Tensor, draws)] as const);
    return elbo().bound(modelAt(repeatRows(x as Tensor2D, draws), Object.fromEntries(own)), noise as Tensor2D);
  };

const shapesOfStep = ({ data, noise, draws = DRAWS }: RefinementOptions, points: number): InputShapes => ({
  x: [points, data.width],
  noise: [points * draws, noise.width],
});

async function ascendGroup(
  options: RefinementOptions,
  params: NamedVariables,
  { noiseOf, ...group }: Group & { readonly noiseOf: (step: number) => Float32Array },
): Promise<void> {
  const { noise, data, steps = 400, draws = DRAWS, rate = 0.02, engine, threads, signal } = options;
  const { first, points } = group;
  const x = new Float32Array(points * data.width);
  for (let i = 0; i < points; i++) x.set(data.row(first + i), i * data.width);
  const perPoint = draws * noise.width;
  const own = ofGroup(params, group);
  try {
    await fit({
      variables: own,
      loss: lossOf(options, own),
      inputShapes: shapesOfStep(options, points),
      batch: (step) => ({ x, noise: noiseOf(step).subarray(first * perPoint, (first + points) * perPoint) }),
      // Adam's step is invariant to the gradient's scale, hence to the number of data points in the mean
      optimizer: adam(cosineDecay(rate, steps)),
      steps,
      ...(engine ? { engine } : {}),
      ...(threads ? { threads } : {}),
      ...(signal ? { signal } : {}),
    });
    for (const [name, all] of Object.entries(params)) putRows(all, first, own[name]!);
  } finally {
    tf.dispose(own as Record<string, Variable>);
  }
}

/** Assigns new values to some rows of a variable. */
function putRows(all: Variable, first: number, rows: Variable): void {
  const values = all.dataSync<'float32'>().slice();
  values.set(rows.dataSync<'float32'>(), first * (all.size / all.shape[0]!));
  tf.tidy(() => all.assign(tf.tensor(values, all.shape)));
}
