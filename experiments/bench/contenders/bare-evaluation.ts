// The floor of an evaluation: the matrix products of its graph on ONNX Runtime and nothing else.
import { type Tensor2D, tf } from 'flowvae';
import { importanceChunk, optimise, trace } from '../compiler-parts.ts';
import type { Candidate } from '../measurement.ts';
import { problemOf, type Setting, shape } from '../setting.ts';
import { bareConvolutions, convolutionsIn } from './bare-convolutions.ts';

/** Samples in one run of an evaluation. */
const MOST_ROWS = 500;

/** Repetitions of the products: they take milliseconds. */
const RUNS = 100;

/**
 * The products for the samples of an image; µs per sample. Measured on one thread alone and divided by the threads, so
 * that no sharing of images can be faster.
 */
export const bareEvaluation = (setting: Setting, samples: number): Candidate => ({
  name: 'bare products',
  async start() {
    const rows = Math.min(samples, MOST_ROWS);
    const { measure, close } = await bareConvolutions(await productsOf(setting, rows)).start();
    return { measure: async () => (1000 * (await measure(RUNS))) / (rows * setting.threads), close };
  },
});

async function productsOf(setting: Setting, rows: number) {
  await tf.setBackend('cpu');
  const { model } = await problemOf(setting);
  const { variables } = model;
  const shapes = { x: [1, shape.pixels], noise: [rows, shape.latent] };
  const graph = trace(({ x, noise }) => importanceChunk(model.at(x as Tensor2D), noise as Tensor2D), shapes, {
    variables,
  });
  tf.dispose({ ...variables });
  return convolutionsIn(optimise(graph));
}
