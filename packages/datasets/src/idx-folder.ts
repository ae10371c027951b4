// Data sets in the four files that MNIST made usual: Fashion-MNIST, KMNIST, EMNIST, and whatever else is stored so.
import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { ExpectationError } from '@flowvae/tensor';
import { decodeImages, decodeLabels } from './idx.ts';
import { readIdxFile } from './idx-file.ts';
import { divide, type ImageSet, type ImageSplits, type Split } from './image-set.ts';

/**
 * Reads a folder of IDX files: `train-images-idx3-ubyte` and `t10k-images-idx3-ubyte`, and labels if they are there
 * (`…-labels-idx1-ubyte`). Each may be plain or `.gz`, and may have a dot before `idx`. Image sizes come from the files.
 *
 * @param options.split `'50k/10k/10k'` by default; see {@link Split} for files of other sizes
 * @throws ExpectationError naming the folder or the file that is missing, damaged, or does not go with the others
 */
export function idxFolder(folder: string, options: { readonly split?: Split } = {}): ImageSplits {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new ExpectationError({ where: `idxFolder: ${folder}`, expected: 'a folder', received: 'no such folder' });
  }
  const train = readPart(folder, 'train');
  const test = readPart(folder, 't10k');
  checkSameSize(folder, train, test);
  return { name: basename(resolve(folder)), ...divide(train, options.split ?? '50k/10k/10k'), test };
}

/** Reads the images, and the labels if there are any, of one of the two parts. */
function readPart(folder: string, part: 'train' | 't10k'): ImageSet {
  const candidates = namesOf(`${part}-images-idx3-ubyte`);
  const imageFile = firstPresent(folder, candidates);
  if (!imageFile) {
    throw new ExpectationError({
      where: `idxFolder: ${folder}`,
      expected: `one of the files ${candidates.join(', ')}`,
      received: 'none of them',
    });
  }
  const images = decodeImages(readIdxFile(imageFile), imageFile);
  const origin = { file: part, first: 0 };
  const labelFile = firstPresent(folder, namesOf(`${part}-labels-idx1-ubyte`));
  if (!labelFile) return { ...images, origin };
  const labels = decodeLabels(readIdxFile(labelFile), labelFile);
  checkLabelCount(labelFile, labels.length, images.count);
  return { ...images, labels, origin };
}

function namesOf(name: string): string[] {
  const dotted = name.replace('-idx', '.idx');
  return [name, `${name}.gz`, dotted, `${dotted}.gz`];
}

function firstPresent(folder: string, names: readonly string[]): string | undefined {
  return names.map((name) => join(folder, name)).find((path) => existsSync(path));
}

function checkLabelCount(where: string, labels: number, images: number): void {
  if (labels === images) return;
  throw new ExpectationError({ where, expected: `${images} labels, one for each image`, received: String(labels) });
}

function checkSameSize(folder: string, train: ImageSet, test: ImageSet): void {
  if (train.height === test.height && train.width === test.width) return;
  throw new ExpectationError({
    where: `idxFolder: ${folder}`,
    expected: `test images of ${train.height} x ${train.width} pixels like the training images`,
    received: `${test.height} x ${test.width}`,
  });
}
