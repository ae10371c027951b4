// Small problems to train: a quadratic whose minimum is known, and a VAE with a planar posterior.
import { parseFlow } from '@flowvae/flows';
import { elbo } from '@flowvae/objectives';
import { drawUniform, fold, key } from '@flowvae/random';
import { type NamedVariables, type Scalar, tf } from '@flowvae/tensor';
import { type TrainingProblem, variational } from '@flowvae/training';
import { mlpVae } from '@flowvae/vae';

interface Problem {
  readonly problem: TrainingProblem;
  readonly variables: NamedVariables;
}

/** Σ (w − target)², for a target given as data at each step. */
export function quadratic(start: readonly number[], target: (step: number) => readonly number[]): Problem {
  const w = tf.tidy(() => tf.variable(tf.tensor1d([...start])));
  return {
    variables: { w },
    problem: {
      loss: ({ target: at }) => {
        const distance = tf.squaredDifference(w, at!);
        return {
          loss: tf.sum(distance) as Scalar,
          terms: { distance: tf.reshape(distance, [-1]), double: tf.mul(distance, 2) },
        };
      },
      inputShapes: { target: [start.length] },
      batch: (step) => ({ target: Float32Array.from(target(step)) }),
    },
  };
}

const PIXELS = 12;
const LATENT = 3;
const BATCH = 8;

/** A VAE of 12 pixels with planar*3, on batches of noise. */
export function smallVae(seed: number): Problem {
  const root = key(seed);
  const model = mlpVae({
    pixels: PIXELS,
    latent: LATENT,
    hidden: [7, 5],
    activation: 'tanh',
    flow: parseFlow('planar*3', LATENT),
    key: fold(root, 'model'),
  });
  const problem = variational({
    modelAt: model.at,
    objective: elbo(),
    noise: { kind: 'normal', width: LATENT },
    batchSize: BATCH,
    width: PIXELS,
    data: (step) => drawUniform(fold(key(99), step), BATCH * PIXELS).map((u) => (u < 0.4 ? 1 : 0)),
    key: fold(root, 'noise'),
  });
  return { problem, variables: model.variables };
}

/** All values of a set of variables, one after the other. */
export const valuesOf = (variables: NamedVariables): number[] =>
  Object.values(variables).flatMap((variable) => [...variable.dataSync()]);
