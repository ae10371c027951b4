// `flowvae encode <run>`.
import { statSync } from 'node:fs';
import { fold, key } from '@flowvae/random';
import { ExpectationError } from '@flowvae/tensor';
import type { TrainConfig } from '../config/settings.ts';
import { type EncodeOptions, encodeImages } from '../run/encode-images.ts';
import { chooseBackend } from '../run/evaluate-test.ts';
import { type CheckpointChoice, describeCheckpoint, openRun } from '../run/saved-run.ts';
import { interruption } from './interruption.ts';

type EncodeFlags = Partial<TrainConfig> &
  Omit<EncodeOptions, 'key' | 'progress' | 'signal'> & {
    readonly seed: number;
    readonly json: boolean;
    readonly checkpoint?: CheckpointChoice;
  };

export async function encodeCommand(
  run: string,
  { json, checkpoint: choice, split, images, samples, meanSamples, seed, out, ...changes }: EncodeFlags,
): Promise<void> {
  refuseFolder(out);
  const { parts, checkpoint, notices } = openRun(run, changes, choice);
  for (const notice of notices) process.stderr.write(`${notice}\n`);
  await chooseBackend(parts.config.engine, process.stderr);
  const drawKey = fold(key(seed), 'encode');
  const { signal, exitCode, release } = interruption();
  const shapes = await encodeImages(parts, {
    split,
    images,
    samples,
    meanSamples,
    key: drawKey,
    out,
    progress: process.stderr,
    signal,
  })
    .catch((error: unknown) => {
      if (!signal.aborted || error !== signal.reason) throw error;
    })
    .finally(release);
  process.exitCode = exitCode();
  if (!shapes) {
    process.stderr.write(`stopped before all images were encoded; ${out} was not written\n`);
    return;
  }
  const words = Object.entries(shapes).map(([name, shape]) => `${name} [${shape.join(', ')}]`);
  const lines = [
    ...(checkpoint ? [`parameters  ${describeCheckpoint(checkpoint)}`] : []),
    `latents     ${out}: ${words.join(', ')}`,
  ];
  const report = { latents: out, shapes, seed, ...(checkpoint ? { checkpoint } : {}) };
  process.stdout.write(`${json ? JSON.stringify(report) : lines.join('\n')}\n`);
}

function refuseFolder(out: string): void {
  if (!statSync(out, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new ExpectationError({
    where: `--out ${out}`,
    expected: 'a file',
    received: 'a folder',
    remedy: 'name a file',
  });
}
