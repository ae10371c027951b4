// log p(x) of single rows with its error and k̂, in a file.
import { extname } from 'node:path';
import { isExact } from '@flowvae/density';
import { evaluateModel, type ImportanceEstimate } from '@flowvae/evaluation';
import { fold } from '@flowvae/random';
import { ProgressLine, type ProgressStream, writePiecesAtomically } from '@flowvae/runs';
import { csvLine, shortest } from '../../files/csv-rows.ts';
import { npyHeader } from '../../files/npy-header.ts';
import { bytesOf, writeLines } from '../../files/row-sink.ts';
import { nounOf } from '../../report/counted.ts';
import { type EncodedSplit, refuseEmptySplit, rowsOfSplit } from '../encoded-rows.ts';
import type { Experiment, ModelParts } from '../experiment.ts';
import { withSettled } from '../priors/settled-model.ts';
import { fixedRows } from '../run-data.ts';
import { scoreSamples } from './score-samples.ts';

/** Options of {@link scoreRows}. */
export interface ScoreOptions {
  readonly split: EncodedSplit;
  /** Number of rows, starting at the first; default all. */
  readonly images?: number | undefined;
  /** Importance samples of each row; default: `config.evalSamples`, but 50 at least. A density of numbers takes one. */
  readonly samples?: number | undefined;
  readonly progress: ProgressStream;
  /** Stops the work. */
  readonly signal?: AbortSignal;
}

/** The scores of a row. */
export interface RowScore {
  /** The number of the row over all files of the data. */
  readonly row: number;
  /** log p̂(x), nats, by importance samples; exact for a density of numbers. */
  readonly logP: number;
  /**
   * Standard error of `logP` over the samples, nats: at most 1, see {@link logEvidenceError}; 0 of an exact density,
   * NaN for one sample of another model.
   */
  readonly standardError: number;
  /** Pareto k̂ of the weights; NaN for fewer than 21 samples and for equal weights. */
  readonly kHat: number;
  /** The mean of log-weights, nats. */
  readonly elbo: number;
  /** From 1 to the number of samples. */
  readonly effectiveSampleSize: number;
}

/** The columns of a file, in their order. */
export const scoreColumns = ['row', 'logP', 'standardError', 'kHat', 'elbo', 'effectiveSampleSize'] as const;

/**
 * Standard error of log p̂ = log mean(w) by the delta method: √((S/ESS − 1)/(S − 1)), nats.
 *
 * It is at most 1, so it tells nothing where the effective sample size is a few.
 *
 * @see Owen 2013, "Monte Carlo theory, methods and examples", sections 2.4 and 9.3
 */
export const logEvidenceError = (effectiveSampleSize: number, samples: number): number =>
  Math.sqrt(Math.max(0, samples / effectiveSampleSize - 1) / (samples - 1));

/** Importance samples of each row; one of an exact density, whose samples would all be equal. */
export const samplesOfRows = ({ model, config }: ModelParts, { samples }: Pick<ScoreOptions, 'samples'>): number =>
  isExact(model) ? 1 : scoreSamples(config, samples);

/**
 * Scores rows by importance samples; with as many samples, rows of the test split have the scores that an evaluation of
 * the run gives them.
 *
 * @throws ExpectationError if the split is empty, or for a number of samples that cannot be used; the signal's reason
 * after an abort
 */
export async function scoreRows(parts: Experiment, options: ScoreOptions): Promise<readonly RowScore[]> {
  const { set, plan, data, config, key } = parts;
  const { split, images, progress, signal } = options;
  refuseEmptySplit(set, split);
  const rows = rowsOfSplit(set, split);
  const points = fixedRows(set, rows, plan);
  const count = Math.min(images ?? rows.length, rows.length);
  const line = new ProgressLine(progress);
  const scores: RowScore[] = [];
  const { engine, threads } = config;
  const samples = samplesOfRows(parts, options);
  await withSettled(parts, ({ model }) =>
    evaluateModel({
      variables: model.variables,
      modelAt: model.at,
      noise: model.noise,
      data: { ...points, count, row: (index) => points.row(index) },
      samples,
      key: fold(key, 'evaluation'),
      engine,
      threads,
      onEstimate: (index, estimate) =>
        scores.push(scoreOf(rows[index]!, estimate, isExact(model) ? 0 : errorOf(estimate, samples))),
      onProgress: (done) => line.show(`scored ${done}/${count} ${nounOf(data)}s`, done === count),
      ...(signal ? { signal } : {}),
    }),
  );
  line.end();
  signal?.throwIfAborted(); // rows are missing
  return scores;
}

const errorOf = ({ effectiveSampleSize }: ImportanceEstimate, samples: number): number =>
  logEvidenceError(effectiveSampleSize, samples);

const scoreOf = (row: number, estimate: ImportanceEstimate, standardError: number): RowScore => ({
  row,
  logP: estimate.logEvidence,
  standardError,
  kHat: Number.isFinite(estimate.paretoK) ? estimate.paretoK : Number.NaN,
  elbo: estimate.elbo,
  effectiveSampleSize: estimate.effectiveSampleSize,
});

/**
 * Writes scores: `.csv` with the names of columns, and empty fields where a number is not known; `.npy` as float32 [n,
 * 6].
 *
 * @throws ExpectationError if the file cannot be written
 */
export async function writeScores(path: string, scores: readonly RowScore[]): Promise<void> {
  if (extname(path).toLowerCase() === '.npy') return writeArray(path, scores);
  const field = (value: number) => (Number.isNaN(value) ? '' : shortest(value));
  await writeLines(path, async (append) => {
    append(csvLine(scoreColumns));
    const [, ...numbers] = scoreColumns;
    for (const score of scores) append(csvLine([String(score.row), ...numbers.map((name) => field(score[name]))]));
  });
}

async function writeArray(path: string, scores: readonly RowScore[]): Promise<void> {
  const values = Float32Array.from(scores.flatMap((score) => scoreColumns.map((name) => score[name])));
  const header = npyHeader([scores.length, scoreColumns.length]);
  await writePiecesAtomically(path, async (write) => {
    write(header, 0);
    write(bytesOf(values), header.length);
  });
}
