// Makes the problem of `fit` from a latent-variable model and an objective: a loss, its input shapes, and the arrays of
// a step.
import type { Arrays, InputShapes } from '@flowvae/compiler';
import { drawNoise, type Noise } from '@flowvae/distributions';
import type { LatentModel, Objective } from '@flowvae/objectives';
import { fold, type Key } from '@flowvae/random';
import type { Scalar, Tensor2D } from '@flowvae/tensor';
import type { Loss } from '../steps/gradient-step.ts';

/** A model, an objective and data. */
export interface VariationalOptions<M extends LatentModel = LatentModel> {
  /**
   * The model at a batch x [B, P]. The second argument tells that this is training, where batch normalisation takes the
   * moments of the batch, and brings the numbers of `dropout`; a model without either leaves it out.
   */
  readonly modelAt: (x: Tensor2D, pass: TrainingPass) => M;
  readonly objective: Objective<M>;
  /** The noise for a draw from the model's posterior. */
  readonly noise: Noise;
  readonly batchSize: number;
  /** Width P of a data point. */
  readonly width: number;
  /** The batch of a step, [batchSize·width] row-major; the array may be reused by the next call. */
  readonly data: (step: number) => Float32Array;
  /** Uniform numbers for dropout: for each data point, and for each draw of its latent. Absent: none. */
  readonly dropout?: { readonly datum: number; readonly draw: number } | undefined;
  /** Key of the posterior's noise: folded with the step, so that any step can be drawn again. */
  readonly key: Key;
}

/** A model's training step. */
export interface TrainingPass {
  readonly isTraining: true;
  /** Uniform numbers in [0, 1), [B, datum + draws·draw]. */
  readonly noise?: Tensor2D;
}

/** The part of `FitOptions` that depends on the model. */
export interface TrainingProblem {
  readonly loss: Loss;
  readonly inputShapes: InputShapes;
  readonly batch: (step: number) => Arrays;
  /** Names the source of a step's batch, for errors. */
  readonly nameBatch?: (step: number) => string;
  /**
   * Inputs whose first axis is the batch, if loss and terms are means over its rows. Several threads then share the
   * rows of a step, unless the traced loss combines rows before its mean; without this option they share the operators
   * one by one, which is slower.
   */
  readonly batchInputs?: readonly string[];
}

/**
 * Variational training as a problem for `fit`: inputs `x`, `noise` [B, draws·width], `dropout` where a network drops,
 * and the objective's schedules by name.
 *
 * Threads share the rows of a batch, each with all draws of its data points, unless the objective mixes rows.
 */
export function variational<M extends LatentModel>(options: VariationalOptions<M>): TrainingProblem {
  const { modelAt, objective, noise, batchSize, width, data, key, dropout } = options;
  const schedules = Object.entries(objective.schedules);
  const scheduled = Object.fromEntries(schedules.map(([name]) => [name, new Float32Array(1)]));
  const noiseWidth = objective.draws * noise.width;
  const drawn = new Float32Array(batchSize * noiseWidth);
  const dropWidth = dropout ? dropout.datum + objective.draws * dropout.draw : 0;
  const dropped = new Float32Array(batchSize * dropWidth);
  const drops = dropWidth > 0;
  return {
    loss: ({ x, noise: epsilon, dropout: uniform, ...at }) => {
      const pass: TrainingPass = { isTraining: true, ...(drops ? { noise: uniform as Tensor2D } : {}) };
      return objective.bound(modelAt(x as Tensor2D, pass), epsilon as Tensor2D, at as Record<string, Scalar>);
    },
    inputShapes: {
      x: [batchSize, width],
      noise: [batchSize, noiseWidth],
      ...(drops ? { dropout: [batchSize, dropWidth] } : {}),
      ...Object.fromEntries(schedules.map(([name]) => [name, []])),
    },
    ...(objective.mixesRows ? {} : { batchInputs: ['x', 'noise', ...(drops ? ['dropout'] : [])] }),
    batch(step) {
      for (const [name, schedule] of schedules) scheduled[name]![0] = schedule(step);
      const own = fold(key, step);
      drawNoise(noise.kind, own, drawn);
      if (drops) drawNoise('uniform', fold(own, 'dropout'), dropped);
      return { x: data(step), noise: drawn, ...(drops ? { dropout: dropped } : {}), ...scheduled };
    },
    nameBatch: (step) => `noise key ${hexadecimal(fold(key, step))}`,
  };
}

/** A key as its two words, e.g. `00c0ffee:12345678`. */
const hexadecimal = ({ k0, k1 }: Key) => [k0, k1].map((word) => word.toString(16).padStart(8, '0')).join(':');
