// `tsx experiments/out-of-distribution/run.ts`: log p of MNIST and Fashion-MNIST under models of either; numbers as
// JSON, a picture, and the tables of the page.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder, tf, writeFileAtomically } from 'flowvae';
import { readCount, startCommand } from '../command-line.ts';
import type { ImageModel } from '../flow-vs-vae/models.ts';
import { readOptions } from '../flow-vs-vae/options.ts';
import { type TimedRun, timedRun } from '../flow-vs-vae/timed-run.ts';
import { provenance } from '../reproduce/provenance.ts';
import { scoresFigure } from './figure.ts';
import { findingsText, updateFindings } from './findings.ts';
import { type ScoredModel, scoredModel } from './scored-model.ts';
import { FASHION, refuseNoFashion, type SetName, setNames } from './sets.ts';

startCommand();
const results = fileURLToPath(new URL('results', import.meta.url));

const { options, own } = readOptions(process.argv.slice(2), { samples: '50', fashion: FASHION, out: results });
const { scale, scaleName, images, minutes, threads, seed, runs, data, isJson } = options;
const samples = readCount('samples', own.samples);
const sources: Readonly<Record<SetName, string>> = { mnist: data, fashion: own.fashion };
const progress = process.stderr;
refuseNoFashion(own.fashion);
await tf.setBackend('cpu');
makeFolder(own.out, 'out');

// all trainings come first: a mistake in one costs no scores
const trained: { model: ImageModel; trainedOn: SetName; run: TimedRun }[] = [];
for (const trainedOn of setNames) {
  for (const model of [scale.glow, scale.vae]) {
    const where = { runs, dataName: trainedOn, data: sources[trainedOn], calibration: scale.calibration };
    const run = await timedRun(model, { ...where, minutes, threads, seed, progress });
    trained.push({ model, trainedOn, run });
  }
}
const models: ScoredModel[] = [];
for (const { model, trainedOn, run } of trained) {
  models.push(await scoredModel(model, run, { trainedOn, sources, images, samples, progress }));
}

const report = {
  ...{ experiment: 'out-of-distribution', scale: scaleName, minutes, threads, seed },
  ...(await provenance()),
  models,
};
const json = `${JSON.stringify(report, null, 2)}\n`;
writeFileAtomically(join(own.out, 'out-of-distribution.json'), json);
writeFileAtomically(join(own.out, 'out-of-distribution.png'), scoresFigure(models));
process.stdout.write(isJson ? json : `${findingsText(report)}\n`);
if (own.out === results) updateFindings({ write: true });
