// Checks by the files' headers that a config's data exist, and counts them, before their reader is loaded.
import { idxSizes, mnistFolder, trainingCount } from '@flowvae/datasets/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { TrainConfig } from './settings.ts';

/** Whether the data set is the one that needs no folder. */
export const isMnist = (data: string): boolean => data === 'mnist';

/** The remedy if the user moved the images, for commands that read them. */
export const MOVED_REMEDY = 'name the folder where the images are now with --data';

/** Numbers of images, by their use. */
export interface ImageCounts {
  readonly train: number;
  readonly test: number;
}

/**
 * The numbers of training and test images of a config.
 *
 * @param remedy the remedy in errors about unreadable data
 * @throws ExpectationError if the data cannot be read, as far as the headers of the files show
 */
export function imageCounts({ data }: Pick<TrainConfig, 'data'>, remedy?: string): ImageCounts {
  const folder = isMnist(data) ? mnistFolder() : data;
  const { train, test } = toldAsData(() => idxSizes(folder), remedy);
  return { train: trainingCount(train.count, '50k/10k/10k'), test: test.count };
}

/** Names the setting `data` in errors from a reader of images. */
export function toldAsData<T>(read: () => T, remedy?: string): T {
  try {
    return toldAs('idxFolder:', 'data', read);
  } catch (error) {
    if (!(error instanceof ExpectationError) || error.remedy || !remedy) throw error;
    throw new ExpectationError({ ...error, remedy });
  }
}

/** Names the setting in errors from a library's function. */
export function toldAs<T>(place: string, setting: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof ExpectationError && error.where.startsWith(place))) throw error;
    throw new ExpectationError({ ...error, where: error.where.replace(place, setting) });
  }
}
