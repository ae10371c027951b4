// The training step that Node and a page measure alike: same sizes, same numbers.

import { parseFlow } from '@flowvae/flows';
import { elbo } from '@flowvae/objectives';
import { drawBernoulliBytes, drawBits, fold, key } from '@flowvae/random';
import { tf, type Variable } from '@flowvae/tensor';
import { adam, fit, variational } from '@flowvae/training';
import { mlpVae } from '@flowvae/vae';

/** The size of a model. */
export interface PageSize {
  readonly hidden: readonly number[];
  readonly latent: number;
  readonly flow: string;
}

const PIXELS = 784;
const BATCH = 100;

/** `fit` leaves this many steps out of its median. */
const WARM_UP = 20;

/** Model and problem; the images are noise, which costs as much as digits. */
function problemAt({ hidden, latent, flow }: PageSize) {
  const flowOf = parseFlow(flow, latent);
  const model = mlpVae({ pixels: PIXELS, hidden: [...hidden], latent, activation: 'relu', flow: flowOf, key: key(0) });
  const greys = new Uint8Array(drawBits(key(1), (BATCH * PIXELS) / 4).buffer);
  const x = new Float32Array(BATCH * PIXELS);
  const problem = variational({
    modelAt: model.at,
    noise: model.noise,
    objective: elbo(),
    batchSize: BATCH,
    width: PIXELS,
    data: (step) => drawBernoulliBytes(fold(key(2), 'data', step), greys, x),
    key: key(3),
  });
  return { model, problem };
}

/** Milliseconds of a step of `fit`, the median of `count` steps. */
export async function fitStep(size: PageSize, count: number, threads: number): Promise<number> {
  const { model, problem } = problemAt(size);
  const { variables } = model;
  const steps = count + WARM_UP;
  const { engine, msPerStep } = await fit({ ...problem, variables, optimizer: adam(1e-3), steps, threads });
  if (engine !== 'compiled') throw new Error(`the ${engine} engine ran`);
  tf.dispose(variables);
  return msPerStep;
}

/** The same by `optimizer.minimize` of TensorFlow.js on its current backend, the median of `count` steps. */
export async function plainStep(size: PageSize, count: number): Promise<number> {
  const { model, problem } = problemAt(size);
  const variables: Variable[] = Object.values(model.variables);
  const optimizer = tf.train.adam(1e-3);
  const durations: number[] = [];
  for (let step = 0; step <= count; step++) {
    const from = performance.now();
    const arrays = problem.batch(step);
    const loss = tf.tidy(() => {
      const inputs = Object.entries(problem.inputShapes).map(
        ([name, shape]) => [name, tf.tensor(arrays[name]!, [...shape])] as const,
      );
      return optimizer.minimize(() => problem.loss(Object.fromEntries(inputs)).loss, true, variables)!;
    });
    await loss.data();
    loss.dispose();
    if (step > 0) durations.push(performance.now() - from);
  }
  optimizer.dispose();
  tf.dispose(variables);
  return durations.toSorted((a, b) => a - b)[durations.length >> 1]!;
}
