// Small files of several kinds of data, and commands on them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors } from 'flowvae';
import { expect } from 'vitest';
import { flowvaeHere } from './in-process.ts';
import { npyOf } from './npy-of.ts';
import { freshPath } from './tiny-run.ts';

export const folder = freshPath();
export const path = (name: string) => join(folder, name);

/** Numbers that no two rows share. */
const numbers = (rows: number, width: number, shift = 0) =>
  Float32Array.from({ length: rows * width }, (_, i) => Math.sin(i + shift) * 10 ** (i % width));

export const small = [
  '--latent',
  '2',
  '--hidden',
  '8',
  '--flow',
  'planar*2',
  '--batch',
  '10',
  '--steps',
  '4',
  '--threads',
  '1',
];
export const judged = ['--eval-samples', '5', '--eval-images', '6'];
export const train = async (data: string, out: string, ...flags: readonly string[]) => {
  const { code, stdout, stderr } = await flowvaeHere([
    'train',
    '--data',
    data,
    '--out',
    out,
    '--json',
    ...small,
    ...judged,
    ...flags,
  ]);
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
};
export const encoded = async (run: string, ...flags: readonly string[]) => {
  const out = freshPath();
  const { code, stderr } = await flowvaeHere(['encode', run, '--out', out, ...flags]);
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  return decodeSafetensors(readFileSync(out), out).tensors;
};

/** Writes them; for `beforeAll`. */
export function writeDataFiles(): void {
  mkdirSync(folder, { recursive: true });
  const holes = numbers(60, 3);
  for (let i = 0; i < holes.length; i += 7) holes[i] = Number.NaN;
  writeFileSync(path('holes.npy'), npyOf(holes, [60, 3]));
  writeFileSync(path('numbers.npy'), npyOf(numbers(60, 3), [60, 3]));
  const grey = Float32Array.from({ length: 60 * 16 }, (_, i) => Math.sin(i) ** 2);
  writeFileSync(path('grey.npy'), npyOf(grey, [60, 4, 4]));
  writeFileSync(path('others.npy'), npyOf(numbers(9, 3, 500), [9, 3]));
  writeFileSync(
    path('colours.npy'),
    npyOf(
      Uint8Array.from({ length: 40 * 48 }, (_, i) => (i * 37) % 256),
      [40, 4, 4, 3],
    ),
  );
  const rows = Array.from(
    { length: 50 },
    (_, i) =>
      `${i % 7}.5,${i % 11 === 0 ? '' : (i % 5) * 100},${'xyz'[i % 3]},${i % 2},${i % 4 === 0 ? 'hot' : 'cold'}`,
  );
  writeFileSync(path('table.csv'), `a,b,letter,bit,kind\n${rows.join('\n')}\n`);
}
