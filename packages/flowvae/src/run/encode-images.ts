// Writes the latents of a set of images to one safetensors file, piece by piece.
import { binarised } from '@flowvae/datasets';
import { encodings } from '@flowvae/evaluation';
import { fold, type Key, key } from '@flowvae/random';
import { ProgressLine, type ProgressStream, writePiecesAtomically } from '@flowvae/runs';
import { ExpectationError, layOutSafetensors } from '@flowvae/tensor';
import type { SplitName } from '../config/split-names.ts';
import type { Experiment } from './experiment.ts';

/** Options of {@link encodeImages}. */
export interface EncodeOptions {
  readonly split: SplitName;
  /** Number of images, starting at the first; default all. */
  readonly images?: number | undefined;
  /** Draws for each image. */
  readonly samples: number;
  /** Draws for the mean of a flow posterior. */
  readonly meanSamples: number;
  /** Image i's draws depend on the key and i only. */
  readonly key: Key;
  readonly out: string;
  readonly progress: ProgressStream;
  /** Stops the work; then no file is left. */
  readonly signal?: AbortSignal;
}

/** Images that share a key: image i's draws are those of i modulo this, under the key of its block. */
const BLOCK = 2000;

/**
 * Writes `mean` [n, D], `samples` [n, S, D], `log_q` [n, S] and, if the images have labels, `labels` [n], all float32.
 * The file appears complete or not at all; equal options give equal bytes.
 *
 * @returns shapes by name
 * @throws the signal's reason after an abort; ExpectationError if the split has no images, or the file cannot be
 * written
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
  const row = new Float32Array(fixed.width);
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
    for (let block = 0; block < count; block += BLOCK) {
      const size = Math.min(BLOCK, count - block);
      const options = {
        infer: model.infer,
        noise: model.noise,
        data: { count: size, width: fixed.width, row: (index: number) => fixed.row(block + index, row) },
        samples,
        meanSamples,
        key: fold(drawKey, block),
        variables: model.variables,
        engine: config.engine,
        threads: config.threads,
        ...(signal ? { signal } : {}),
      };
      await encodings(options, ({ mean, z, logQ }, { first, rows }) => {
        const from = block + first;
        place('mean', mean, from, latent);
        place('samples', z, from, samples * latent);
        place('log_q', logQ, from, samples);
        line.show(`encoded ${from + rows}/${count} images`, from + rows === count);
      });
      signal?.throwIfAborted(); // rows are missing
    }
  });
  line.end();
  return shapes;
}
