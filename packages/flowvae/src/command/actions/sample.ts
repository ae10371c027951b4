// `flowvae sample <run>`: the work.
import { extname, join } from 'node:path';
import type { Covariate } from '@flowvae/datasets';
import { isDensity } from '@flowvae/density';
import { fold, key } from '@flowvae/random';
import { ProgressLine, writeFileAtomically } from '@flowvae/runs';
import { type LabelChoice, readLabel } from '../../config/covariates/label-text.ts';
import { columnSamplesFigure } from '../../report/column-figures.ts';
import { nounOf } from '../../report/counted.ts';
import { isPicture, samplesFigure } from '../../report/image-figures.ts';
import { evenCount } from '../../run/covariates/sample-labels.ts';
import { chooseBackend } from '../../run/evaluate-test.ts';
import type { ModelParts } from '../../run/experiment.ts';
import type { PriorSamplesOptions } from '../../run/samples/prior-samples.ts';
import { writeSamples } from '../../run/samples/sample-files.ts';
import { openModel } from '../../run/saved-run.ts';
import { interruption } from '../interruption.ts';
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
  const ofNoise = temperature === undefined || temperature === 1 ? '' : `-temperature${temperature}`;
  const path = out ?? join(folder.path, 'figures', `samples-seed${seed}${ofNoise}.png`);
  const hasMeans = isPicture(parts.data) && !task.draws;
  const values = hasMeans ? 'means' : 'draws';
  await chooseBackend(parts.config.engine, process.stderr);
  const noun = nounOf(parts.data);
  const line = new ProgressLine(process.stderr);
  const { signal, exitCode, release } = interruption();
  const onProgress = shownLater(line, (done) => `drawn ${done}/${count} ${noun}s`, count);
  const options = { count, key: fold(key(seed), 'samples'), values, labels, temperature, signal, onProgress } as const;
  const written = await samplesIn(path, parts, options)
    .catch((error: unknown) => {
      if (!signal.aborted || error !== signal.reason) throw error;
    })
    .finally(release);
  line.end();
  process.exitCode = exitCode();
  if (!written) {
    process.stderr.write(`stopped before all ${noun}s were drawn; ${path} was not written\n`);
    return;
  }
  const { text, ...report } = written;
  process.stdout.write(`${json ? JSON.stringify({ ...report, count, seed }) : text}\n`);
}

/** Progress is for work that takes longer, ms. */
const PATIENCE = 2000;

/** Shows a state from some time on. */
function shownLater(line: ProgressLine, state: (done: number) => string, count: number): (done: number) => void {
  const from = performance.now();
  return (done) => {
    if (performance.now() - from > PATIENCE) line.show(state(done), done === count);
  };
}

/** Draws a picture, or writes values; tells of it to machines and, in `text`, to people. */
async function samplesIn(path: string, parts: ModelParts, options: PriorSamplesOptions) {
  const { count, values } = options;
  if (extname(path).toLowerCase() === '.png') {
    const figure = isPicture(parts.data) ? samplesFigure : columnSamplesFigure;
    const draw = await figure(parts, options);
    writeFileAtomically(path, draw());
    return { figure: path, text: `figure      ${path}` };
  }
  const shapes = await writeSamples(path, parts, options);
  const words = Object.entries(shapes).map(([name, shape]) => `${name} [${shape.join(', ')}]`);
  const content = words.length > 0 ? words.join(', ') : `${count} rows`;
  const told = isDensity(parts.model) ? 'draws' : values; // z determines x
  return { samples: path, values: told, shapes, text: `samples     ${path}: ${content}, ${told}` };
}

const drawnNotice = (covariates: readonly Covariate[]): string =>
  `${covariates.map(({ name }) => name).join(', ')}: drawn by the shares in the training data; --label chooses`;
