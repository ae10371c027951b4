// `tsx experiments/flow-vs-vae/run.ts`: a flow and a VAE of equal size and training time on the same images; numbers as
// JSON, a picture, and the tables of the page.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder, tf, writeFileAtomically } from 'flowvae';
import { readCount, startCommand } from '../command-line.ts';
import { provenance } from '../reproduce/provenance.ts';
import { comparisonTables, factsOf, measuresOf, updateComparisonPage } from './comparison.ts';
import { betterOf } from './estimates.ts';
import { COLUMNS, comparisonFigure } from './figure.ts';
import { judgedModel } from './judged.ts';
import type { ImageModel } from './models.ts';
import { readOptions } from './options.ts';
import { timedRun } from './timed-run.ts';

startCommand();
const results = fileURLToPath(new URL('results', import.meta.url));

const { options, own } = readOptions(process.argv.slice(2), { samples: '200', draws: '10', out: results });
const { scale, scaleName, images, minutes, threads, seed, data, runs, isJson } = options;
const { calibration, repeats } = scale;
const samples = { vae: readCount('samples', own.samples), glow: readCount('draws', own.draws) };
const progress = process.stderr;
await tf.setBackend('cpu');
makeFolder(own.out, 'out');

const timed = { runs, dataName: 'mnist', data, minutes, threads, seed, calibration, progress };
const trained = { glow: await timedRun(scale.glow, timed), vae: await timedRun(scale.vae, timed) };
const judged = (model: ImageModel) => {
  const measured = { images, samples: samples[model.name], repeats, progress, shown: COLUMNS };
  return judgedModel(model, trained[model.name], measured);
};
const [glow, vae] = [await judged(scale.glow), await judged(scale.vae)];

const report = {
  ...{ experiment: 'flow-vs-vae', scale: scaleName, minutes, threads, seed, images: glow.scores.length },
  ...(await provenance()),
  glow: factsOf(scale.glow, trained.glow.training, glow),
  vae: factsOf(scale.vae, trained.vae.training, vae),
  measures: measuresOf(glow, vae).map((each) => ({ ...each, better: betterOf(each) })),
};
const json = `${JSON.stringify(report, null, 2)}\n`;
writeFileAtomically(join(own.out, 'flow-vs-vae.json'), json);
const title = 'Glow and a VAE of equal size and training time';
writeFileAtomically(join(own.out, 'flow-vs-vae.png'), comparisonFigure(glow, vae, title));
process.stdout.write(isJson ? json : `${comparisonTables(report)}\n`);
if (own.out === results) updateComparisonPage({ write: true });
