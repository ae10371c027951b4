// Parts of a data set, by their names on the command line.
import type { ImageSplits } from '@flowvae/datasets';

/** All of them. */
export const splitNames = ['train', 'validation', 'test'] as const satisfies readonly (keyof ImageSplits)[];

/** One of them. */
export type SplitName = (typeof splitNames)[number];
