// Writing the safetensors format: an 8-byte little-endian header length, a JSON header, the raw float32 values.
import { ExpectationError } from '../expectation-error.ts';
import { elementCount } from '../shape.ts';
import { LARGEST_HEADER, LENGTH_BYTES, METADATA } from './header.ts';
import type { StoredTensors } from './stored-tensors.ts';

const isCount = (n: unknown) => Number.isSafeInteger(n) && (n as number) >= 0;

/**
 * Encodes tensors in the order given, with the data section aligned to 8 bytes.
 *
 * @throws ExpectationError if a shape and its number of values disagree, and as {@link layOutSafetensors}
 */
export function encodeSafetensors(stored: StoredTensors): Uint8Array {
  const parts = safetensorsParts(stored);
  const file = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/**
 * The bytes of {@link encodeSafetensors} in pieces, one after the other: the header, then each tensor's own memory, so
 * that no copy of all values is made.
 *
 * @throws ExpectationError as {@link encodeSafetensors}
 */
export function safetensorsParts({ tensors, metadata }: StoredTensors): readonly Uint8Array[] {
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    if (shape.every(isCount) && elementCount(shape) === values.length && name !== METADATA) continue;
    throw new ExpectationError({
      where: `encodeSafetensors: tensor "${name}"`,
      expected: `${elementCount(shape)} values for shape [${shape.join(', ')}] under a name other than "${METADATA}"`,
      received: `${values.length} values`,
    });
  }
  const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
  const { header } = layOutSafetensors(shapes, metadata);
  const own = Object.values(tensors).map(({ values: { buffer, byteOffset, byteLength } }) => {
    return new Uint8Array(buffer, byteOffset, byteLength);
  });
  return [header, ...own];
}

/**
 * The places of all parts in a safetensors file, known before the values: the start of a file that is written in
 * pieces.
 */
export interface SafetensorsLayout {
  /** The bytes before the values. */
  readonly header: Uint8Array;
  /** The place of each tensor in the file. */
  readonly offsets: Readonly<Record<string, number>>;
  /** Size of the whole file. */
  readonly bytes: number;
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/**
 * Lays out float32 tensors in the order given, with the data section aligned to 8 bytes.
 *
 * @throws ExpectationError for a header that no reader would accept: above 100 MB, or with half of a surrogate pair in
 * a name or text
 */
export function layOutSafetensors(
  shapes: Readonly<Record<string, readonly number[]>>,
  metadata: Readonly<Record<string, string>>,
): SafetensorsLayout {
  checkTexts([...Object.keys(shapes), ...Object.entries(metadata).flat()]);
  const entries: [name: string, entry: HeaderEntry | Readonly<Record<string, string>>][] = [];
  if (Object.keys(metadata).length > 0) entries.push([METADATA, metadata]);
  const starts: [name: string, from: number][] = [];
  let end = 0;
  for (const [name, shape] of Object.entries(shapes)) {
    const from = end;
    starts.push([name, from]);
    end += 4 * elementCount(shape);
    entries.push([name, { dtype: 'F32', shape, data_offsets: [from, end] }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const length = Math.ceil(json.length / 8) * 8;
  if (length > LARGEST_HEADER) throw refusal(`a header of at most ${LARGEST_HEADER} bytes`, `${length} bytes`);
  const header = new Uint8Array(LENGTH_BYTES + length).fill(0x20, LENGTH_BYTES); // the format pads with spaces
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, LENGTH_BYTES);
  const offsets = Object.fromEntries(starts.map(([name, from]) => [name, header.length + from]));
  return { header, offsets, bytes: header.length + end };
}

function checkTexts(texts: readonly string[]): void {
  const broken = texts.find((text) => /\p{Surrogate}/u.test(text));
  if (broken === undefined) return;
  throw refusal('names and texts without half of a surrogate pair', JSON.stringify(broken));
}

const refusal = (expected: string, received: string) =>
  new ExpectationError({ where: 'safetensors header', expected, received });
