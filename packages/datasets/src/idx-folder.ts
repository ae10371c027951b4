// Data sets in the four files that MNIST made usual: Fashion-MNIST, KMNIST, EMNIST, and whatever else is stored so.
import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import { decodeImages, decodeLabels, imageSizes } from './formats/idx-header.ts';
import { readIdxFile, readIdxHead } from './idx-file.ts';
import { divide, type ImageSet, type ImageSplits, type Split } from './image-set.ts';

/**
 * Reads a folder of IDX files: `train-images-idx3-ubyte` and `t10k-images-idx3-ubyte`, and labels if they are there
 * (`…-labels-idx1-ubyte`). Each may be plain or `.gz`, and may have a dot before `idx`. Image sizes come from the
 * files.
 *
 * @param options.split `'50k/10k/10k'` by default; see {@link Split} for files of other sizes
 * @throws ExpectationError naming the folder or the file that is missing, damaged, or does not go with the others
 */
export function idxFolder(folder: string, options: { readonly split?: Split } = {}): ImageSplits {
  refuseNoFolder(folder);
  const train = readPart(folder, 'train');
  const test = readPart(folder, 't10k');
  checkSameSize(folder, train, test);
  return { name: basename(resolve(folder)), ...divide(train, options.split ?? '50k/10k/10k'), test };
}

/** Rows, columns and number of the images of a part. */
export type IdxSizes = Pick<ImageSet, 'count' | 'height' | 'width'>;

/**
 * The sizes of both parts of such a folder by the headers of its files, in about a millisecond: the images are not
 * read.
 *
 * @throws ExpectationError as {@link idxFolder} does where the folder, a file with images or its header is not as it
 * should be
 */
export function idxSizes(folder: string): { readonly train: IdxSizes; readonly test: IdxSizes } {
  refuseNoFolder(folder);
  const [train, test] = [sizesOf(folder, 'train'), sizesOf(folder, 't10k')];
  checkSameSize(folder, train, test);
  return { train, test };
}

function sizesOf(folder: string, part: Part): IdxSizes {
  const path = imageFileOf(folder, part);
  const { head, length } = readIdxHead(path);
  return imageSizes(head, path, length);
}

function refuseNoFolder(folder: string): void {
  if (existsSync(folder) && statSync(folder).isDirectory()) return; // inside a file there is nothing either
  throw new ExpectationError({ where: `idxFolder: ${folder}`, expected: 'a folder', received: 'no such folder' });
}

type Part = 'train' | 't10k';

function imageFileOf(folder: string, part: Part): string {
  const candidates = namesOf(`${part}-images-idx3-ubyte`);
  const file = firstPresent(folder, candidates);
  if (file) return file;
  throw new ExpectationError({
    where: `idxFolder: ${folder}`,
    expected: `one of the files ${candidates.join(', ')}`,
    received: 'none of them',
  });
}

/** Reads the images, and the labels if there are any, of one of the two parts. */
function readPart(folder: string, part: Part): ImageSet {
  const imageFile = imageFileOf(folder, part);
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

function checkSameSize(folder: string, train: IdxSizes, test: IdxSizes): void {
  if (train.height === test.height && train.width === test.width) return;
  throw new ExpectationError({
    where: `idxFolder: ${folder}`,
    expected: `test images of ${train.height} x ${train.width} pixels like the training images`,
    received: `${test.height} x ${test.width}`,
  });
}
