// `flowvae encode <run>`.
import { fold, key } from '@flowvae/random';
import { type EncodeOptions, encodeImages } from '../encode-images.ts';
import { chooseBackend } from '../evaluate-test.ts';
import { type CheckpointChoice, openRun } from '../saved-run.ts';
import type { TrainConfig } from '../settings.ts';

type EncodeFlags = Partial<TrainConfig> &
  Omit<EncodeOptions, 'key' | 'progress'> & {
    readonly seed: number;
    readonly json: boolean;
    readonly checkpoint?: CheckpointChoice;
  };

export async function encodeCommand(
  run: string,
  { json, checkpoint, split, images, samples, meanSamples, seed, out, ...changes }: EncodeFlags,
): Promise<void> {
  const { parts } = openRun(run, changes, checkpoint);
  await chooseBackend(parts.config.engine);
  const drawKey = fold(key(seed), 'encode');
  const shapes = await encodeImages(parts, {
    split,
    images,
    samples,
    meanSamples,
    key: drawKey,
    out,
    progress: process.stderr,
  });
  const words = Object.entries(shapes).map(([name, shape]) => `${name} [${shape.join(', ')}]`);
  process.stdout.write(
    json ? `${JSON.stringify({ latents: out, shapes, seed })}\n` : `latents     ${out}: ${words.join(', ')}\n`,
  );
}
