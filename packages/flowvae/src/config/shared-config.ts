// A run's config for others to read.
import { basename } from 'node:path';
import type { TrainConfig } from './settings.ts';

/** The config with the data folder's name only: its path belongs to the user and has no use elsewhere. */
export const sharedConfig = (config: TrainConfig): TrainConfig => ({ ...config, data: basename(config.data) });
