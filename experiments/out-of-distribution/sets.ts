// The two data sets of the experiment.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ExpectationError } from 'flowvae';

/** Names of data sets, as folders and results have them. */
export type SetName = 'mnist' | 'fashion';

/** Their names in tables and figures. */
export const setTitles: Readonly<Record<SetName, string>> = { mnist: 'MNIST', fashion: 'Fashion-MNIST' };

/** All names. */
export const setNames = Object.keys(setTitles) as SetName[];

/** The other data set. */
export const otherThan = (name: SetName): SetName => (name === 'mnist' ? 'fashion' : 'mnist');

/** The folder of Debian's package. */
export const FASHION = '/usr/share/datasets/fashion-mnist';

const IMAGES = 'train-images-idx3-ubyte';

/** @throws ExpectationError with the remedy for a folder without Fashion-MNIST */
export function refuseNoFashion(folder: string): void {
  if (existsSync(join(folder, IMAGES)) || existsSync(join(folder, `${IMAGES}.gz`))) return;
  throw new ExpectationError({
    where: '--fashion',
    expected: 'a folder with the four IDX files of Fashion-MNIST, plain or .gz',
    received: `${folder}, which has no ${IMAGES}`,
    remedy: 'install Debian’s package dataset-fashion-mnist, or pass the folder that holds the files',
  });
}
