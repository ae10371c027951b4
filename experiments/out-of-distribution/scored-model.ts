// One trained model, and its scores of both data sets.
import { bitsPerDimension, type ProgressStream, parameterCount, type RowScore, score } from 'flowvae';
import { type Estimate, meanOf } from '../flow-vs-vae/estimates.ts';
import { type Weights, weightsOf } from '../flow-vs-vae/judged.ts';
import type { ImageModel } from '../flow-vs-vae/models.ts';
import { openTimed, type TimedRun, type TimedTraining } from '../flow-vs-vae/timed-run.ts';
import { auroc } from './auroc.ts';
import { type Histogram, histogramOf } from './histogram.ts';
import { otherThan, type SetName, setNames, setTitles } from './sets.ts';

/** The scores of a data set in numbers. */
interface SetScores extends Weights {
  readonly images: number;
  /** log p̂(x), mean over images, nats. */
  readonly logP: Estimate;
  readonly bitsPerDimension: Estimate;
  /** Standard error of one image's log p̂(x) over importance samples, mean over images, nats. */
  readonly sampleError: number;
}

/** A model's result. */
export interface ScoredModel {
  readonly title: string;
  readonly trainedOn: SetName;
  readonly parameters: number;
  readonly training: TimedTraining;
  readonly sets: Readonly<Record<SetName, SetScores>>;
  /** Of low log p as the sign of the other data set. */
  readonly auroc: Estimate;
  /** Of log p, nats. */
  readonly histogram: Histogram;
}

/** Options of {@link scoredModel}. */
export interface ScoredOptions {
  readonly trainedOn: SetName;
  /** Each data set as `--data` takes it. */
  readonly sources: Readonly<Record<SetName, string>>;
  readonly images: number;
  /** Importance samples for each image. */
  readonly samples: number;
  readonly progress: ProgressStream;
}

/** Scores the first test images of both data sets, as `flowvae score` does. */
export async function scoredModel(model: ImageModel, run: TimedRun, options: ScoredOptions): Promise<ScoredModel> {
  const { trainedOn, sources, images, samples, progress } = options;
  const sets: Partial<Record<SetName, SetScores>> = {};
  const logPs: Partial<Record<SetName, number[]>> = {};
  let parameters = 0;
  for (const name of setNames) {
    progress.write(`${model.title} of ${setTitles[trainedOn]}: scoring ${setTitles[name]}\n`);
    const changes = { evalSamples: samples, ...(name === trainedOn ? {} : { data: sources[name] }) };
    const { parts } = await openTimed(model, run, changes);
    try {
      const scores = await score({ parts }, { images, progress });
      const dimensions = parts.data.shape.reduce((product, size) => product * size, 1);
      sets[name] = setScores(scores, { samples, dimensions });
      logPs[name] = scores.map(({ logP }) => logP);
      parameters = parameterCount(parts.model.variables);
    } finally {
      parts.set.close();
    }
  }
  const found = logPs as Record<SetName, number[]>;
  return {
    title: model.title,
    trainedOn,
    parameters,
    training: run.training,
    sets: sets as Record<SetName, SetScores>,
    auroc: auroc(found[trainedOn], found[otherThan(trainedOn)]),
    histogram: histogramOf(found),
  };
}

function setScores(
  scores: readonly RowScore[],
  { samples, dimensions }: { readonly samples: number; readonly dimensions: number },
): SetScores {
  return {
    images: scores.length,
    logP: meanOf(scores.map(({ logP }) => logP)),
    bitsPerDimension: meanOf(scores.map(({ logP }) => bitsPerDimension(logP, dimensions))),
    sampleError: meanOf(scores.map(({ standardError }) => standardError)).value,
    ...weightsOf(scores, samples),
  };
}
