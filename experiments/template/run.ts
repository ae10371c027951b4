// `tsx experiments/template/run.ts [steps]`: trains a VAE with a planar posterior on MNIST and measures it. Copy the
// folder and change its parts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  adam,
  batches,
  binarised,
  drawNormal,
  elbo,
  evaluateModel,
  fit,
  fold,
  imageGrid,
  key,
  meanImage,
  mlpVae,
  mnist,
  parseFlow,
  tf,
  tolerateClosedPipes,
  variational,
} from 'flowvae';

// So that `| head` ends it quietly
tolerateClosedPipes();

const settings = { seed: 0, steps: Number(process.argv[2] ?? 1000), batchSize: 100, latent: 10, flow: 'planar*4' };
const seed = key(settings.seed);

// Data: bytes and their binarisation; `idxFolder('path')` reads other images
const { train, test } = mnist();
const { height, width } = train;
const pixels = height * width;
const source = batches(train, { batchSize: settings.batchSize, binarisation: 'dynamic', key: fold(seed, 'data') });
const testImages = binarised(test, { binarisation: 'dynamic', key: fold(seed, 'test') });

// Flow: a formula, or a function such as `planar(10, 4)`
const flow = parseFlow(settings.flow, settings.latent);

// Model: encoder, posterior, decoder, prior
const model = mlpVae({
  pixels,
  latent: settings.latent,
  hidden: [200],
  activation: 'relu',
  flow,
  meanImage: meanImage(train, 'dynamic'),
  key: fold(seed, 'model'),
});

// Objective and training
const problem = variational({
  modelAt: model.at,
  objective: elbo(),
  noise: model.noise,
  batchSize: settings.batchSize,
  width: pixels,
  data: (step) => source.at(step).x,
  key: fold(seed, 'noise'),
});
const { engine } = await fit({
  ...problem,
  variables: model.variables,
  optimizer: adam(1e-3),
  steps: settings.steps,
  callbacks: [{ onEntry: ({ step, loss }) => console.error(`step ${step}  loss ${loss.toFixed(2)} nats`) }],
});

// Measurement: the test bound and −log p(x) by importance sampling
const measured = await evaluateModel({
  variables: model.variables,
  modelAt: model.at,
  noise: model.noise,
  data: { ...testImages, count: 100 },
  samples: 100,
  key: fold(seed, 'evaluation'),
});

// Results: numbers with all that made them, and a picture
const results = fileURLToPath(new URL('results/', import.meta.url));
mkdirSync(results, { recursive: true });
const report = { settings, engine, node: process.version, measured };
writeFileSync(`${results}result.json`, `${JSON.stringify(report, null, 2)}\n`);
const noise = tf.tensor2d(drawNormal(fold(seed, 'samples'), 64 * settings.latent), [64, settings.latent]);
const images = model.sample(noise).dataSync<'float32'>();
writeFileSync(`${results}samples.png`, imageGrid({ images, height, width, columns: 8, title: 'Samples' }));
const { elbo: bound, elboStandardError: error, nll } = measured;
console.log(`−ELBO ${(-bound).toFixed(2)} ± ${error.toFixed(2)}, −log p(x) ${nll.toFixed(2)} nats`);
