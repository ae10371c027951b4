// `flowvae sample <run>`: the work.
import { extname, join } from 'node:path';
import type { Covariate } from '@flowvae/datasets';
import { fold, key } from '@flowvae/random';
import { writeFileAtomically } from '@flowvae/runs';
import { type LabelChoice, readLabel } from '../../config/covariates/label-text.ts';
import { columnSamplesFigure } from '../../report/column-figures.ts';
import { isPicture, samplesFigure } from '../../report/image-figures.ts';
import { evenCount } from '../../run/covariates/sample-labels.ts';
import { writeSamples } from '../../run/samples/sample-files.ts';
import { openModel } from '../../run/saved-run.ts';
import type { SampleTask } from '../tasks.ts';
import { betweenAction } from './sample-between.ts';

export async function sampleAction(task: SampleTask): Promise<void> {
  if (task.between) return betweenAction(task, task.between);
  const { run, settings, seed, out, json = false, temperature } = task;
  const { folder, parts } = await openModel(run, settings);
  const { covariates } = parts.plan;
  const labels: LabelChoice = task.label === undefined ? { kind: 'shares' } : readLabel(task.label, covariates);
  if (covariates.length > 0 && task.label === undefined) process.stderr.write(`${drawnNotice(covariates)}\n`);
  const count = evenCount(covariates, labels, task.count);
  const path = out ?? join(folder.path, 'figures', `samples-seed${seed}.png`);
  const hasMeans = isPicture(parts.data) && !task.draws;
  const values = hasMeans ? 'means' : 'draws';
  const options = { count, key: fold(key(seed), 'samples'), values, labels, temperature } as const;
  if (extname(path).toLowerCase() === '.png') {
    const figure = isPicture(parts.data) ? samplesFigure : columnSamplesFigure;
    writeFileAtomically(path, figure(parts, options)());
    process.stdout.write(json ? `${JSON.stringify({ figure: path, count, seed })}\n` : `figure      ${path}\n`);
    return;
  }
  const shapes = await writeSamples(path, parts, options);
  const report = { samples: path, values: options.values, shapes, count, seed };
  const words = Object.entries(shapes).map(([name, shape]) => `${name} [${shape.join(', ')}]`);
  const content = words.length > 0 ? words.join(', ') : `${count} rows`;
  process.stdout.write(`${json ? JSON.stringify(report) : `samples     ${path}: ${content}, ${options.values}`}\n`);
}

const drawnNotice = (covariates: readonly Covariate[]): string =>
  `${covariates.map(({ name }) => name).join(', ')}: drawn by the shares in the training data; --label chooses`;
