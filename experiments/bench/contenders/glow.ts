// Glow on pictures of 28 × 28 with 256 levels: the training step, the products of a step, and samples.
import {
  adam,
  type DensityModel,
  densityModel,
  drawNormal,
  elbo,
  fit,
  key,
  levelsSupport,
  mnist,
  modelSamples,
  pictureFlow,
  type Tensor2D,
  type Traceable,
  tf,
  uniformDequantisation,
  variational,
} from 'flowvae';
import { optimise, trace } from '../compiler-parts.ts';
import type { Candidate } from '../measurement.ts';
import { convolutionsIn } from './bare-convolutions.ts';
import { lossAndGradients } from './loss-and-gradients.ts';

/** The architecture but for its depth, the pictures of a training step, and the samples that a time is given for. */
export const glowShape = { levels: 2, width: 64, batch: 32, samples: 64 } as const;

/** One setting of the model and the machine. */
export interface GlowSetting {
  /** Steps on each level. */
  readonly depth: number;
  readonly threads: number;
}

const PICTURE = [28, 28, 1] as const;
const PIXELS = 784;

/** `fit` leaves this many steps out of its median. */
const WARM_UP = 20;

/** Samples of one measurement. */
const MOST_SAMPLES = 4096;

/** Pictures that the activation normalisations start from. */
const START = 200;

const { levels, width } = glowShape;

/** The training images, read once. */
let images: Uint8Array | undefined;
const trainingImages = (): Uint8Array => {
  images ??= mnist().train.images;
  return images;
};

/** So many training images as rows k/255. */
const rowsAt = (from: number, count: number): Float32Array =>
  Float32Array.from(trainingImages().subarray(from * PIXELS, (from + count) * PIXELS), (byte) => byte / 255);

const glowModel = (depth: number): DensityModel =>
  densityModel({
    flow: pictureFlow('glow', PICTURE, { levels, depth, width, key: key(1) }),
    support: levelsSupport(PIXELS, { dequantisation: uniformDequantisation(PIXELS) }),
    key: key(2),
    rows: rowsAt(0, START),
  });

function problemOf(model: DensityModel, batch: number) {
  const batches = Math.floor(trainingImages().length / (batch * PIXELS));
  return variational({
    modelAt: model.at,
    objective: elbo(),
    noise: model.noise,
    batchSize: batch,
    width: PIXELS,
    data: (step) => rowsAt((step % batches) * batch, batch),
    key: key(3),
  });
}

const disposed = ({ variables }: DensityModel) => tf.dispose({ ...variables });

/** The step's convolutions and products over one thread's share of a batch. */
export async function glowConvolutions({ depth, threads }: GlowSetting) {
  await tf.setBackend('cpu');
  const model = glowModel(depth);
  const { variables } = model;
  const problem = problemOf(model, glowShape.batch / threads);
  const graph = optimise(trace(lossAndGradients(problem, variables), problem.inputShapes, { variables }));
  disposed(model);
  return convolutionsIn(graph);
}

/** The convolutions and products of a drawing over one thread's share of the samples. */
export async function glowSamplingConvolutions({ depth, threads }: GlowSetting) {
  await tf.setBackend('cpu');
  const model = glowModel(depth);
  const { variables } = model;
  const draw: Traceable = ({ z }) => ({ x: model.observe(z as Tensor2D).mean() });
  const graph = optimise(trace(draw, { z: [glowShape.samples / threads, PIXELS] }, { variables }));
  disposed(model);
  return convolutionsIn(graph);
}

/** A training step by `fit`. */
export const glowStep = ({ depth, threads }: GlowSetting): Candidate => ({
  name: 'flowvae',
  async start() {
    const model = glowModel(depth);
    const { variables } = model;
    const problem = problemOf(model, glowShape.batch);
    const optimizer = adam(1e-3);
    return {
      measure: async (count) =>
        (await fit({ ...problem, variables, optimizer, steps: count + WARM_UP, threads })).msPerStep,
      close: async () => disposed(model),
    };
  },
});

/** Milliseconds for so many samples: of a long drawing, from its first block on, so that starting is left out. */
export const glowSamples = ({ depth, threads }: GlowSetting): Candidate => ({
  name: 'flowvae',
  async start() {
    const model = glowModel(depth);
    const noise = drawNormal(key(4), PIXELS * MOST_SAMPLES);
    return {
      async measure(count) {
        const rows = {
          count: Math.min(count * glowShape.samples, MOST_SAMPLES),
          width: PIXELS,
          row: (i: number) => noise.subarray(i * PIXELS, (i + 1) * PIXELS),
        };
        const at = (z: Tensor2D) => ({ z, observation: model.observe(z) });
        const { variables } = model;
        let first: { readonly rows: number; readonly at: number } | undefined;
        for await (const block of modelSamples({ rows, at, variables, threads })) {
          first ??= { rows: block.first + block.z.length / PIXELS, at: performance.now() };
        }
        return (glowShape.samples * (performance.now() - first!.at)) / (rows.count - first!.rows);
      },
      close: async () => disposed(model),
    };
  },
});
