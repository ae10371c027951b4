// Small pictures and rows for densities, and the flags of a short run.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawNormal, key } from '@flowvae/random';
import { folderOf, idxImages } from '../../datasets/idx-fixtures.ts';
import { npyOf } from '../npy-of.ts';
import { freshPath } from '../tiny-run.ts';

/** 60 pictures of 4 × 4 bytes for training, and 12 for the test. @param first decides the bytes */
export const pictures = (first = 0): string =>
  folderOf({
    'train-images-idx3-ubyte': idxImages(60, 4, 4, first),
    't10k-images-idx3-ubyte': idxImages(12, 4, 4, first + 77),
  });

/** 80 rows of numbers, two unless the width says more. */
export function numbers(width = 2): string {
  const folder = freshPath();
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'numbers.npy');
  writeFileSync(path, npyOf(drawNormal(key(1), 80 * width), [80, width]));
  return path;
}

/** Flags of a short run on pictures. */
export const short = ['--depth', '1', '--width', '3', '--batch', '10', '--steps', '6', '--seed', '3', '--threads', '1'];

/** Flags of a short evaluation. */
export const judged = ['--eval-samples', '5', '--eval-images', '6'];
