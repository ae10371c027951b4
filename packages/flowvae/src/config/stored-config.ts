// The config of a run, as its folder holds it.
import { type checkpointChoices, readRunConfig } from '@flowvae/runs/plain';
import type { TrainConfig } from './settings.ts';
import { recordedConfig } from './train-config.ts';

/** Whose parameters are wanted: a checkpoint's, instead of those that training ended with. */
export type CheckpointChoice = (typeof checkpointChoices)[number];

/** A config as the folder of a run holds it. */
export interface StoredConfig {
  readonly config: TrainConfig;
  /** The checksum of the images, where they are not MNIST's. */
  readonly dataSha256: string | undefined;
}

/** Reads and checks the config of a run. @throws ExpectationError naming what is wrong with it */
export function storedConfig(run: string): StoredConfig {
  const { versions: _, dataSha256, ...given } = readRunConfig(run);
  return {
    config: recordedConfig(given, `${run}/config.json`),
    dataSha256: typeof dataSha256 === 'string' ? dataSha256 : undefined,
  };
}
