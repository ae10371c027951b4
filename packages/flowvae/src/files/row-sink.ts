// Files that are written row by row, complete or not at all.
import { writePiecesAtomically } from '@flowvae/runs';
import { layOutSafetensors } from '@flowvae/tensor';

/** Writes the values of float32 tensors. */
export type PlaceRow = (name: string, row: number, values: Float32Array) => void;

/** The tensors of a file by name, the row as their first axis, and words about them. */
export interface RowTensors {
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Writes a safetensors file of float32 tensors; `fill` places values at rows.
 *
 * @throws as {@link writePiecesAtomically}
 */
export async function writeRowTensors(
  path: string,
  { shapes, metadata }: RowTensors,
  fill: (place: PlaceRow) => Promise<void>,
): Promise<void> {
  const { header, offsets } = layOutSafetensors(shapes, metadata);
  const widths = Object.fromEntries(
    Object.entries(shapes).map(([name, [, ...sides]]) => [name, sides.reduce((product, side) => product * side, 1)]),
  );
  await writePiecesAtomically(path, async (write) => {
    write(header, 0);
    await fill((name, row, values) => write(bytesOf(values), offsets[name]! + 4 * row * widths[name]!));
  });
}

/** The bytes of values, in place. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Characters that are written at once. */
const BLOCK = 2 ** 16;

/**
 * Writes a text file; `fill` appends lines.
 *
 * @throws as {@link writePiecesAtomically}
 */
export async function writeLines(path: string, fill: (append: (line: string) => void) => Promise<void>): Promise<void> {
  await writePiecesAtomically(path, async (write) => {
    const text = { kept: '', offset: 0 };
    const flush = () => {
      const bytes = new TextEncoder().encode(text.kept);
      write(bytes, text.offset);
      Object.assign(text, { kept: '', offset: text.offset + bytes.length });
    };
    await fill((line) => {
      text.kept += line;
      if (text.kept.length > BLOCK) flush();
    });
    flush();
  });
}
