// One trained model judged: scores of test images, reconstructions, draws, times.
import {
  type Experiment,
  fold,
  key,
  type ProgressStream,
  parameterCount,
  paretoKThreshold,
  type RowScore,
  score,
} from 'flowvae';
import { type Estimate, meanOf } from './estimates.ts';
import { drawn, drawTime, type Reconstruction, reconstruction, scoreTime } from './measures.ts';
import type { ImageModel } from './models.ts';
import { openTimed, type TimedRun } from './timed-run.ts';

/** Options of {@link judgedModel}. */
export interface JudgedOptions {
  readonly images: number;
  /** Importance samples for each image. */
  readonly samples: number;
  readonly repeats: number;
  readonly progress: ProgressStream;
  /** Reconstructions and draws of the figure. */
  readonly shown: number;
}

/** A model's numbers and pictures. */
export interface JudgedModel {
  readonly parameters: number;
  readonly latent: number;
  readonly shape: readonly number[];
  readonly scores: readonly RowScore[];
  readonly samples: number;
  readonly originals: Float32Array;
  readonly reconstruction: Reconstruction;
  readonly draws: Float32Array;
  readonly means: Float32Array;
  readonly drawTime: Estimate;
  readonly scoreTime: Estimate;
}

/** Images in a draw that is timed. */
export const DRAWN = 64;

/** Measures a model on the first test images, in its own words on `progress`. */
export async function judgedModel(model: ImageModel, run: TimedRun, options: JudgedOptions): Promise<JudgedModel> {
  const { images, samples, repeats, progress, shown } = options;
  const say = (work: string) => progress.write(`${model.title}: ${work}\n`);
  const { parts } = await openTimed(model, run, { evalImages: images, evalSamples: samples });
  const { config, test, data } = parts;
  try {
    say(`scoring ${test.count} images by ${samples} samples each`);
    const scores = await score({ parts }, { images: test.count, progress });
    say('reconstructing them');
    const rebuilt = await reconstruction(parts, shown);
    say(`drawing ${DRAWN} images, ${repeats} times`);
    const from = fold(key(config.seed), 'comparison');
    const draws = { count: DRAWN, key: fold(from, 'draws') };
    return {
      parameters: parameterCount(parts.model.variables),
      latent: parts.model.latent,
      shape: data.shape,
      scores,
      samples,
      originals: firstRows(parts, shown),
      reconstruction: rebuilt,
      draws: await drawn(parts, { ...draws, values: 'draws' }),
      means: await drawn(parts, { ...draws, values: 'means' }),
      drawTime: await drawTime(parts, { ...draws, values: 'draws', repeats }),
      scoreTime: await scoreTime(parts, repeats, fold(from, 'scores')),
    };
  } finally {
    parts.set.close();
  }
}

function firstRows({ test }: Experiment, count: number): Float32Array {
  const rows = Math.min(count, test.count);
  const values = new Float32Array(rows * test.width);
  for (let i = 0; i < rows; i++) values.set(test.row(i), i * test.width); // every row is in the same array
  return values;
}

/** How far importance weights can be trusted. */
export interface Weights {
  readonly samples: number;
  /** Mean over images, at most `samples`. */
  readonly effectiveSampleSize: number;
  /** Share of images whose k̂ is above its threshold; null below 21 samples. */
  readonly paretoKAboveThreshold: number | null;
}

/** The weights of scores. */
export function weightsOf(scores: readonly RowScore[], samples: number): Weights {
  const isKnown = scores.some(({ kHat }) => !Number.isNaN(kHat));
  const above = scores.map(({ kHat }) => Number(!(kHat <= paretoKThreshold(samples))));
  return {
    samples,
    effectiveSampleSize: meanOf(scores.map(({ effectiveSampleSize }) => effectiveSampleSize)).value,
    paretoKAboveThreshold: isKnown ? meanOf(above).value : null,
  };
}
