// Encodings of data: posterior means, draws, and the log-density of each draw.
import type { Samplable } from '@flowvae/distributions';
import { repeatRows, type Tensor2D, tf } from '@flowvae/tensor';
import type { Piece } from './pieces.ts';
import { type Drawn, inClosedForm, taken, withNoise } from './rows-with-noise.ts';
import { type TabulateOptions, tabulatePieces } from './tabulate.ts';

/** Options of {@link encodings}. */
export interface EncodingsOptions extends TabulateOptions, Drawn {
  /** x [B, P] → q(z|x) */
  readonly infer: (x: Tensor2D) => Samplable;
  /** Draws for the mean of a posterior without a closed form; `samples` of them are returned. */
  readonly meanSamples: number;
}

/** Rows of the encoder in one run. */
const ROWS = 1000;

/**
 * Encodings of a few data points: E[z|x] [rows, D], draws z [rows, M, D] and their log q(z|x) [rows, M], row-major;
 * nats.
 */
export type Encoded = Readonly<Record<'mean' | 'z' | 'logQ', Float32Array>>;

/**
 * Encodes data points, a few at a time: for each thread memory holds about three thousand draws, or all draws of three
 * data points if these are more. Equal options give equal bytes, for any number of threads.
 *
 * @param take gets each piece; its arrays are valid until `take` returns
 */
export async function encodings(
  options: EncodingsOptions,
  take: (encoded: Encoded, piece: Piece) => void,
): Promise<void> {
  const { infer, samples, meanSamples } = options;
  const draws = { ...options, samples: Math.max(samples, meanSamples) };
  await tabulatePieces(
    (rows) => {
      const { x, drawn } = taken(rows, draws);
      const { z: all, logProb } = infer(repeatRows(x, draws.samples)).sampleAndLogProb(drawn);
      const grouped = tf.reshape(all, [-1, draws.samples, all.shape[1]]);
      const average = tf.mean(tf.slice(grouped, [0, 0, 0], [-1, meanSamples, -1]), 1);
      return {
        mean: average,
        ...inClosedForm(infer(x)),
        z: tf.slice(grouped, [0, 0, 0], [-1, samples, -1]),
        logQ: tf.slice(tf.reshape(logProb, [-1, draws.samples]), [0, 0], [-1, samples]),
      };
    },
    withNoise(draws),
    { ...options, chunk: Math.max(1, Math.floor(ROWS / draws.samples)) },
    ({ exactMean, mean, z, logQ }, piece) => take({ mean: exactMean ?? mean!, z: z!, logQ: logQ! }, piece),
  );
}
