// Checks that a config's data exist, and counts them where headers tell, before their reader is loaded.
import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import {
  hasTrainingImages,
  idxSizes,
  isIdxFolder,
  isMnistName,
  mnistFolder,
  type NamedSource,
  type ReaderTable,
  readerOf,
  readSourceText,
  trainingCount,
} from '@flowvae/datasets/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { isOwnData } from '../definition/own-data.ts';
import type { TrainConfig } from './settings.ts';

/** Whether the data set is the one that needs no folder. */
export const isMnist = isMnistName;

/** The remedy if the user moved the data, for commands that read them. */
export const MOVED_REMEDY = 'name the data where they are now with --data';

/** Numbers of data points, by their use. */
export interface DataCounts {
  readonly train: number;
  readonly test: number;
}

/** Options of {@link dataCounts}. */
interface DataCountsOptions {
  /** The remedy in errors about unreadable data. */
  readonly remedy?: string | undefined;
  /** Whether a trained model takes the data, so that those for training may be absent. Default false. */
  readonly isForModel?: boolean;
  /** Readers of plug-ins: only they know the data that they read. */
  readonly readers?: ReaderTable;
}

/**
 * Checks that the data of a config are there. Counts training and test data where headers tell them, which holds for
 * IDX files that are divided as usual.
 *
 * @throws ExpectationError if the data cannot be read, as far as names and headers of files show
 */
export function dataCounts(
  { data, splits }: Pick<TrainConfig, 'data' | 'splits'>,
  { remedy, isForModel = false, readers = {} }: DataCountsOptions = {},
): DataCounts | undefined {
  const folder = isMnist(data) ? mnistFolder() : data;
  if (isOwnData(data)) return undefined;
  if (!isMnist(data)) toldAsData(() => refuseMissing(data), remedy);
  if (splits !== 'auto' || !isFolder(folder) || readerOf(folder, readers) || !isIdxFolder(folder)) return undefined;
  if (isForModel && !hasTrainingImages(folder)) return undefined;
  const { train, test } = toldAsData(() => idxSizes(folder), remedy);
  return { train: trainingCount(train.count, '50k/10k/10k'), test: test.count };
}

const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory();

function refuseMissing(data: string): void {
  for (const { path } of readSourceText(data)) {
    if (isMnist(path) || existsSync(path)) continue;
    throw new ExpectationError({
      where: `data ${path}`,
      expected: 'mnist, a file or a folder',
      received: 'nothing of that name',
    });
  }
}

/** The text with every path changed. */
function withPaths(data: string, change: (path: string) => string): string {
  if (isMnist(data) || isOwnData(data)) return data;
  const written = ({ path, members }: NamedSource) => [change(path), ...(members ? [members.join()] : [])].join(':');
  return readSourceText(data).map(written).join();
}

/** The data by absolute paths, which hold for commands started in any folder. */
export const absoluteData = (data: string, folder = process.cwd()): string =>
  withPaths(data, (path) => resolve(folder, path));

/** The data by their names only: paths belong to the user and have no use elsewhere. */
export const sharedData = (data: string): string => withPaths(data, (path) => basename(path));

/** Names the setting `data` in errors from a reader of images. */
function toldAsData<T>(read: () => T, remedy?: string): T {
  try {
    return toldAs('idxFolder:', 'data', read);
  } catch (error) {
    throw withRemedy(error, remedy);
  }
}

/** An error about data, with the remedy of a command. */
export function withRemedy(error: unknown, remedy: string | undefined): unknown {
  if (!(error instanceof ExpectationError) || error.remedy || !remedy) return error;
  return new ExpectationError({ ...error, remedy });
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
