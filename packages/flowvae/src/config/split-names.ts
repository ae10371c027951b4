// Parts of a data set, by their names on the command line.
import type { ImageSplits } from '@flowvae/datasets';

/** All splits. */
export const splitNames = ['train', 'validation', 'test'] as const satisfies readonly (keyof ImageSplits)[];

/** One of the splits. */
export type SplitName = (typeof splitNames)[number];
