// Small IDX files for tests: bytes from sizes, and folders of them under the system's temporary folder.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An IDX file: the magic number, the sizes, the data. */
export function idx(magic: number, sizes: readonly number[], data: ArrayLike<number>): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * sizes.length));
  header.setUint32(0, magic);
  sizes.forEach((size, axis) => {
    header.setUint32(4 + 4 * axis, size);
  });
  return Uint8Array.from([...new Uint8Array(header.buffer), ...Array.from(data)]);
}

/** Images whose pixel i (over all images) is `(first + i) % 256`. */
export function idxImages(count: number, height: number, width: number, first = 0): Uint8Array {
  const data = Array.from({ length: count * height * width }, (_, i) => (first + i) % 256);
  return idx(0x803, [count, height, width], data);
}

/** Labels 0, 1, … 9, 0, … */
export function idxLabels(count: number): Uint8Array {
  return idx(
    0x801,
    [count],
    Array.from({ length: count }, (_, i) => i % 10),
  );
}

/** Writes files into a new temporary folder, which goes when the test file has run, and returns its path. */
export function folderOf(files: Readonly<Record<string, Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'flowvae-idx-'));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}
