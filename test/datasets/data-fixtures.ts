// Small files of data in a temporary folder, and the errors of opening them.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DataOptions, type DataSet, openData } from '@flowvae/datasets';
import { ExpectationError } from '@flowvae/tensor/plain';
import { expect, onTestFinished, vi } from 'vitest';
import { zipOf } from './zip-fixtures.ts';

const root = mkdtempSync(join(tmpdir(), 'flowvae-data-'));

const reference = fileURLToPath(new URL('../reference/', import.meta.url));
let folders = 0;

/** A new folder with files: contents, or paths below test/reference. */
export function dataFolder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = join(root, String(folders++));
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (typeof content === 'string' && existsSync(join(reference, content))) {
      copyFileSync(join(reference, content), path);
    } else writeFileSync(path, content);
  }
  return folder;
}

/** The path of one new file. */
export const dataFile = (name: string, content: string | Uint8Array): string =>
  join(dataFolder({ [name]: content }), name);

const types = new Map<unknown, string>([
  [Uint8Array, '|u1'],
  [Int8Array, '|i1'],
  [Uint16Array, '<u2'],
  [Int16Array, '<i2'],
  [Int32Array, '<i4'],
  [Float32Array, '<f4'],
  [Float64Array, '<f8'],
]);

type Numbers = Uint8Array | Int8Array | Uint16Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** A .npy file of an array, by the type of its numbers. */
export function npyOf(values: Numbers, shape: readonly number[], descr = types.get(values.constructor)!): Uint8Array {
  const tuple = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }\n`;
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length, 0]);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return new Uint8Array(Buffer.concat([start, Buffer.from(text), bytes]));
}

/** A .npz file of arrays. */
export const npzOf = (arrays: Readonly<Record<string, readonly [Numbers, readonly number[]]>>): Uint8Array =>
  zipOf(
    Object.fromEntries(Object.entries(arrays).map(([name, [values, shape]]) => [`${name}.npy`, npyOf(values, shape)])),
  );

/** Opens data; they are closed after the test. */
export async function openedData(text: string, options: DataOptions = {}): Promise<DataSet> {
  const data = await openData(text, options);
  onTestFinished(() => data.close());
  return data;
}

/** Files of this test that are open, as Linux lists them. */
function openFiles(): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/fd').flatMap((file) => {
    try {
      const path = readlinkSync(join('/proc/self/fd', file));
      return path.startsWith(root) ? [path] : [];
    } catch {
      return []; // the listing's own
    }
  });
}

/** The message of its refusal, without the folder. No file stays open. */
export async function dataRefusal(text: string, options: DataOptions = {}): Promise<string> {
  const error = await openedData(text, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ExpectationError);
  await vi.waitFor(() => expect(openFiles()).toEqual([])); // streams close a little later
  return (error as Error).message.replaceAll(new RegExp(`${root}/\\d+/?`, 'g'), '');
}

/** All stored values of a data set. */
export function valuesOf({ x }: DataSet): number[] {
  const out = new Float32Array(x.shape.reduce((product, size) => product * size, 1));
  x.read(0, x.shape[0]!, out);
  return [...out];
}
