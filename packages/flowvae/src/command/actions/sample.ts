// `flowvae sample <run>`: the work.
import { join } from 'node:path';
import { fold, key } from '@flowvae/random';
import { writeFileAtomically } from '@flowvae/runs';
import { columnSamplesFigure } from '../../report/column-figures.ts';
import { isPicture, samplesFigure } from '../../report/image-figures.ts';
import { openModel } from '../../run/saved-run.ts';
import type { SampleTask } from '../tasks.ts';

export async function sampleAction({ run, settings, count, seed, out, json = false }: SampleTask): Promise<void> {
  const { folder, parts } = await openModel(run, settings);
  const path = out ?? join(folder.path, 'figures', `samples-seed${seed}.png`);
  const figure = isPicture(parts.data) ? samplesFigure : columnSamplesFigure;
  writeFileAtomically(path, figure(parts, count, fold(key(seed), 'samples')));
  process.stdout.write(json ? `${JSON.stringify({ figure: path, count, seed })}\n` : `figure      ${path}\n`);
}
