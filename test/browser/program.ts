// Work that a page and Node do alike: each returns plain numbers, so that the two can be compared.
import { target } from '@flowvae/datasets';
import { evaluateModel } from '@flowvae/evaluation';
import { checkFlow, parseFlow, planar } from '@flowvae/flows';
import { fitTarget } from '@flowvae/inference';
import { elbo } from '@flowvae/objectives';
import { drawBernoulliBytes, drawBits, drawNormal, drawUniform, epochOrders, fold, key } from '@flowvae/random';
import { tf } from '@flowvae/tensor';
import { adam, type EngineChoice, fit, variational } from '@flowvae/training';
import { mlpVae } from '@flowvae/vae';

/** Numbers of a draw, or of weights, as their bytes. */
const bytesOf = (array: Float32Array | Uint32Array): number[] => [
  ...new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
];

/** A VAE whose start depends on its key alone. */
const makeModel = ({ pixels, hidden, latent, flow }: Size) =>
  mlpVae({ pixels, hidden: [...hidden], latent, activation: 'relu', flow: parseFlow(flow, latent), key: key(7) });

/** The size of a model. */
export interface Size {
  readonly pixels: number;
  readonly hidden: readonly number[];
  readonly latent: number;
  readonly flow: string;
}

export const small: Size = { pixels: 64, hidden: [32], latent: 2, flow: 'planar*4' };

/** Draws of every kind, an order of an epoch, and the weights of a new model. */
export function beginnings(): Readonly<Record<string, number[]>> {
  const k = fold(key(2 ** 40 + 3), 'browser', 5);
  const { variables } = makeModel(small);
  const weights = Object.entries(variables).map(([name, variable]) => [name, bytesOf(variable.dataSync<'float32'>())]);
  tf.dispose(variables);
  return {
    bits: bytesOf(drawBits(k, 999)),
    uniform: bytesOf(drawUniform(k, 999)),
    normal: bytesOf(drawNormal(k, 9_999)),
    bernoulli: bytesOf(
      drawBernoulliBytes(
        k,
        Uint8Array.from({ length: 300 }, (_, i) => i % 256),
      ),
    ),
    order: [...epochOrders(k, 1000)(3)],
    ...Object.fromEntries(weights),
  };
}

/** Binary rows: blurred bars, so that there is something to learn. */
function batchOf(batchSize: number, pixels: number): (step: number) => Float32Array {
  const [k, x] = [key(11), new Float32Array(batchSize * pixels)];
  const side = Math.sqrt(pixels);
  const greys = Uint8Array.from({ length: batchSize * pixels }, (_, i) => {
    const [row, pixel] = [Math.floor(i / pixels), i % pixels];
    return Math.floor(pixel / side) === row % Math.floor(side) ? 230 : 20;
  });
  return (step) => drawBernoulliBytes(fold(k, 'data', step), greys, x);
}

/** How a model is trained. */
export interface Training extends Size {
  readonly steps: number;
  readonly batchSize: number;
  readonly engine: EngineChoice;
  /** Importance samples of the estimates; 0: none are made. Default 50. */
  readonly samples?: number;
}

/** The loss at every step, the engine that ran, ms a step, and the estimates of log p(x) after it. */
export async function training({ steps, batchSize, engine, samples = 50, ...size }: Training) {
  const model = makeModel(size);
  const data = batchOf(batchSize, size.pixels);
  const shared = { modelAt: model.at, noise: model.noise, width: size.pixels, data };
  const problem = variational({ ...shared, objective: elbo(), batchSize, key: fold(key(11), 'noise') });
  const memory: { readonly tensors: number; readonly heap: number }[] = [];
  const watch = {
    onStep({ step }: { readonly step: number }) {
      if (step % 200 === 0) memory.push(memoryNow());
    },
  };
  const optimizer = adam(1e-2);
  const result = await fit({ ...problem, ...model, optimizer, steps, engine, entryEvery: 1, callbacks: [watch] });
  const estimates = samples > 0 ? await estimated(model, { data, engine, samples, pixels: size.pixels }) : {};
  tf.dispose(model.variables);
  return {
    engine: result.engine,
    msPerStep: result.msPerStep,
    losses: result.history.map(({ loss }) => loss),
    ...estimates,
    memory,
  };
}

/** Bound and −log p(x) of the first rows. */
async function estimated(
  model: ReturnType<typeof makeModel>,
  given: {
    readonly data: (step: number) => Float32Array;
    readonly pixels: number;
    readonly engine: EngineChoice;
    readonly samples: number;
  },
): Promise<{ readonly bound?: number; readonly nll?: number }> {
  const { data, pixels, engine, samples } = given;
  const rows = data(0).slice();
  const row = (i: number) => rows.subarray(i * pixels, (i + 1) * pixels);
  const { elbo: bound, nll } = await evaluateModel({
    ...model,
    modelAt: model.at,
    data: { count: 4, width: pixels, row },
    samples,
    key: fold(key(11), 'evaluation'),
    engine,
  });
  return { bound, nll };
}

/** Tensors of TensorFlow.js, and bytes of the collected heap where Chromium was started with the flags to tell them. */
function memoryNow() {
  (globalThis as { gc?: () => void }).gc?.();
  const { memory } = performance as unknown as { readonly memory?: { readonly usedJSHeapSize: number } };
  return { tensors: tf.memory().numTensors, heap: memory?.usedJSHeapSize ?? 0 };
}

/** A guide on an energy of the paper: its bound and estimate of log Z. */
export async function fittedTarget() {
  const { estimate, bounds } = await fitTarget(target('U1'), {
    flow: 'planar*4',
    steps: 100,
    batch: 64,
    samples: 1000,
    key: key(5),
  });
  return { bounds: [...bounds], logZ: estimate.logZ };
}

/** The laws of one flow. */
export function checkedFlow() {
  const { ok, outcomes } = checkFlow(planar(3, 2));
  return { ok, checks: outcomes.map(({ check, judged }) => `${check} ${judged}`) };
}
