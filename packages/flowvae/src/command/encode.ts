// `flowvae encode <run>`.
import { fold, key } from '@flowvae/random';
import { type EncodeOptions, encodeImages } from '../encode-images.ts';
import { chooseBackend } from '../evaluate-test.ts';
import { type CheckpointChoice, describeCheckpoint, openRun } from '../saved-run.ts';
import type { TrainConfig } from '../settings.ts';

type EncodeFlags = Partial<TrainConfig> &
  Omit<EncodeOptions, 'key' | 'progress'> & {
    readonly seed: number;
    readonly json: boolean;
    readonly checkpoint?: CheckpointChoice;
  };

export async function encodeCommand(
  run: string,
  { json, checkpoint: choice, split, images, samples, meanSamples, seed, out, ...changes }: EncodeFlags,
): Promise<void> {
  const { parts, checkpoint, notices } = openRun(run, changes, choice);
  for (const notice of notices) process.stderr.write(`${notice}\n`);
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
  const lines = [
    ...(checkpoint ? [`parameters  ${describeCheckpoint(checkpoint)}`] : []),
    `latents     ${out}: ${words.join(', ')}`,
  ];
  const report = { latents: out, shapes, seed, ...(checkpoint ? { checkpoint } : {}) };
  process.stdout.write(`${json ? JSON.stringify(report) : lines.join('\n')}\n`);
}
