// The tasks that the commands' checks hand to their work.
import type { FileOptions } from '@flowvae/figures/plain';
import type { CheckpointChoice } from '@flowvae/runs/plain';
import type { AnnealedFlags } from '../config/annealed-flags.ts';
import type { CheckedSettings } from '../config/checked-settings.ts';
import type { RunSettings } from '../config/stored-config.ts';
import type { Vocabulary } from '../plugins/vocabulary.ts';
import type { Destination } from '../records/mlflow/destination.ts';
import type { EncodedSplit } from '../run/encoded-rows.ts';
import type { OwnTarget } from '../target/own-target.ts';
import type { TargetConfig } from '../target/target-settings.ts';
import type { Verbosity } from './verbosity.ts';

/** Options of a training run that do not concern the model. */
export interface RunFlags extends Verbosity {
  readonly json?: boolean | undefined;
  readonly allowDifferentMachine?: boolean | undefined;
  readonly checkpointEvery?: number | undefined;
  readonly checkpointMinutes?: number | undefined;
  readonly keepCheckpoints?: number | undefined;
  readonly detached?: boolean | undefined;
}

/** A run to begin or to resume. */
export interface TrainTask extends RunFlags {
  readonly settings: CheckedSettings;
  readonly folder: string;
  readonly isResumed: boolean;
  /** The step to stop after, with a checkpoint; absent: the last. */
  readonly until?: number | undefined;
  /** Tracking servers that the run is sent to. */
  readonly mlflow: readonly Destination[];
  /** How pictures are written; absent: as PNG. */
  readonly figures?: FileOptions | undefined;
}

/** A fit to a target to begin or to resume. */
export interface TargetTask extends RunFlags {
  readonly own: OwnTarget;
  readonly config: TargetConfig;
  readonly vocabulary: Vocabulary;
  /** Guides to compare; absent: the one of the config. */
  readonly compare: readonly string[] | undefined;
  /** How figures are written. */
  readonly figures: FileOptions | undefined;
  readonly folder: string;
  readonly isResumed: boolean;
}

/** A failed step to replay. */
export interface ReplayTask extends Verbosity {
  readonly run: string;
  readonly settings: RunSettings;
  readonly json: boolean;
}

/** Fields that most commands on a run share. */
interface RunTask {
  readonly run: string;
  readonly settings: RunSettings;
  readonly checkpoint: CheckpointChoice | undefined;
  readonly json: boolean;
}

/** An evaluation to run. */
export interface EvaluateTask extends RunTask, Verbosity {
  readonly annealing: AnnealedFlags;
  readonly hasReport: boolean;
  /** How each figure of the report is written as a file of its own; absent: none is. */
  readonly figures?: FileOptions | undefined;
  /** Whether the task needs simulated images only, so that the run's own may be absent. */
  readonly isImageless: boolean;
}

/** Data to describe and to draw. */
export interface DataTask {
  /** The words that name them: a source, or a module. */
  readonly named: string;
  readonly settings: CheckedSettings;
  /** The words of `flowvae train` that read the data in the same way. */
  readonly trainWords: readonly string[];
  /** Those of `flowvae density`; absent where it cannot read them so. */
  readonly densityWords?: readonly string[] | undefined;
  /** The picture; absent: a name by the data, which no other file has. */
  readonly out?: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Which images are encoded, and how. */
export interface EncodeChoices {
  /** Default: the test rows; all of other data. */
  readonly split?: EncodedSplit | undefined;
  readonly images?: number | undefined;
  readonly samples: number;
  /** Default: 100, of a density 1. */
  readonly meanSamples?: number | undefined;
  readonly seed: number;
  readonly out: string;
}

/** An encoding to write. */
export interface EncodeTask extends RunTask, EncodeChoices {}

/** Which rows are scored, and where. */
export interface ScoreChoices {
  /** Default: the test rows; all of other data. */
  readonly split?: EncodedSplit | undefined;
  readonly images?: number | undefined;
  readonly out: string;
}

/** Scores to write. */
export interface ScoreTask extends RunTask, ScoreChoices {
  /** Importance samples of each row; default: those of the run's evaluation, but 50 at least. */
  readonly samples?: number | undefined;
}

/** Which rows are imputed, and how. */
export interface ImputeChoices {
  readonly split: EncodedSplit;
  readonly images?: number | undefined;
  /** Importance samples of each row. */
  readonly samples: number;
  /** Imputations of each row. */
  readonly draws: number;
  readonly seed: number;
  /** The share of observed entries that are hidden to measure the error; 0: none. */
  readonly holdOut: number;
  readonly out: string;
}

/** An imputation to write. */
export interface ImputeTask extends RunTask, ImputeChoices {}

/** A prior to fit after training. */
export interface FitPriorTask extends Verbosity {
  readonly run: string;
  readonly settings: RunSettings;
  /** The settings with the new prior. */
  readonly fitted: CheckedSettings;
  readonly steps: number;
  readonly batch: number;
  readonly draws: number;
  readonly seed: number;
  readonly out: string;
  readonly json: boolean;
}

/** An export to write. */
export interface ExportTask {
  readonly run: string;
  readonly settings: RunSettings;
  readonly onnx?: string | undefined;
  readonly model?: string | undefined;
  readonly json?: boolean | undefined;
}

/** A page to serve, or to write. */
export interface LabTask {
  /** The run that the page opens; absent: none. */
  readonly run?: { readonly path: string; readonly settings: RunSettings };
  /** A folder, or a file that ends in .html; absent: the page is served. */
  readonly out?: string | undefined;
  /** Absent: a free one. */
  readonly port?: number | undefined;
  /** Whether a browser opens the page. */
  readonly open: boolean;
  readonly json?: boolean | undefined;
}

/** Draws to write. */
export interface SampleTask {
  readonly run: string;
  readonly settings: RunSettings;
  readonly count: number;
  readonly seed: number;
  /** The covariates; absent: classes by their shares in the training data. */
  readonly label?: string | undefined;
  /** Draws of images, not their means; of other rows there are draws only. */
  readonly draws?: boolean | undefined;
  /** Factor on the noise of the prior; absent: 1. */
  readonly temperature?: number | undefined;
  /** Two test data, between which the samples lie; absent: draws from the prior. */
  readonly between?: readonly [number, number] | undefined;
  readonly out?: string | undefined;
  readonly json?: boolean | undefined;
}
