// Numbers of a run's model for the room Latent space: codes of pictures, pictures of codes, draws along the flow.
import { drawNoise, layeredDraw, type Samplable } from '@flowvae/distributions';
import { fold, key } from '@flowvae/random';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { hasStandardPrior, type MlpVae } from '@flowvae/vae';

/** Rows of encoder and decoder in one run. */
const ROWS = 50;

/** Draws of a posterior for its mean, where this has no closed form. */
const MEAN_DRAWS = 16;

/** Draws from the prior that tell its mean and deviation, where these have no closed form. */
const PRIOR_DRAWS = 4000;

/** Says how much of a work is done, from 0 to 1. */
export type OnProgress = (share: number) => void;

/** A model and the width of its pictures. */
export interface Opened {
  readonly model: MlpVae;
  readonly pixels: number;
}

/** Posterior means [n, D], and one draw z_K of each posterior, [n, D]; row-major. */
export interface Codes {
  readonly mean: Float32Array;
  readonly draw: Float32Array;
}

/** Draws of one posterior before and after each layer of its flow. */
export interface Layers {
  /** K + 1 arrays [S, D]: z₀, and z after each layer. */
  readonly draws: readonly Float32Array[];
  /** Names of the K layers. */
  readonly names: readonly string[];
  /** Mean log-determinant of each layer, nats. */
  readonly logDets: readonly number[];
}

/** The kinds of a model's prior and posterior. */
export interface PriorAndPosterior {
  /** Whether p(z) is N(0, I). */
  readonly isPriorNormal: boolean;
  /** Layers of the flow of q(z|x). */
  readonly layers: number;
  /** Draws whose mean stands for that of q(z|x); absent: the mean has a closed form. */
  readonly meanDraws?: number;
}

/** Bytes as the values in [0, 1] that they stand for. */
export const scaled = (bytes: Uint8Array): Float32Array => Float32Array.from(bytes, (value) => value / 255);

const numbersOf = (tensor: Tensor): Float32Array => tensor.dataSync<'float32'>().slice();

/** A result without tensors; `tf.tidy` by itself would look for tensors in every number of the result. */
function tidied<T>(fn: () => T): T {
  let result: T;
  tf.tidy(() => {
    result = fn();
  });
  return result!;
}

/** Codes [n, D] → means of p(x|z) [n, P] */
export function decoded({ model, pixels }: Opened, z: Float32Array): Float32Array {
  const { latent } = model;
  const count = z.length / latent;
  const pictures = new Float32Array(count * pixels);
  for (let first = 0; first < count; first += ROWS) {
    const rows = z.slice(first * latent, (first + ROWS) * latent);
    const part = tidied(() => numbersOf(model.observe(tf.tensor2d(rows, [rows.length / latent, latent])).mean()));
    pictures.set(part, first * pixels);
  }
  return pictures;
}

/** How pictures are encoded. */
export interface Encoding {
  readonly seed: number;
  /** The place of the first picture among all, so that one alone gets the code that it has among others. Default 0. */
  readonly first?: number | undefined;
  /** Says how much is done, from 0 to 1. */
  readonly onProgress?: OnProgress | undefined;
}

/** Pictures [n, P] → their codes; each picture's draws depend on its place and the seed. */
export async function encoded(
  { model, pixels }: Opened,
  images: Uint8Array,
  { seed, first: place = 0, onProgress }: Encoding,
): Promise<Codes> {
  const { latent, noise } = model;
  const count = images.length / pixels;
  const codes = { mean: new Float32Array(count * latent), draw: new Float32Array(count * latent) };
  const drawn = new Float32Array(MEAN_DRAWS * noise.width);
  for (let first = 0; first < count; first += ROWS) {
    const rows = Math.min(ROWS, count - first);
    const x = scaled(images.subarray(first * pixels, (first + rows) * pixels));
    const all = new Float32Array(rows * drawn.length);
    for (let i = 0; i < rows; i++) {
      drawNoise(noise.kind, fold(key(seed), 'codes', place + first + i), drawn);
      all.set(drawn, i * drawn.length);
    }
    const part = tidied(() =>
      codesOf(model.infer(tf.tensor2d(x, [rows, pixels])), tf.tensor2d(all, [rows * MEAN_DRAWS, noise.width])),
    );
    codes.mean.set(part.mean, first * latent);
    codes.draw.set(part.draw, first * latent);
    onProgress?.((first + rows) / count);
  }
  return codes;
}

