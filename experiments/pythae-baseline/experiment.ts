// The plain VAE at the paper's level by a recipe whose re-run is published.

import type { TrainConfig } from 'flowvae';
import { markdownTable } from '../markdown-table.ts';
import { checkVae } from '../reproduce/check-run.ts';
import type { Experiment, Result, ScaleName } from '../reproduce/experiment.ts';
import { otherBits } from '../reproduce/own-data.ts';
import type { VaeEntry } from '../reproduce/vae-entry.ts';
import { type VaeResult, vaeResult } from '../reproduce/vae-result.ts';
import { runVae } from '../reproduce/vae-run.ts';

/** Steps in an epoch: 50,000 images, 100 in a batch. */
const EPOCH = 500;

interface Size {
  readonly epochs: number;
  readonly settings: Partial<TrainConfig>;
  readonly closeSamples: number;
  readonly closeImages: number;
}

const sizes: Readonly<Record<ScaleName, Size>> = {
  smoke: {
    epochs: 0.02,
    settings: { validateEvery: 5, evalSamples: 5, evalImages: 4 },
    closeSamples: 10,
    closeImages: 3,
  },
  quick: {
    epochs: 50,
    settings: { validateEvery: EPOCH, evalSamples: 200, evalImages: 1000 },
    closeSamples: 5000,
    closeImages: 1000,
  },
  paper: {
    epochs: 500,
    settings: { validateEvery: EPOCH, evalSamples: 200, evalImages: 10_000 },
    closeSamples: 5000,
    closeImages: 1000,
  },
};

/** The network of the published script, and with the second layers that it has as comments. */
const networks = ['pythae', 'pythae-deep'] as const satisfies readonly TrainConfig['architecture'][];

/**
 * pythae's VAE on statically binarised MNIST: the rate falls by 10^(−1/5) at epochs 200 and 350, and the best epoch on
 * validation is kept.
 */
const recipe: Partial<TrainConfig> = {
  flow: 'none',
  latent: 40,
  binarize: 'static',
  batch: 100,
  optimizer: 'adam',
  lr: 1e-4,
  lrMilestones: [200 * EPOCH, 350 * EPOCH],
  lrFactor: 10 ** (-1 / 5),
  keep: 'best',
};

function entries(scale: ScaleName, seeds: number): VaeEntry[] {
  const { epochs, settings, closeSamples, closeImages } = sizes[scale];
  const steps = epochs * EPOCH;
  return networks.flatMap((architecture) =>
    Array.from({ length: seeds }, (_, seed) => ({
      slug: `${architecture}-none-${steps}-seed${seed}`,
      experiment: 'pythae-baseline',
      k: 0,
      closeSamples,
      closeImages,
      settings: { ...recipe, ...settings, architecture, steps, seed },
    })),
  );
}

function table(results: readonly Result[]): string {
  const rows = (results as readonly VaeResult[]).map((result) => [
    `ours, ${[result.architecture, ...otherBits(result)].join(', ')}, ${result.steps.toLocaleString('en-GB')} steps, seed ${result.seed}`,
    `${result.testNegativeElbo.toFixed(2)} ± ${result.testNegativeElboStandardError.toFixed(2)}`,
    `${result.nll200.toFixed(2)} ± ${result.nll200StandardError.toFixed(2)}`,
    `${result.nll5000.toFixed(2)} ± ${result.nll5000StandardError.toFixed(2)}`,
  ]);
  const published = [
    ['pythae, 250,000 steps', '–', '89.78 ± 0.01', '–'],
    ['Rezende & Mohamed 2015, no flow, 500,000 steps', '96.75', '89.92 ± 0.33', '–'],
  ];
  const samples = (field: 'samples' | 'closeSamples') =>
    [...new Set((results as readonly VaeResult[]).map((result) => result[field]))].join(' and ');
  const header = [
    'static binarisation',
    'test −ELBO',
    `−ln p(x), S = ${samples('samples')}`,
    `S = ${samples('closeSamples')}`,
  ];
  return `${markdownTable(header, [...rows, ...published])}\nNats; ± of ours is the standard error over test images, of pythae's the spread of five evaluations of one model; the paper’s half a bar of its figure 4c.\n`;
}

export const pythaeBaseline: Experiment<VaeEntry> = {
  name: 'pythae-baseline',
  title: 'MNIST without a flow by the recipe of a published re-run',
  schema: vaeResult,
  entries,
  run: runVae,
  check: checkVae,
  table,
  draw: () => [],
};
