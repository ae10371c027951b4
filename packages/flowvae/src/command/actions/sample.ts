// `flowvae sample <run>`: the work.
import { extname, join } from 'node:path';
import { fold, key } from '@flowvae/random';
import { writeFileAtomically } from '@flowvae/runs';
import { columnSamplesFigure } from '../../report/column-figures.ts';
import { isPicture, samplesFigure } from '../../report/image-figures.ts';
import { writeSamples } from '../../run/sample-files.ts';
import { openModel } from '../../run/saved-run.ts';
import type { SampleTask } from '../tasks.ts';

export async function sampleAction(task: SampleTask): Promise<void> {
  const { run, settings, count, seed, out, json = false } = task;
  const { folder, parts } = await openModel(run, settings);
  const path = out ?? join(folder.path, 'figures', `samples-seed${seed}.png`);
  const hasMeans = isPicture(parts.data) && !task.draws;
  const options = { count, key: fold(key(seed), 'samples'), values: hasMeans ? 'means' : 'draws' } as const;
  if (extname(path).toLowerCase() === '.png') {
    const figure = isPicture(parts.data) ? samplesFigure : columnSamplesFigure;
    writeFileAtomically(path, figure(parts, options));
    process.stdout.write(json ? `${JSON.stringify({ figure: path, count, seed })}\n` : `figure      ${path}\n`);
    return;
  }
  const shapes = await writeSamples(path, parts, options);
  const report = { samples: path, values: options.values, shapes, count, seed };
  const words = Object.entries(shapes).map(([name, shape]) => `${name} [${shape.join(', ')}]`);
  const content = words.length > 0 ? words.join(', ') : `${count} rows`;
  process.stdout.write(`${json ? JSON.stringify(report) : `samples     ${path}: ${content}, ${options.values}`}\n`);
}
