// All diagnostics of a run's posteriors on its test images: data for report.json and report.html.

import {
  type Evaluation,
  type ImportanceEstimate,
  type InferenceGap,
  inferenceGaps,
  type LatentActivity,
  latentActivity,
  type PosteriorStatistics,
  posteriorStatistics,
  type WeightedDraws,
  weightedDraws,
} from '@flowvae/evaluation';
import { fold } from '@flowvae/random';
import type { ProgressStream } from '@flowvae/runs';
import type { Tensor2D } from '@flowvae/tensor';
import { isParametric } from '@flowvae/vae';
import { estimatedTest } from '../run/evaluate-test.ts';
import type { Experiment } from '../run/experiment.ts';
import { withSettled } from '../run/priors/settled-model.ts';
import { counted, nounOf } from './counted.ts';

/** The results that the diagnostics hold. */
export interface Diagnostics {
  readonly evaluation: Evaluation;
  /** A datum, in words. */
  readonly noun: 'image' | 'row';
  /** For each test datum, in their order. */
  readonly estimates: readonly ImportanceEstimate[];
  readonly statistics: PosteriorStatistics;
  readonly activity: LatentActivity;
  /** For the first few test data; none of a model whose posterior cannot be refined. */
  readonly gaps: readonly InferenceGap[];
  /** Of the same data, draws with their weights. */
  readonly draws: readonly WeightedDraws[];
}

/** Draws for each image in the statistics of layers and means. */
const DRAWS = 50;

/** Test images whose posteriors are refined one by one. */
const REFINED = 16;

/** Test images whose posteriors are drawn, and the draws for each. */
const [SLICED, SLICE_DRAWS] = [5, 4000];

/** Test images in the statistics, at most. */
const MOST_IMAGES = 1000;

/**
 * Evaluates and examines the posteriors of the test images; undefined if the work was stopped or there are no images.
 */
export const diagnose = (
  parts: Experiment,
  progress: ProgressStream,
  signal?: AbortSignal,
): Promise<Diagnostics | undefined> => withSettled(parts, (settled) => diagnosed(settled, progress, signal));

async function diagnosed(
  parts: Experiment,
  progress: ProgressStream,
  signal?: AbortSignal,
): Promise<Diagnostics | undefined> {
  const { config, model, data, test, key } = parts;
  const noun = nounOf(data);
  const estimated = await estimatedTest(parts, { progress, signal });
  if (!estimated) return undefined;
  const runner = {
    variables: model.variables,
    engine: config.engine,
    threads: config.threads,
    ...(signal ? { signal } : {}),
  };
  const common = { ...runner, noise: model.noise };
  progress.write(`posterior statistics of ${counted(Math.min(MOST_IMAGES, test.count), noun)}, ${DRAWS} draws each\n`);
  const statistics = await posteriorStatistics({
    ...common,
    modelAt: model.at,
    data: { ...test, count: Math.min(MOST_IMAGES, test.count) },
    samples: DRAWS,
    key: fold(key, 'diagnostics'),
  });
  if (signal?.aborted) return undefined;
  const draws = await weightedDraws({
    ...common,
    modelAt: model.at,
    data: { ...test, count: Math.min(SLICED, test.count) },
    samples: SLICE_DRAWS,
    key: fold(key, 'slices'),
  });
  const refined = { ...estimated, noun, statistics, activity: latentActivity(statistics), draws };
  if (!isParametric(model)) return { ...refined, gaps: [] };
  progress.write(`refining the posteriors of ${counted(Math.min(REFINED, test.count), noun)}\n`);
  const gaps = await inferenceGaps({
    ...common,
    paramsAt: (x) => model.posterior.paramsAt(model.features(x)),
    modelAt: (x: Tensor2D, params) => ({ ...model.at(x), posterior: model.posterior.of(params) }),
    data: { ...test, count: Math.min(REFINED, test.count) },
    samples: Math.max(1000, config.evalSamples),
    key: fold(key, 'refinement'),
  });
  return signal?.aborted ? undefined : { ...refined, gaps };
}
