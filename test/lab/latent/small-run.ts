// A small run in memory, as the page gets it: a VAE with a planar flow, trained for a moment on digits.
import { mnist } from '@flowvae/datasets';
import { elbo } from '@flowvae/objectives';
import { drawUniform, fold, key } from '@flowvae/random';
import { encodeSafetensors } from '@flowvae/tensor';
import { adam, fit, variational } from '@flowvae/training';
import { type MlpVae, mlpVae } from '@flowvae/vae';
import { type LabRun, type ModelOptions, runFiles } from '../../../packages/lab/src/lab-run.ts';
import { modelOptions } from '../../../packages/lab/src/page/run/model-of-run.ts';

/** A run, its files by their paths beside the page, and its model in this process. */
export interface SmallRun {
  readonly run: LabRun;
  readonly model: MlpVae;
  readonly images: Uint8Array<ArrayBuffer>;
  readonly labels: Uint8Array<ArrayBuffer>;
  readonly parameters: Uint8Array<ArrayBuffer>;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const options: ModelOptions = {
  pixels: 784,
  shape: [28, 28, 1],
  latent: 2,
  hidden: [48],
  activation: 'relu',
  flow: 'planar*4',
  likelihood: 'bernoulli',
  amortize: 'flow',
  heads: 'scaled',
};

/** Options of {@link smallRun}. */
export interface SmallRunOptions {
  readonly count: number;
  readonly steps: number;
  readonly model?: Partial<ModelOptions>;
}

const BATCH = 50;

/** Trains on the first test digits of MNIST, in black and white. */
export async function smallRun({ count, steps, model: others = {} }: SmallRunOptions): Promise<SmallRun> {
  const model = { ...options, ...others };
  const { test } = mnist();
  const images = test.images.slice(0, count * 784).map((value) => (value < 128 ? 0 : 255));
  const labels = test.labels!.slice(0, count);
  const vae = mlpVae({ ...modelOptions(model), key: key(3), meanImage: meanOf(images, count) });
  const all = Float32Array.from(images, (value) => value / 255);
  const batch = (step: number) => {
    const rows = new Float32Array(BATCH * 784);
    for (const [i, u] of drawUniform(fold(key(4), 'rows', step), BATCH).entries()) {
      const row = Math.floor(u * count);
      rows.set(all.subarray(row * 784, (row + 1) * 784), i * 784);
    }
    return rows;
  };
  const problem = variational({
    modelAt: vae.at,
    noise: vae.noise,
    width: 784,
    data: batch,
    objective: elbo(),
    batchSize: BATCH,
    key: fold(key(4), 'noise'),
  });
  await fit({ ...problem, ...vae, optimizer: adam(3e-3), steps, engine: 'compiled' });
  const run: LabRun = {
    name: 'small',
    settings: { flow: model.flow ?? 'none', latent: String(model.latent) },
    model,
    steps,
    results: {},
    data: { name: 'mnist', count, classes: [...'0123456789'] },
  };
  const parameters = fileOf(vae);
  return { run, model: vae, images, labels, parameters, files: filesOf({ run, images, labels, parameters }) };
}

/** The variables of a model as a file. */
export const fileOf = ({ variables }: MlpVae): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    encodeSafetensors({
      tensors: Object.fromEntries(
        Object.entries(variables).map(([name, each]) => [
          name,
          { shape: each.shape, values: each.dataSync<'float32'>() },
        ]),
      ),
      metadata: {},
    }),
  );

function filesOf({ run, images, labels, parameters }: Omit<SmallRun, 'files' | 'model'>) {
  return new Map([
    [runFiles.description, new TextEncoder().encode(JSON.stringify(run))],
    [runFiles.parameters, parameters],
    [runFiles.images, images],
    [runFiles.labels, labels],
  ]);
}

function meanOf(images: Uint8Array, count: number): Float32Array {
  const mean = new Float32Array(784).fill(0.5 / (count + 1));
  for (const [i, value] of images.entries()) mean[i % 784]! += value / 255 / (count + 1);
  return mean;
}
