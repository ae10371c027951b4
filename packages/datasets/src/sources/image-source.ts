// MNIST, and folders of the four files that it made usual, as sources.
import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { hasTrainingImages, idxFolder, idxTestImages } from '../idx-folder.ts';
import { divide, type ImageSet } from '../image-set.ts';
import { mnist } from '../mnist.ts';
import { arrayInMemory, readLater } from './in-memory.ts';
import type { OpenedPart, OpenedSource } from './opened-part.ts';

/** MNIST: a file is read when its first row is asked for. Its files are verified, so it needs no checksum. */
export function mnistSource(): OpenedSource {
  const images = mnist({ split: '60k/10k' });
  const partOf = (role: 'train' | 'test', name: string, count: number): OpenedPart => ({
    role,
    name,
    x: readLater({ where: name, shape: [count, 28, 28, 1], type: 'u1' }, () => imagesOf(images[role])),
    y: readLater({ where: `${name} labels`, shape: [count], type: 'u1' }, () => labelsOf(images[role])!),
  });
  return {
    name: 'mnist',
    parts: [partOf('train', 'train', 60_000), partOf('test', 't10k', 10_000)],
    notes: [],
    validatesLast: true,
    checksum: () => undefined,
    close() {},
  };
}

/**
 * A folder of IDX files.
 *
 * @param isForModel whether a trained model takes the images, so that those for training may be absent
 * @throws ExpectationError as `idxFolder` does
 */
export function idxSource(folder: string, isForModel: boolean): OpenedSource {
  if (isForModel && !hasTrainingImages(folder)) return testSource(folder);
  const { name, train, test, notes = [] } = idxFolder(folder, { split: '60k/10k' });
  return {
    name,
    parts: [partOf('train', train), partOf('test', test)],
    notes,
    validatesLast: true,
    checksum: () => checksumOf(train, test),
    close() {},
  };
}

const partOf = (role: 'train' | 'test', set: ImageSet): OpenedPart => ({
  role,
  name: set.origin?.file ?? role,
  x: imagesOf(set),
  y: labelsOf(set),
});

/** Test images alone. */
function testSource(folder: string): OpenedSource {
  const test = idxTestImages(folder);
  return {
    name: basename(resolve(folder)),
    parts: [partOf('test', test)],
    notes: ['The folder holds test images only.'],
    checksum: () => checksumOf({ ...test, images: new Uint8Array(), labels: new Uint8Array(), count: 0 }, test),
    close() {},
  };
}

const imagesOf = ({ images, count, height, width, origin }: ImageSet) =>
  arrayInMemory(images, [count, height, width, 1], origin?.file ?? '');

const labelsOf = ({ labels, count, origin }: ImageSet) =>
  labels && arrayInMemory(labels, [count], `${origin?.file ?? ''} labels`);

/** The SHA-256 of all images and labels, in the order in which runs have always recorded it. */
function checksumOf(train: ImageSet, test: ImageSet): string {
  const divided = divide(train, '50k/10k/10k');
  const hash = createHash('sha256');
  for (const { images, labels } of [divided.train, divided.validation, test]) {
    hash.update(images);
    if (labels) hash.update(labels);
  }
  return hash.digest('hex');
}
