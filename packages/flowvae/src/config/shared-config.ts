// A run's config as others get to see it.
import { basename } from 'node:path';
import type { TrainConfig } from './settings.ts';

/** The config with the name alone of a folder with data: the path to it is the user's own, and of no use elsewhere. */
export const sharedConfig = (config: TrainConfig): TrainConfig => ({ ...config, data: basename(config.data) });
