// What a model makes of data: posterior means, draws, and how likely each draw was.
import type { Samplable } from '@flowvae/distributions';
import { repeatRows, type Tensor2D, tf } from '@flowvae/tensor';
import { type Drawn, inClosedForm, taken, withNoise } from './rows-with-noise.ts';
import { type TabulateOptions, tabulate } from './tabulate.ts';

/** Options of {@link encodings}. */
export interface EncodingsOptions extends TabulateOptions, Drawn {
  /** x [B, P] → q(z|x) */
  readonly infer: (x: Tensor2D) => Samplable;
  /** The mean of a posterior that does not know it is that of so many draws, `samples` of which are returned. */
  readonly meanSamples: number;
}

/** Rows of the encoder in one run. */
const ROWS = 1000;

/** E[z|x] [n, D], draws z [n, M, D] and their log q(z|x) [n, M], row-major; nats. Equal options give equal bytes. */
export async function encodings(
  options: EncodingsOptions,
): Promise<Readonly<Record<'mean' | 'z' | 'logQ', Float32Array>>> {
  const { infer, samples, meanSamples } = options;
  const draws = { ...options, samples: Math.max(samples, meanSamples) };
  const { exactMean, mean, z, logQ } = await tabulate(
    (rows) => {
      const { x, drawn } = taken(rows, draws);
      const { z: all, logProb } = infer(repeatRows(x, draws.samples)).sampleAndLogProb(drawn);
      const grouped = tf.reshape(all, [-1, draws.samples, all.shape[1]]);
      const average = tf.mean(tf.slice(grouped, [0, 0, 0], [-1, meanSamples, -1]), 1);
      return {
        mean: average,
        ...inClosedForm(infer(x), average),
        z: tf.slice(grouped, [0, 0, 0], [-1, samples, -1]),
        logQ: tf.slice(tf.reshape(logProb, [-1, draws.samples]), [0, 0], [-1, samples]),
      };
    },
    withNoise(draws),
    { ...options, chunk: Math.max(1, Math.floor(ROWS / draws.samples)) },
  );
  return { mean: exactMean ?? mean!, z: z!, logQ: logQ! };
}
