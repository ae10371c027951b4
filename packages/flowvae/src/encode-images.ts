// Writes the latents of a set of images to one safetensors file, piece by piece.
import { binarised, type ImageSplits } from '@flowvae/datasets';
import { fold, type Key, key } from '@flowvae/random';
import { ProgressLine, type ProgressStream, writePiecesAtomically } from '@flowvae/runs';
import { ExpectationError, layOutSafetensors } from '@flowvae/tensor';
import { encodings } from '@flowvae/training';
import type { Experiment } from './experiment.ts';

/** Parts of a data set, by their names on the command line. */
export const splitNames = ['train', 'validation', 'test'] as const satisfies readonly (keyof ImageSplits)[];

/** What is encoded, and how. */
export interface EncodeOptions {
  readonly split: (typeof splitNames)[number];
  /** Images, from the first on; default all. */
  readonly images?: number | undefined;
  /** Draws for each image. */
  readonly samples: number;
  /** Draws that the mean of a flow posterior is taken over. */
  readonly meanSamples: number;
  /** Image i's draws depend on it and i only. */
  readonly key: Key;
  readonly out: string;
  readonly progress: ProgressStream;
  /** Ends the work, and leaves no file. */
  readonly signal?: AbortSignal;
}

/** Images whose latents are in memory at once. */
const PIECE = 2000;

/**
 * Writes `mean` [n, D], `samples` [n, S, D], `log_q` [n, S] and, where there are any, `labels` [n], all float32. The file is there whole or not
 * at all; equal options give equal bytes.
 *
 * @returns shapes by name
 * @throws the signal's reason where that ended the work; ExpectationError where the split has no images, or the file cannot be written
 */
export async function encodeImages(
  { config, model, splits }: Experiment,
  { split, images, samples, meanSamples, key: drawKey, out, progress, signal }: EncodeOptions,
): Promise<Readonly<Record<string, readonly number[]>>> {
  const set = splits[split];
  const count = Math.min(images ?? set.count, set.count);
  if (count === 0) {
    throw new ExpectationError({ where: `--split ${split}`, expected: 'a split with images', received: 'none in it' });
  }
  const fixed = binarised(set, { binarisation: config.binarize, key: key(0) });
  const row = new Float32Array(fixed.pixels);
  const { latent } = config;
  const shapes = {
    mean: [count, latent],
    samples: [count, samples, latent],
    log_q: [count, samples],
    ...(set.labels ? { labels: [count] } : {}),
  };
  const metadata = { flow: config.flow, split, binarize: config.binarize, log_q: 'nats' };
  const { header, offsets } = layOutSafetensors(shapes, metadata);
  const line = new ProgressLine(progress);
  await writePiecesAtomically(out, async (write) => {
    write(header, 0);
    const place = (name: keyof typeof shapes, values: Float32Array, first: number, perImage: number) =>
      write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offsets[name]! + 4 * first * perImage);
    if (set.labels) place('labels', Float32Array.from(set.labels.subarray(0, count)), 0, 1);
    for (let first = 0; first < count; first += PIECE) {
      const size = Math.min(PIECE, count - first);
      const { mean, z, logQ } = await encodings({
        infer: model.infer,
        noise: model.noise,
        data: { count: size, width: fixed.pixels, row: (index) => fixed.row(first + index, row) },
        samples,
        meanSamples,
        key: fold(drawKey, first),
        variables: model.variables,
        engine: config.engine,
        threads: config.threads,
        ...(signal ? { signal } : {}),
      });
      signal?.throwIfAborted(); // the rows that were left out are zeros
      place('mean', mean, first, latent);
      place('samples', z, first, samples * latent);
      place('log_q', logQ, first, samples);
      line.show(`encoded ${first + size}/${count} images`, first + size === count);
    }
  });
  line.end();
  return shapes;
}
