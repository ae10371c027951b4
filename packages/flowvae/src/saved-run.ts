// A finished run, read back: its config, checked, and its model with the trained parameters.
import { assignState, type checkpointChoices, RunFolder, readCheckpoint } from '@flowvae/runs';
import { ExpectationError } from '@flowvae/tensor';
import { dataChecksum, type Experiment, experiment } from './experiment.ts';
import type { TrainConfig } from './settings.ts';
import { recordedConfig } from './train-config.ts';

/** A run's folder and parts. */
export interface SavedRun {
  readonly folder: RunFolder;
  readonly parts: Experiment;
  /** Where the parameters come from, if not from the end of training. */
  readonly checkpoint?: ChosenCheckpoint;
  /** What a reader should know about how the checkpoint was chosen, a line each. */
  readonly notices: readonly string[];
}

/** A checkpoint that was asked for, and the step it is of. */
export interface ChosenCheckpoint {
  readonly choice: CheckpointChoice;
  readonly step: number;
}

/** Whose parameters are wanted: a checkpoint's, instead of those that training ended with. */
export type CheckpointChoice = (typeof checkpointChoices)[number];

/**
 * Opens a run with some settings changed; those that shape the model must stay. With a checkpoint the run may still be going on.
 *
 * @throws ExpectationError where the folder, its config, its parameters or the checkpoint cannot be used
 */
export function openRun(path: string, changes: Partial<TrainConfig> = {}, checkpoint?: CheckpointChoice): SavedRun {
  const folder = checkpoint ? RunFolder.claimed(path) : RunFolder.open(path);
  const { config, dataSha256 } = storedConfig(folder);
  const parts = experiment({ ...config, ...changes });
  if (changes.data === undefined) refuseOtherData(parts, dataSha256);
  if (!checkpoint) {
    folder.loadModel(parts.model.variables);
    return { folder, parts, notices: [] };
  }
  const { state, notices } = readCheckpoint(folder, checkpoint);
  assignState(folder.path, parts.model.variables, state.parameters);
  return { folder, parts, checkpoint: { choice: checkpoint, step: state.step }, notices };
}

/** A checkpoint for people. */
export const describeCheckpoint = ({ choice, step }: ChosenCheckpoint): string =>
  `${choice} checkpoint, of step ${step}`;

/** A config as the folder of a run holds it. */
interface StoredConfig {
  readonly config: TrainConfig;
  /** The checksum of the images, where they are not MNIST's. */
  readonly dataSha256: string | undefined;
}

/** Reads and checks the config of a run. @throws ExpectationError naming what is wrong with it */
export function storedConfig(folder: RunFolder): StoredConfig {
  const { versions: _, dataSha256, ...given } = folder.readConfig();
  return {
    config: recordedConfig(given, `${folder.path}/config.json`),
    dataSha256: typeof dataSha256 === 'string' ? dataSha256 : undefined,
  };
}

/** @throws ExpectationError where the images are not those that the run was trained on */
export function refuseOtherData(parts: Experiment, expected: string | undefined): void {
  const received = dataChecksum(parts);
  if (expected === undefined || received === undefined || received === expected) return;
  throw new ExpectationError({
    where: parts.config.data,
    expected: `the images that the run began with, SHA-256 ${expected}`,
    received,
    remedy: 'the files were damaged or changed',
  });
}
