// Data sets in the four files that MNIST made usual: Fashion-MNIST, KMNIST, EMNIST, and whatever else is stored so.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import { decodeImages, decodeLabels, type IdxImages, imageSizes } from './formats/idx-header.ts';
import { readIdxFile, readIdxHead } from './idx-file.ts';
import { divide, type ImageSet, type ImageSplits, type Split } from './image-set.ts';

/**
 * Reads a folder of IDX files: `train-images-idx3-ubyte` and `t10k-images-idx3-ubyte`, and labels if they are there
 * (`…-labels-idx1-ubyte`). Each may be plain or `.gz`, and may have a dot before `idx`. Image sizes come from the
 * files. EMNIST's own names (`emnist-letters-train-images-idx3-ubyte`) are known; its images are turned back.
 *
 * @param options.split `'50k/10k/10k'` by default; see {@link Split} for files of other sizes
 * @throws ExpectationError naming the folder or the file that is missing, damaged, or does not go with the others
 */
export function idxFolder(folder: string, options: { readonly split?: Split } = {}): ImageSplits {
  refuseNoFolder(folder);
  const names = filesOf(folder);
  const train = readPart(names, 'train');
  const test = readPart(names, 't10k');
  checkSameSize(folder, train, test);
  const notes = names.isTransposed ? ['EMNIST stores every image transposed; they are turned back'] : [];
  return { name: basename(resolve(folder)), ...divide(train, options.split ?? '50k/10k/10k'), test, notes };
}

/** Whether a folder has files of such names. */
export const isIdxFolder = (folder: string): boolean =>
  hasTrainingImages(folder) || firstPresent(folder, mnistNames('t10k', 'images-idx3-ubyte')) !== undefined;

/** Whether a folder of IDX files has images for training. */
export const hasTrainingImages = (folder: string): boolean =>
  firstPresent(folder, mnistNames('train', 'images-idx3-ubyte')) !== undefined || emnistKinds(folder).length > 0;

/**
 * The test images of a folder without others.
 *
 * @throws ExpectationError as {@link idxFolder} does
 */
export const idxTestImages = (folder: string): ImageSet => readPart(filesOf(folder), 't10k');

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
  const names = filesOf(folder);
  const [train, test] = [sizesOf(names, 'train'), sizesOf(names, 't10k')];
  checkSameSize(folder, train, test);
  return { train, test };
}

function sizesOf(files: FolderFiles, part: Part): IdxSizes {
  const path = imageFileOf(files, part);
  const { head, length } = readIdxHead(path);
  const { count, height, width } = imageSizes(head, path, length);
  return files.isTransposed ? { count, height: width, width: height } : { count, height, width };
}

function refuseNoFolder(folder: string): void {
  if (existsSync(folder) && statSync(folder).isDirectory()) return; // inside a file there is nothing either
  throw new ExpectationError({ where: `idxFolder: ${folder}`, expected: 'a folder', received: 'no such folder' });
}

type Part = 'train' | 't10k';

/** The names of a folder's files. */
interface FolderFiles {
  readonly folder: string;
  /** The names under which a file may be there. */
  namesOf(part: Part, content: Content): readonly string[];
  /** Whether the file has rows and columns exchanged. */
  readonly isTransposed: boolean;
}

type Content = 'images-idx3-ubyte' | 'labels-idx1-ubyte';

const mnistNames = (part: Part, content: Content): readonly string[] => forms(`${part}-${content}`);

/** EMNIST's names: `emnist-letters-train-images-idx3-ubyte`, of one of its six splits (arXiv:1702.05373). */
const emnistNames =
  (kind: string) =>
  (part: Part, content: Content): readonly string[] =>
    forms(`emnist-${kind}-${part === 'train' ? 'train' : 'test'}-${content}`);

const emnistKinds = (folder: string): readonly string[] => [
  ...new Set(readdirSync(folder).flatMap((name) => /^emnist-([a-z]+)-train-images[-.]idx3/.exec(name)?.[1] ?? [])),
];

/** @throws ExpectationError where a folder holds several splits of EMNIST */
function filesOf(folder: string): FolderFiles {
  const kinds = emnistKinds(folder);
  const isMnist = firstPresent(folder, mnistNames('train', 'images-idx3-ubyte')) !== undefined;
  if (isMnist || kinds.length === 0) return { folder, namesOf: mnistNames, isTransposed: false };
  if (kinds.length === 1) return { folder, namesOf: emnistNames(kinds[0]!), isTransposed: true };
  throw new ExpectationError({
    where: `idxFolder: ${folder}`,
    expected: 'the files of one split of EMNIST',
    received: `those of ${kinds.join(', ')}`,
    remedy: 'put the files of each split into a folder of its own',
  });
}

function imageFileOf({ folder, namesOf }: FolderFiles, part: Part): string {
  const candidates = namesOf(part, 'images-idx3-ubyte');
  const file = firstPresent(folder, candidates);
  if (file) return file;
  throw new ExpectationError({
    where: `idxFolder: ${folder}`,
    expected: `one of the files ${candidates.join(', ')}`,
    received: 'none of them',
  });
}

/** Reads the images, and the labels if there are any, of one of the two parts. */
function readPart(files: FolderFiles, part: Part): ImageSet {
  const imageFile = imageFileOf(files, part);
  const stored = decodeImages(readIdxFile(imageFile), imageFile);
  const images = files.isTransposed ? transposed(stored) : stored;
  const origin = { file: part, first: 0 };
  const labelFile = firstPresent(files.folder, files.namesOf(part, 'labels-idx1-ubyte'));
  if (!labelFile) return { ...images, origin };
  const labels = decodeLabels(readIdxFile(labelFile), labelFile);
  checkLabelCount(labelFile, labels.length, images.count);
  return { ...images, labels, origin };
}

/** Images whose rows and columns were exchanged. */
function transposed({ images, count, height, width }: IdxImages): IdxImages {
  const turned = new Uint8Array(images.length);
  const pixels = height * width;
  for (let i = 0; i < turned.length; i++) {
    const [image, place] = [Math.floor(i / pixels), i % pixels];
    turned[i] = images[image * pixels + (place % height) * width + Math.floor(place / height)]!;
  }
  return { images: turned, count, height: width, width: height };
}

function forms(name: string): string[] {
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
