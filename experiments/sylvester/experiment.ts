// Table 1 of van den Berg et al. 2018: a convolutional VAE with six posteriors.
import type { TrainConfig } from 'flowvae';
import { checkVae } from '../reproduce/check-run.ts';
import type { Experiment, ScaleName } from '../reproduce/experiment.ts';
import type { VaeEntry } from '../reproduce/vae-entry.ts';
import { vaeResult } from '../reproduce/vae-result.ts';
import { runVae } from '../reproduce/vae-run.ts';
import { draw } from './figure.ts';
import model from './model.ts';
import { type PosteriorName, posteriorNames } from './published.ts';
import { table } from './table.ts';

/** Steps of an epoch of 50,000 images. */
const EPOCH = 500;

interface Size {
  readonly posteriors: readonly PosteriorName[];
  readonly steps: number;
  readonly settings: Partial<TrainConfig>;
  /** Settings of the model; the paper's where they are absent. */
  readonly set?: Readonly<Record<string, number>>;
  readonly closeSamples: number;
  readonly closeImages: number;
}

const sizes: Readonly<Record<ScaleName, Size>> = {
  smoke: {
    posteriors: ['orthogonal'],
    steps: 4,
    settings: { batch: 4, splits: '0.998/0.001/0.001', validateEvery: 2, evalSamples: 3, evalImages: 4 },
    set: { layers: 2, columns: 4 },
    closeSamples: 5,
    closeImages: 3,
  },
  quick: {
    posteriors: posteriorNames,
    steps: EPOCH,
    settings: { validateEvery: EPOCH / 4, evalSamples: 1, evalImages: 10_000 },
    set: { warmUp: 0 }, // at β = 0.01 an epoch would say nothing about a posterior
    closeSamples: 200,
    closeImages: 100,
  },
  paper: {
    posteriors: posteriorNames,
    steps: 2000 * EPOCH,
    settings: { validateEvery: EPOCH, patience: 100, evalSamples: 10, evalImages: 10_000 },
    closeSamples: 5000,
    closeImages: 1000,
  },
};

/** Settings of the table's models; a flow takes the sizes that concern it. */
const usual = { layers: 16, columns: 32, mirrors: 8, width: 1280, warmUp: 100 };

function entries(scale: ScaleName, seeds: number): VaeEntry[] {
  const { posteriors, steps, settings, set, closeSamples, closeImages } = sizes[scale];
  return Array.from({ length: seeds }, (_, seed) => seed).flatMap((seed) =>
    posteriors.map((posterior) => ({
      slug: `${posterior}-${steps}-seed${seed}`,
      experiment: 'sylvester',
      k: posterior === 'none' ? 0 : { ...usual, ...set }.layers,
      closeSamples,
      closeImages,
      own: () => model,
      set: { posterior, ...usual, ...set },
      settings: { ...model.options, ...settings, steps, seed },
    })),
  );
}

export const sylvester: Experiment<VaeEntry> = {
  name: 'sylvester',
  title: 'MNIST: a convolutional VAE with the posteriors of van den Berg et al. 2018, table 1',
  schema: vaeResult,
  entries,
  run: runVae,
  check: checkVae,
  table,
  draw,
};
