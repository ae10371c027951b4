// A finished run as the lab's page gets it: its model as plain options, its parameters, and test images as bytes.

import { basename, resolve } from 'node:path';
import { labelRows, widthOfDatum } from '@flowvae/datasets';
import type { LabRun, ModelOptions, PageRun } from '@flowvae/lab';
import type { RunFolder } from '@flowvae/runs';
import { ExpectationError, encodeSafetensors } from '@flowvae/tensor';
import type { Experiment } from '../run/experiment.ts';
import { labRefusal } from './lab-refusal.ts';

/** Test images of the page: they are encoded there. */
const MOST_IMAGES = 1000;

/** The settings that the page shows. */
const TOLD = ['flow', 'latent', 'architecture', 'hidden', 'likelihood', 'prior', 'data', 'steps', 'seed'] as const;

/** Results that the page shows: names of report.json, with a name and unit for people. */
const RESULTS = {
  testElbo: 'test ELBO, nats',
  testNll: 'test −log p(x), nats',
  testInferenceGap: 'inference gap, nats',
} as const;

/**
 * A run for the page.
 *
 * @throws ExpectationError for a run that the page cannot show: see {@link labRefusal}
 */
export function labRunOf(parts: Experiment, folder: RunFolder): PageRun {
  const refusal = labRefusal(parts);
  if (refusal) throw new ExpectationError({ where: `lab ${folder.path}`, ...refusal });
  const { config, test, set, model } = parts;
  const count = Math.min(MOST_IMAGES, test.count);
  const labels = labelsOf(parts, count);
  const report = folder.readReport();
  const results = Object.entries(RESULTS).flatMap(([name, told]) =>
    typeof report[name] === 'number' ? [[told, report[name]] as const] : [],
  );
  const description: LabRun = {
    name: basename(resolve(folder.path)),
    settings: Object.fromEntries(TOLD.map((name) => [name, String(config[name])])),
    model: optionsOf(parts),
    steps: Number(report.steps ?? config.steps),
    results: Object.fromEntries(results),
    data: { name: set.name, count, ...(labels ? { classes: classesIn(labels) } : {}) },
  };
  const images = new Uint8Array(count * test.width);
  for (let i = 0; i < count; i++)
    images.set(
      test.row(i).map((x) => Math.round(255 * x)),
      i * test.width,
    );
  const tensors = Object.entries(model.variables).map(([name, variable]) => {
    return [name, { shape: variable.shape, values: variable.dataSync<'float32'>() }] as const;
  });
  const parameters = encodeSafetensors({ tensors: Object.fromEntries(tensors), metadata: {} });
  return { description, arrays: { parameters, images, ...(labels ? { labels } : {}) } };
}

/** The options with which the page makes the model anew. */
function optionsOf({ plan, data }: Experiment): ModelOptions {
  const { config, networks } = plan;
  return {
    pixels: widthOfDatum(data),
    shape: data.shape,
    latent: config.latent,
    hidden: networks.hidden,
    activation: networks.activation as ModelOptions['activation'],
    networks: config.architecture,
    ...(plan.flow ? { flow: config.flow } : {}),
    ...(plan.prior ? { prior: config.prior } : {}),
    likelihood: config.likelihood,
    amortize: config.amortize,
    heads: config.heads,
    ...(networks.scale ? { scale: networks.scale } : {}),
  };
}

/** Classes of the first test images; undefined where the data have none, or values that are no small whole numbers. */
function labelsOf({ set }: Experiment, count: number): Uint8Array | undefined {
  if (!set.y || set.y.shape.length > 1) return undefined;
  const values = labelRows(set.y, set.splits.test.subarray(0, count));
  return values.every((value) => Number.isInteger(value) && value >= 0 && value < 256)
    ? Uint8Array.from(values)
    : undefined;
}

/** Names of the classes, from 0 to the largest. */
const classesIn = (labels: Uint8Array): string[] =>
  Array.from({ length: 1 + labels.reduce((most, label) => Math.max(most, label), 0) }, (_, label) => String(label));
