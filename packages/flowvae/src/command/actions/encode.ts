// `flowvae encode <run>`: the work.
import { isDensity } from '@flowvae/density';
import { fold, key } from '@flowvae/random';
import { nounOf } from '../../report/counted.ts';
import { encodeImages } from '../../run/encode-images.ts';
import { fewerNotice } from '../../run/encoded-rows.ts';
import { chooseBackend } from '../../run/evaluate-test.ts';
import { describeCheckpoint, openCheckedRun } from '../../run/saved-run.ts';
import { interruption } from '../interruption.ts';
import type { EncodeTask } from '../tasks.ts';

export async function encodeAction({
  run,
  settings,
  checkpoint: choice,
  json,
  split: wanted,
  images,
  samples,
  meanSamples,
  seed,
  out,
}: EncodeTask): Promise<void> {
  const { parts, checkpoint, notices, hasOtherData } = await openCheckedRun(run, settings, choice);
  const split = wanted ?? (hasOtherData ? 'all' : 'test');
  const fewer = fewerNotice(parts.set, { split, images, done: 'encoded' });
  for (const notice of [...notices, ...fewer]) process.stderr.write(`${notice}\n`);
  await chooseBackend(parts.config.engine, process.stderr);
  // the latents of a density differ by the noise in the levels only
  const ofMean = meanSamples ?? (isDensity(parts.model) ? 1 : 100);
  const drawKey = fold(key(seed), 'encode');
  const { signal, exitCode, release } = interruption();
  const shapes = await encodeImages(parts, {
    split,
    images,
    samples,
    meanSamples: ofMean,
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
    process.stderr.write(`stopped before all ${nounOf(parts.data)}s were encoded; ${out} was not written\n`);
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
