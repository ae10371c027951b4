// The place of a prior in a perceptron VAE: the encoder's normals, the range of the data, and rows to start from.
import type { ParametricPosterior } from '@flowvae/flows';
import type { Key } from '@flowvae/random';
import { tf } from '@flowvae/tensor';
import type { Likelihood } from '../likelihoods/likelihood.ts';
import type { Network } from '../networks/network.ts';
import type { PriorPlace } from '../priors/prior-choice.ts';
import type { RowReading } from '../rows/row-reading.ts';
import type { Standardisation } from '../rows/standardisation.ts';

/** The parts of a model that a prior may use. */
interface PlaceOptions {
  readonly latent: number;
  readonly pixels: number;
  readonly encoder: Network;
  readonly posterior: ParametricPosterior;
  readonly rows: RowReading;
  readonly masked: boolean;
  readonly likelihood: Likelihood;
  readonly standardisation: Standardisation | undefined;
  /** Rows of data [n, P] in their units. */
  readonly exampleRows: Float32Array | undefined;
  readonly key: Key;
}

/** The place. */
export function priorPlace(options: PlaceOptions): PriorPlace {
  const { latent, pixels, encoder, posterior, rows, masked, likelihood, standardisation: units, key } = options;
  const examples = options.exampleRows;
  return {
    latent,
    pixels,
    key,
    /** x as the encoder sees it. */
    encoded(x) {
      const mask = masked ? tf.onesLike(x) : undefined;
      return posterior.baseAt(encoder.apply(rows.encoderInput({ x, mask })));
    },
    bounded: boundedColumns(likelihood, pixels),
    rows: examples && viewed(likelihood, standardised(examples, units), pixels),
  };
}

const standardised = (rows: Float32Array, units: Standardisation | undefined): Float32Array =>
  units
    ? rows.map((value, i) => (value - units.mean[i % units.mean.length]!) / units.scale[i % units.mean.length]!)
    : rows;

/** Rows as the encoder sees them: pseudo-inputs of counts are log(1 + x). */
function viewed({ encoderView }: Likelihood, rows: Float32Array, pixels: number): Float32Array {
  if (!encoderView) return rows;
  return tf.tidy(() => encoderView(tf.tensor2d(rows, [rows.length / pixels, pixels])).dataSync<'float32'>());
}

/** Probabilities, levels and grey values lie in [0, 1]; of a table its classes and bits. */
function boundedColumns({ data, layout }: Likelihood, pixels: number): Float32Array {
  if (!layout) return new Float32Array(pixels).fill(['bits', 'grey', 'levels'].includes(data) ? 1 : 0);
  const bounded = new Float32Array(pixels).fill(1);
  for (const { kind, at, width } of layout) if (kind === 'number') bounded.fill(0, at, at + width);
  return bounded;
}
