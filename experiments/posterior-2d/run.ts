// `tsx experiments/posterior-2d/run.ts`: trains a VAE of two latents with each flow; true and approximate posteriors
// side by side.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  completeConfig,
  dataPoints,
  type Experiment,
  evaluateModel,
  fold,
  type ImportanceEstimate,
  openRun,
  type PlanePanel,
  planeGrid,
  type Samplable,
  type Scorable,
  type Tensor2D,
  tabulate,
  tf,
  trainRun,
} from 'flowvae';
import { readEntry, readValues, startCommand } from '../command-line.ts';
import { flows, HALF_WIDTH, scales, training } from './config.ts';
import { type GridPosterior, gridPosteriors, middles } from './grid.ts';

startCommand();

const values = readValues({
  scale: { type: 'string', default: 'full' },
  out: { type: 'string', default: fileURLToPath(new URL('results', import.meta.url)) },
});
const scale = readEntry('scale', values.scale, scales);

const runs = mkdtempSync(join(tmpdir(), 'posterior-2d-'));
const rows: PlanePanel[][] = Array.from({ length: scale.drawn }, () => []);
const results = [];
for (const flow of flows) {
  const out = join(runs, flow.replace('*', '-'));
  await trainRun(completeConfig({ ...training, flow, steps: scale.steps }), { out });
  const { parts } = await openRun(out, { evalImages: scale.images });
  const grid = await gridPosteriors(parts, scale.images, scale.cells);
  results.push({ flow, ...numbers(grid, await estimates(parts)) });
  process.stderr.write(`${JSON.stringify(results.at(-1))}\n`);
  for (const [i, row] of rows.entries()) row.push(...(await panels(parts, i, grid[i]!)));
}
rmSync(runs, { recursive: true });

mkdirSync(values.out, { recursive: true });
writeFileSync(
  join(values.out, 'posterior-2d.png'),
  planeGrid({
    rows,
    rowLabels: rows.map((_, i) => `image ${i}`),
    range: [-HALF_WIDTH, HALF_WIDTH],
    axes: ['z₁ − E[z₁|x]', 'z₂ − E[z₂|x]'],
    title: 'True posterior p(z|x) and approximation q(z|x), planar flows of K layers',
    note: 'Each K is a model of its own, so its true posteriors are its own too. The pair of an image and K shares one colour scale, darkest at the largest p(z|x).',
    side: 150,
  }),
);
const report = { training, scale, node: process.version, results };
writeFileSync(join(values.out, 'posterior-2d.json'), `${JSON.stringify(report, null, 2)}\n`);

/** Importance estimates of every measured image. */
async function estimates({ model, test, key }: Experiment): Promise<ImportanceEstimate[]> {
  const found: ImportanceEstimate[] = [];
  await evaluateModel({
    variables: model.variables,
    modelAt: model.at,
    noise: model.noise,
    data: test,
    samples: scale!.samples,
    key: fold(key, 'evaluation'),
    threads: 1,
    onEstimate: (_, estimate) => found.push(estimate),
  });
  return found;
}

/** Means over images, with standard errors if images differ. */
function numbers(grid: readonly GridPosterior[], found: readonly ImportanceEstimate[]) {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const error = (values: readonly number[]) =>
    Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)) / (values.length - 1));
  const rounded = (value: number) => Number(value.toFixed(4));
  const kl = found.map(({ elbo }, i) => grid[i]!.logEvidence - elbo);
  const difference = found.map(({ logEvidence }, i) => logEvidence - grid[i]!.logEvidence);
  return {
    images: found.length,
    logEvidence: rounded(mean(grid.map(({ logEvidence }) => logEvidence))),
    elbo: rounded(mean(found.map(({ elbo }) => elbo))),
    klToTruePosterior: rounded(mean(kl)),
    klStandardError: rounded(error(kl)),
    importanceMinusGrid: rounded(mean(difference)),
    effectiveSampleSize: rounded(mean(found.map(({ effectiveSampleSize }) => effectiveSampleSize))),
  };
}

/** The true posterior and q of one image, around the true one's mean. */
async function panels(
  { model, test, config }: Experiment,
  image: number,
  { logEvidence, mean }: GridPosterior,
): Promise<PlanePanel[]> {
  const row = Float32Array.from(test.row(image));
  const { p, q } = await tabulate(
    (z) => {
      const at = model.at(tf.tensor2d(row, [1, row.length]) as Tensor2D);
      const posterior = at.posterior as Samplable & Scorable; // planar flows have an inverse
      const p = tf.exp(tf.sub(tf.add(at.likelihood(z), at.prior.logProb(z)), logEvidence));
      return { p, q: tf.exp(posterior.logProb(z)) };
    },
    dataPoints(middles(scale!.pictureCells, HALF_WIDTH, mean), 2),
    { variables: model.variables, chunk: 1024 },
  );
  const ceiling = p!.reduce((a, b) => Math.max(a, b), 0);
  const layers = config.flow === 'none' ? 0 : Number(config.flow.split('*')[1]);
  const size = scale!.pictureCells;
  return [
    { title: `p, K = ${layers}`, density: { values: p!, size, ceiling } },
    { title: `q, K = ${layers}`, density: { values: q!, size, ceiling } },
  ];
}
