// The files that array_files.py wrote with NumPy, SciPy and safetensors, and the arrays that these libraries read.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import type { OpenArraysOptions } from '@flowvae/datasets';

/** The groups of files. */
export const groups = ['npy', 'npz', 'mat', 'recipes', 'safetensors', 'other'] as const;

interface Expected {
  readonly type: string;
  readonly shape: readonly number[];
  /** float32, row-major. */
  readonly values: Float32Array;
}

/** A file, and the arrays that should be read from it. */
export interface ArrayFile {
  readonly name: string;
  readonly file: Uint8Array;
  readonly arrays: Readonly<Record<string, Expected>>;
  readonly leftOut: readonly string[];
  readonly parts?: unknown;
  readonly options?: OpenArraysOptions;
}

/** The committed files of a group. */
export function arrayFiles(group: (typeof groups)[number]): ArrayFile[] {
  const path = fileURLToPath(new URL(`../reference/array-files-${group}.json`, import.meta.url));
  return JSON.parse(readFileSync(path, 'utf8')).cases.map(
    ({ file, arrays, ...rest }: { file: string; arrays: Record<string, Expected & { values: string }> }) => ({
      ...rest,
      file: unpacked(file),
      arrays: Object.fromEntries(
        Object.entries(arrays).map(([name, array]) => [name, { ...array, values: floats(unpacked(array.values)) }]),
      ),
    }),
  );
}

const unpacked = (text: string): Uint8Array => new Uint8Array(inflateSync(Buffer.from(text, 'base64')));

const floats = (bytes: Uint8Array) => new Float32Array(bytes.slice().buffer);
