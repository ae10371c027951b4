// `flowvae sample <run>`: the work.
import { join } from 'node:path';
import { fold, key } from '@flowvae/random';
import { writeFileAtomically } from '@flowvae/runs';
import { samplesFigure } from '../../report/pictures.ts';
import { openModel } from '../../run/saved-run.ts';
import type { SampleTask } from '../tasks.ts';

export function sampleAction({ run, settings, count, seed, out, json = false }: SampleTask): void {
  const { folder, parts } = openModel(run, settings);
  const path = out ?? join(folder.path, 'figures', `samples-seed${seed}.png`);
  writeFileAtomically(path, samplesFigure(parts, count, fold(key(seed), 'samples')));
  process.stdout.write(json ? `${JSON.stringify({ figure: path, count, seed })}\n` : `figure      ${path}\n`);
}
