// Measurements of a trained model of pictures: reconstructions, and the time of draws and scores. Each part of the
// model is compiled once and run on the threads of its training.
import {
  drawNoise,
  type Experiment,
  type FunctionRunner,
  fold,
  type Key,
  type Noise,
  type ObservableModel,
  observable,
  reconstructed,
  type Tensor,
  type Tensor2D,
  tf,
  turnRunner,
} from 'flowvae';
import { type Estimate, meanOf, medianOf } from './estimates.ts';

type Inputs = Readonly<Record<string, Tensor>>;

/** Runs a function of the model with its variables' values, and frees it. */
async function compiled<T>(
  { model, config }: Experiment,
  fn: (inputs: Inputs) => { y: Tensor },
  work: (runner: FunctionRunner) => Promise<T>,
): Promise<T> {
  const { engine, threads } = config;
  const runner = await turnRunner(fn, { variables: model.variables, engine, threads });
  try {
    return await work(runner);
  } finally {
    await runner.dispose();
  }
}

/** Test images behind encoder and decoder. */
export interface Reconstruction {
  /** Root of the mean squared difference, bytes. */
  readonly error: Estimate;
  /** Images that come back byte for byte. */
  readonly exact: number;
  /** The first images' reconstructions, [n, P]. */
  readonly first: Float32Array;
}

const CHUNK = 50;
const LEVEL = 1 / 255;

/**
 * Encodes and decodes all test rows: the mean of p(x|z) at the posterior's mean. A flow's latent is that of the middle
 * of each level.
 *
 * @param kept number of reconstructions to keep
 */
export async function reconstruction(parts: Experiment, kept: number): Promise<Reconstruction> {
  const { test, model } = parts;
  const { kind, width } = model.noise;
  const whole = observable(model, 'reconstructions');
  const squares: number[] = [];
  let exact = 0;
  const first = new Float32Array(Math.min(kept, test.count) * test.width);
  await compiled(
    parts,
    ({ x, noise }) => ({ y: reconstructed(whole, x as Tensor2D, noise as Tensor2D).observation.mean() }),
    async ({ run }) => {
      for (let from = 0; from < test.count; from += CHUNK) {
        const rows = Math.min(CHUNK, test.count - from);
        const x = new Float32Array(rows * test.width);
        for (let i = 0; i < rows; i++) x.set(test.row(from + i), i * test.width);
        const noise = new Float32Array(rows * width).fill(kind === 'uniform' ? 0.5 : 0);
        const { y } = await run({ x, noise }, { x: [rows, test.width], noise: [rows, width] });
        for (let i = 0; i < rows; i++) {
          const at = i * test.width;
          const image = y!.subarray(at, at + test.width);
          const errors = image.map((value, p) => (value - x[at + p]!) / LEVEL);
          squares.push(errors.reduce((sum, each) => sum + each * each, 0) / test.width);
          if (errors.every((each) => Math.abs(each) < 0.5)) exact++;
          if (from + i < kept) first.set(image, (from + i) * test.width);
        }
      }
    },
  );
  return { error: rootOf(meanOf(squares)), exact, first };
}

/** √m of a mean, with the error by the delta method. */
function rootOf({ value, error }: Estimate): Estimate {
  const root = Math.sqrt(value);
  return { value: root, error: root === 0 ? 0 : error / (2 * root) };
}

const noiseOf = ({ kind, width }: Noise, key: Key, rows: number): Float32Array => {
  const noise = new Float32Array(rows * width);
  drawNoise(kind, key, noise);
  return noise;
};

/** Options of {@link drawn}. */
export interface DrawnOptions {
  readonly count: number;
  readonly key: Key;
  readonly values: 'draws' | 'means';
}

/** Images x ~ p(x), or the means E[x|z] at z ~ p(z), [count, P]. */
export const drawn = (parts: Experiment, options: DrawnOptions): Promise<Float32Array> =>
  withDraws(parts, options, async (draw) => Float32Array.from(await draw(0)));

/** The time to draw images, noise included, ms. */
export const drawTime = (parts: Experiment, { repeats, ...options }: DrawnOptions & { readonly repeats: number }) =>
  withDraws(parts, options, (draw) => timed(repeats, draw));

/** Compiles the draw of a model; each turn has noise of its own. */
function withDraws<T>(
  parts: Experiment,
  { count, key, values }: DrawnOptions,
  work: (draw: (turn: number) => Promise<Float32Array>) => Promise<T>,
): Promise<T> {
  const model = observable(parts.model, 'draws');
  const { prior } = model;
  const inside = noiseInside(model);
  return compiled(
    parts,
    ({ outer, inner }) => {
      const p = model.observe(prior.sampleAndLogProb(outer as Tensor2D).z);
      return { y: values === 'means' ? p.mean() : p.sampleAndLogProb(inner as Tensor2D).z };
    },
    ({ run }) =>
      work(async (turn) => {
        const outer = noiseOf(prior.noise, fold(key, 'latent', turn), count);
        const inner = noiseOf(inside, fold(key, 'data', turn), count);
        const shapes = { outer: [count, prior.noise.width], inner: [count, inside.width] };
        return (await run({ outer, inner }, shapes)).y!;
      }),
  );
}

/** The noise of a draw from p(x|z). */
function noiseInside({ observe, latent }: ObservableModel): Noise {
  tf.engine().startScope();
  try {
    return observe(tf.zeros([1, latent])).noise;
  } finally {
    tf.engine().endScope();
  }
}

/** The time of log p(x, z) − log q(z|x) of one test image by one draw z ~ q(z|x), ms. */
export async function scoreTime(parts: Experiment, repeats: number, key: Key): Promise<Estimate> {
  const { model, test } = parts;
  return compiled(
    parts,
    ({ x, noise }) => {
      const { prior, posterior, likelihood } = model.at(x as Tensor2D);
      const { z, logProb } = posterior.sampleAndLogProb(noise as Tensor2D);
      return { y: tf.sub(tf.add(likelihood(z), prior.logProb(z)), logProb) };
    },
    ({ run }) =>
      timed(repeats, (turn) => {
        const x = test.row(turn % test.count).slice();
        const noise = noiseOf(model.noise, fold(key, turn), 1);
        return run({ x, noise }, { x: [1, test.width], noise: [1, model.noise.width] });
      }),
  );
}

/** Runs that are not timed: the first one compiles. */
const WARM_UP = 2;

/** The median time of runs, ms. */
async function timed(repeats: number, work: (turn: number) => Promise<unknown>): Promise<Estimate> {
  const times: number[] = [];
  for (let turn = 0; turn < WARM_UP + repeats; turn++) {
    const from = performance.now();
    await work(turn);
    if (turn >= WARM_UP) times.push(performance.now() - from);
  }
  return medianOf(times);
}
