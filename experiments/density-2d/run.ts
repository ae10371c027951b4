// `tsx experiments/density-2d/run.ts`: fits every model to every distribution; numbers as JSON, pictures as PNG and
// SVG.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fold, key, type PlanePanel, planeGrid, toys } from 'flowvae';
import { readEntry, readValues, startCommand } from '../command-line.ts';
import { cellMiddles } from '../plane-cells.ts';
import { HALF_WIDTH, type Model, scales, settings, type ToyName } from './config.ts';
import { type Fitted, fitModel } from './fitting.ts';

startCommand();

const values = readValues({
  scale: { type: 'string', default: 'full' },
  out: { type: 'string', default: fileURLToPath(new URL('results', import.meta.url)) },
});
const scale = readEntry('scale', values.scale, scales);

mkdirSync(values.out, { recursive: true });
const results = [];
for (const name of scale.toys) {
  const fits: { model: Model; fitted: Fitted }[] = [];
  for (const model of scale.models) {
    const fitted = await fitModel(toys[name], model, scale);
    fits.push({ model, fitted });
    results.push({ toy: name, ...model, ...numbersOf(name, fitted) });
    process.stderr.write(
      `${name}, ${model.name}: ${fitted.heldOut.toFixed(3)} of at most ${(-toys[name].entropy).toFixed(3)}\n`,
    );
  }
  draw(name, fits);
}
const report = {
  settings,
  scale: { ...scale, models: scale.models.map(({ name }) => name) },
  node: process.version,
  results,
};
writeFileSync(join(values.out, 'density-2d.json'), `${JSON.stringify(report, null, 2)}\n`);

/** Held-out log-likelihood beside its supremum, the negative entropy. */
function numbersOf(name: ToyName, { heldOut, standardError, parameters, msPerStep }: Fitted) {
  const negativeEntropy = -toys[name].entropy;
  const rounded = (value: number) => Number(value.toFixed(4));
  return {
    heldOutLogLikelihood: rounded(heldOut),
    standardError: rounded(standardError),
    negativeEntropy: rounded(negativeEntropy),
    gap: rounded(negativeEntropy - heldOut),
    parameters,
    msPerStep: Number(msPerStep.toFixed(2)),
  };
}

/** The truth and every model: draws above, density below. */
function draw(name: ToyName, fits: readonly { model: Model; fitted: Fitted }[]): void {
  const { cells } = scale!;
  const toy = toys[name];
  const middles = cellMiddles(cells, HALF_WIDTH);
  const truth = Float32Array.from({ length: cells * cells }, (_, i) =>
    Math.exp(toy.logDensity(middles[2 * i]!, middles[2 * i + 1]!)),
  );
  const ceiling = truth.reduce((a, b) => Math.max(a, b), 0);
  const map = (density: Float32Array) => ({ values: density, size: cells, ceiling });
  const above: PlanePanel[] = [
    { title: 'data', points: toy.sample(fold(key(settings.seed), 'training'), 4000) },
    ...fits.map(({ model, fitted }) => ({ title: model.name, points: fitted.samples })),
  ];
  const below: PlanePanel[] = [
    { title: `true density, ${(-toy.entropy).toFixed(3)}`, density: map(truth) },
    ...fits.map(({ fitted }) => ({ title: `${fitted.heldOut.toFixed(3)} nats`, density: map(fitted.map) })),
  ];
  const options = {
    rows: [above, below],
    rowLabels: ['samples', 'density'],
    range: [-HALF_WIDTH, HALF_WIDTH],
    title: `${name}: draws and densities fitted by maximum likelihood`,
    note: 'Numbers: mean log-likelihood of held-out draws; for the truth, minus its entropy. One colour scale, darkest at the largest true density.',
  } as const;
  writeFileSync(join(values.out, `${name}.png`), planeGrid(options));
}
