// A data set of 60 images of 6 × 5 pixels, and settings that train on it within a second.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderOf, idxImages } from '../datasets/idx-fixtures.ts';

const TRAIN = 'train-images-idx3-ubyte';
const TEST = 't10k-images-idx3-ubyte';

const root = mkdtempSync(join(tmpdir(), 'flowvae-command-'));

/** A path that nothing has used yet. */
let next = 0;
export const freshPath = (): string => join(root, `run${next++}`);

export const tinyData = (): string => folderOf({ [TRAIN]: idxImages(60, 6, 5), [TEST]: idxImages(12, 6, 5, 77) });

/** The same, but the training file lacks its last byte. */
export const corruptData = (): string =>
  folderOf({ [TRAIN]: idxImages(60, 6, 5).slice(0, -1), [TEST]: idxImages(12, 6, 5) });

export const tinySettings = {
  latent: 2,
  hidden: [8],
  flow: 'planar*2',
  batch: 10,
  steps: 6,
  evalSamples: 5,
  evalImages: 4,
  seed: 3,
  binarize: 'dynamic',
  threads: 1,
} as const;

/** The same as options of the command. */
export const tinyFlags = (data: string): string[] =>
  ['--data', data].concat(
    Object.entries(tinySettings).flatMap(([name, value]) => [
      `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      String(value),
    ]),
  );
