// What the checks of a command hand to its work.
import type { CheckpointChoice } from '@flowvae/runs/plain';
import type { AnnealedFlags } from '../config/annealed-flags.ts';
import type { SplitName } from '../config/split-names.ts';
import type { RunSettings } from '../config/stored-config.ts';
import type { CheckedSettings } from '../config/train-config.ts';
import type { Verbosity } from './verbosity.ts';

/** Options of a training run that say nothing about the model. */
export interface RunFlags extends Verbosity {
  readonly json?: boolean | undefined;
  readonly allowDifferentMachine?: boolean | undefined;
  readonly checkpointEvery?: number | undefined;
  readonly checkpointMinutes?: number | undefined;
  readonly keepCheckpoints?: number | undefined;
  readonly detached?: boolean | undefined;
}

/** A run to begin, or to go on with. */
export interface TrainTask extends RunFlags {
  readonly settings: CheckedSettings;
  readonly folder: string;
  readonly isResumed: boolean;
}

/** A failed step to look at. */
export interface ReplayTask extends Verbosity {
  readonly run: string;
  readonly settings: RunSettings;
  readonly json: boolean;
}

/** What most commands want of a run. */
interface RunTask {
  readonly run: string;
  readonly settings: RunSettings;
  readonly checkpoint: CheckpointChoice | undefined;
  readonly json: boolean;
}

/** What is to be evaluated. */
export interface EvaluateTask extends RunTask, Verbosity {
  readonly annealing: AnnealedFlags;
  readonly hasReport: boolean;
  /** Whether images that are simulated are all that is asked for, so that the run's own need not be there. */
  readonly isImageless: boolean;
}

/** Which images are encoded, and how. */
export interface EncodeChoices {
  readonly split: SplitName;
  readonly images?: number | undefined;
  readonly samples: number;
  readonly meanSamples: number;
  readonly seed: number;
  readonly out: string;
}

/** What is to be encoded. */
export interface EncodeTask extends RunTask, EncodeChoices {}

/** What is to be exported. */
export interface ExportTask {
  readonly run: string;
  readonly settings: RunSettings;
  readonly onnx?: string | undefined;
  readonly model?: string | undefined;
  readonly json?: boolean | undefined;
}

/** What is to be drawn. */
export interface SampleTask {
  readonly run: string;
  readonly settings: RunSettings;
  readonly count: number;
  readonly seed: number;
  readonly out?: string | undefined;
  readonly json?: boolean | undefined;
}