function codesOf(posterior: Samplable, noise: Tensor2D): Codes {
  const { z } = posterior.sampleAndLogProb(noise);
  const grouped = tf.reshape(z, [-1, MEAN_DRAWS, z.shape[1]]); // [B, M, D]
  const [one] = tf.split(grouped, [1, MEAN_DRAWS - 1], 1);
  const mean = tf.mean(grouped, 1);
  const exact = meanOf(posterior);
  // a posterior that all pictures share has one row
  return { mean: numbersOf(exact ? tf.add(exact, tf.zerosLike(mean)) : mean), draw: numbersOf(one!) };
}

/** The mean of a posterior that knows it. */
const meanOf = (posterior: Samplable): Tensor | undefined =>
  'mean' in posterior ? (posterior.mean as Tensor) : undefined;

/** The kinds of the model's prior and posterior; the same for all pictures, so that a black one tells. */
export function priorAndPosterior({ model, pixels }: Opened): PriorAndPosterior {
  const { kind, width } = model.noise;
  const noise = new Float32Array(width);
  drawNoise(kind, key(0), noise);
  const isPriorNormal = hasStandardPrior(model);
  return tidied(() => {
    const posterior = model.infer(tf.zeros([1, pixels]));
    const { layers } = layeredDraw(posterior, tf.tensor2d(noise, [1, width]));
    return { isPriorNormal, layers: layers.length, ...(meanOf(posterior) ? {} : { meanDraws: MEAN_DRAWS }) };
  });
}

/** Draws of q(z|x) of one picture along the layers of its flow. */
export function alongLayers(
  { model, pixels }: Opened,
  image: Uint8Array,
  { draws, seed }: { readonly draws: number; readonly seed: number },
): Layers {
  const { kind, width } = model.noise;
  const noise = new Float32Array(draws * width);
  drawNoise(kind, fold(key(seed), 'layers'), noise);
  return tidied(() => {
    const posterior = model.infer(tf.tensor2d(scaled(image), [1, pixels]));
    const { z, layers } = layeredDraw(posterior, tf.tensor2d(noise, [draws, width]));
    return {
      draws: [...layers.map(({ input }) => numbersOf(input)), numbersOf(z)],
      names: layers.map(({ name }) => name),
      logDets: layers.map(({ logDet }) => numbersOf(tf.mean(logDet))[0]!),
    };
  });
}

/** Draws from the prior, [n, D]: its noise times the temperature, but for the noise that chooses a component. */
export function fromPrior(
  { prior, latent }: MlpVae,
  { count, temperature, seed }: { readonly count: number; readonly temperature: number; readonly seed: number },
): Float32Array {
  const { kind, width } = prior.noise;
  const noise = new Float32Array(count * width);
  drawNoise(kind, fold(key(seed), 'prior'), noise);
  const cooled = noise.map((value, i) => (i % width < latent ? temperature * value : value));
  return tidied(() => numbersOf(prior.sampleAndLogProb(tf.tensor2d(cooled, [count, width])).z));
}

/** Mean and deviation of the prior in every dimension. */
export function priorMoments(model: MlpVae): { readonly mean: Float32Array; readonly deviation: Float32Array } {
  const { latent } = model;
  if (hasStandardPrior(model)) return { mean: new Float32Array(latent), deviation: new Float32Array(latent).fill(1) };
  const z = fromPrior(model, { count: PRIOR_DRAWS, temperature: 1, seed: 0 });
  return tidied(() => {
    const { mean, variance } = tf.moments(tf.tensor2d(z, [PRIOR_DRAWS, latent]), 0);
    return { mean: numbersOf(mean), deviation: numbersOf(tf.sqrt(variance)) };
  });
}
