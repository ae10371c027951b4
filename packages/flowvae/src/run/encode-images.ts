// Writes the latents of data to one safetensors file, piece by piece.
import { labelRows } from '@flowvae/datasets';
import { encodings } from '@flowvae/evaluation';
import { fold, type Key } from '@flowvae/random';
import { ProgressLine, type ProgressStream, writePiecesAtomically } from '@flowvae/runs';
import { layOutSafetensors } from '@flowvae/tensor';
import { inferenceOf } from '@flowvae/vae';
import { nounOf } from '../report/counted.ts';
import { type EncodedSplit, refuseEmptySplit, rowsOfSplit } from './encoded-rows.ts';
import type { Experiment } from './experiment.ts';
import { modelMetadata } from './model-metadata.ts';
import { fixedRows } from './run-data.ts';

/** Options of {@link encodeImages}. */
export interface EncodeOptions {
  readonly split: EncodedSplit;
  /** Number of rows, starting at the first; default all. */
  readonly images?: number | undefined;
  /** Draws for each row. */
  readonly samples: number;
  /** Draws for the mean of a flow posterior. */
  readonly meanSamples: number;
  /** Row i's draws depend on the key and i only. */
  readonly key: Key;
  readonly out: string;
  readonly progress: ProgressStream;
  /** Stops the work; then no file is left. */
  readonly signal?: AbortSignal;
}

/** Rows that share a key: row i's draws are those of i modulo this, under the key of its block. */
const BLOCK = 2000;

/**
 * Writes `mean` [n, D], `samples` [n, S, D], `log_q` [n, S] and, if the data have labels, `labels` [n, …], all float32.
 * The file appears complete or not at all; equal options give equal bytes.
 *
 * @returns shapes by name
 * @throws the signal's reason after an abort; ExpectationError if the split is empty, or the file cannot be written
 */
export async function encodeImages(
  parts: Experiment,
  { split, images, samples, meanSamples, key: drawKey, out, progress, signal }: EncodeOptions,
): Promise<Readonly<Record<string, readonly number[]>>> {
  const { plan, config, model, set, data } = parts;
  const noun = nounOf(data);
  refuseEmptySplit(set, split);
  const rows = rowsOfSplit(set, split);
  const count = Math.min(images ?? rows.length, rows.length);
  const fixed = fixedRows(set, rows, plan);
  const { latent } = model;
  const shapes = {
    mean: [count, latent],
    samples: [count, samples, latent],
    log_q: [count, samples],
    ...(set.y ? { labels: [count, ...set.y.shape.slice(1)] } : {}),
  };
  const metadata = {
    ...modelMetadata(parts),
    split,
    binarize: config.binarize,
    log_q: 'nats',
    ...(data.classes ? { classes: JSON.stringify(data.classes) } : {}),
  };
  const { header, offsets } = layOutSafetensors(shapes, metadata);
  const line = new ProgressLine(progress);
  await writePiecesAtomically(out, async (write) => {
    write(header, 0);
    const place = (name: keyof typeof shapes, values: Float32Array, first: number, perImage: number) =>
      write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offsets[name]! + 4 * first * perImage);
    if (set.y) place('labels', labelRows(set.y, rows.subarray(0, count)), 0, 1);
    for (let block = 0; block < count; block += BLOCK) {
      const size = Math.min(BLOCK, count - block);
      const options = {
        infer: inferenceOf(model),
        noise: model.noise,
        data: { count: size, width: fixed.width, row: (index: number) => fixed.row(block + index) },
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
        line.show(`encoded ${from + rows}/${count} ${noun}s`, from + rows === count);
      });
      signal?.throwIfAborted(); // rows are missing
    }
  });
  line.end();
  return shapes;
}
