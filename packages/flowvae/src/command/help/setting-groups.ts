// The help's heading for each option of `train`.
import { type SettingName, settings } from '../../config/settings.ts';

/** The headings, in the order of the help. */
export const headings = {
  model: 'Model:',
  data: 'Data:',
  objective: 'Objective:',
  optimisation: 'Optimisation:',
  evaluation: 'Evaluation:',
  run: 'Run:',
  papers: 'Reproducing papers:',
} as const;

const groups: Readonly<Record<SettingName, keyof typeof headings>> = {
  flow: 'model',
  latent: 'model',
  architecture: 'model',
  hidden: 'model',
  activation: 'model',
  amortize: 'model',
  heads: 'papers',
  prior: 'model',
  condition: 'model',
  conditionalPrior: 'model',
  likelihood: 'model',
  data: 'data',
  splits: 'data',
  splitSeed: 'data',
  labels: 'data',
  mask: 'data',
  leaveOut: 'data',
  shape: 'data',
  size: 'data',
  colours: 'data',
  invert: 'data',
  binarize: 'data',
  binarizeSeed: 'data',
  standardize: 'data',
  batch: 'optimisation',
  steps: 'optimisation',
  optimizer: 'optimisation',
  lr: 'optimisation',
  epsilon: 'optimisation',
  lrMilestones: 'optimisation',
  lrFactor: 'optimisation',
  lrDecay: 'optimisation',
  lrWarmup: 'optimisation',
  clip: 'optimisation',
  objective: 'objective',
  gradient: 'objective',
  samples: 'objective',
  anneal: 'objective',
  onNonFinite: 'optimisation',
  validateEvery: 'evaluation',
  keep: 'evaluation',
  patience: 'evaluation',
  seed: 'run',
  evalSamples: 'evaluation',
  evalImages: 'evaluation',
  engine: 'run',
  threads: 'run',
};

/** All settings with their headings, group by group. */
export const groupedSettings: readonly (readonly [SettingName, string])[] = Object.entries(headings).flatMap(
  ([group, heading]) =>
    (Object.keys(settings) as SettingName[])
      .filter((name) => groups[name] === group)
      .map((name) => [name, heading] as const),
);
