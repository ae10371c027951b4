// Draws from single posteriors with their importance weights: weighted, they are draws from p(z|x).
import type { InputShapes, Traceable } from '@flowvae/compiler';
import { drawNoise, type Noise } from '@flowvae/distributions';
import { type LatentModel, logWeight, scoreDraw } from '@flowvae/objectives';
import { fold } from '@flowvae/random';
import type { Tensor2D } from '@flowvae/tensor';
import { functionRunner, type PointwiseOptions } from '@flowvae/training';

/** Draws from q(z|x) of one data point. */
export interface WeightedDraws {
  /** [S, D] */
  readonly z: Float32Array;
  /** log p(x, z) − log q(z|x) of each, [S], nats. */
  readonly logWeight: Float32Array;
}

/** Options of {@link weightedDraws}. */
export interface WeightedDrawsOptions extends Omit<PointwiseOptions<never>, 'onEstimate'> {
  readonly modelAt: (x: Tensor2D) => LatentModel;
  readonly noise: Noise;
  /** Draws S for each data point. */
  readonly samples: number;
  readonly signal?: AbortSignal;
}

/**
 * Draws from the posterior of every data point; point i's draws depend on the key and i only.
 *
 * Self-normalised, the weights turn the draws into those of p(z|x), up to an error that falls with their effective
 * sample size.
 */
export async function weightedDraws(options: WeightedDrawsOptions): Promise<readonly WeightedDraws[]> {
  const { data, noise, samples, key, signal } = options;
  const runner = await functionRunner(drawsOf(options), options);
  try {
    const shapesOf = (rows: number): InputShapes => ({ x: [1, data.width], noise: [rows, noise.width] });
    const most = runner.rowsWithin(samples, shapesOf);
    const all: WeightedDraws[] = [];
    for (let i = 0; i < data.count && !signal?.aborted; i++) {
      const drawn = new Float32Array(samples * noise.width);
      drawNoise(noise.kind, fold(key, i), drawn);
      const found = { z: new Float32Array(0), logWeight: new Float32Array(samples) };
      for (let first = 0; first < samples; first += most) {
        const rows = Math.min(most, samples - first);
        const part = drawn.slice(first * noise.width, (first + rows) * noise.width);
        const { z, logWeight } = await runner.run({ x: data.row(i), noise: part }, shapesOf(rows));
        const dim = z!.length / rows;
        if (first === 0) found.z = new Float32Array(samples * dim);
        found.z.set(z!, first * dim);
        found.logWeight.set(logWeight!, first);
      }
      all.push(found);
    }
    return all;
  } finally {
    await runner.dispose();
  }
}

const drawsOf =
  ({ modelAt }: WeightedDrawsOptions): Traceable =>
  ({ x, noise }) => {
    const model = modelAt(x as Tensor2D);
    const draw = model.posterior.sampleAndLogProb(noise as Tensor2D);
    return { z: draw.z, logWeight: logWeight(scoreDraw(model, draw)) };
  };
