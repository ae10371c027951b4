// A run's config for others to read.
import { sharedData } from './data-check.ts';
import type { TrainConfig } from './settings.ts';

/** The config with the names of the data only: their path belongs to the user and has no use elsewhere. */
export const sharedConfig = (config: TrainConfig): TrainConfig => ({ ...config, data: sharedData(config.data) });
