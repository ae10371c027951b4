// The header of a safetensors file: names, places and types of its tensors. Files are accepted and refused as by the
// format's own library. Format: https://github.com/huggingface/safetensors (README, section "Format"; rules:
// safetensors/src/tensor.rs, version 0.8).
import { ExpectationError } from '../expectation-error.ts';
import { bitsOf, type Dtype, isDtype } from './dtype.ts';
import { JsonScanner } from './json-scanner.ts';

/** Bytes of the length that stands before the header. */
export const LENGTH_BYTES = 8;

/** The format's limit for a header. */
export const LARGEST_HEADER = 100_000_000;

/** The one name that no tensor may have. */
export const METADATA = '__metadata__';

/** One tensor of a file. */
export interface TensorPlace {
  readonly dtype: Dtype;
  /** A size above 2^53, which only a tensor without elements can have, is rounded. */
  readonly shape: readonly number[];
  /** Its bytes in the file: from `from` up to, not including, `to`. */
  readonly from: number;
  readonly to: number;
}

/** The facts of a file before its values. */
export interface SafetensorsHeader {
  readonly tensors: Readonly<Record<string, TensorPlace>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A tensor as the header describes it; offsets count from the end of the header. */
interface Description {
  readonly dtype: Dtype;
  readonly shape: readonly bigint[];
  readonly offsets: readonly [from: bigint, to: bigint];
}

/**
 * Reads the header of a safetensors file with tensors of any types, and checks that they fill the rest of the file
 * without gap or overlap. Allocates nothing for values; the header's length is checked before the header is read.
 *
 * As in the format's library, unknown fields are skipped, and the last of several tensors with one name counts.
 * @param file the file, or its beginning, which must hold the whole header ({@link safetensorsHeaderEnd})
 * @param where the file's name, for errors
 * @param length of the whole file in bytes, where `file` is its beginning
 * @throws ExpectationError if the file is truncated or too long, or its header is damaged or above 100 MB
 */
export function readSafetensorsHeader(file: Uint8Array, where: string, length = file.length): SafetensorsHeader {
  const refuse = refusing(where);
  const dataStart = headerEnd(file, length, refuse);
  const scanner = new JsonScanner(file.subarray(LENGTH_BYTES, dataStart), refuse);
  const { descriptions, metadata } = scanHeader(scanner);
  const end = checkPlaces(descriptions, refuse);
  if (BigInt(dataStart) + end !== BigInt(length)) {
    refuse(`a file of ${BigInt(dataStart) + end} bytes, which its header tells`, `${length} bytes`);
  }
  const tensors = [...descriptions].map(([name, { dtype, shape, offsets }]): [string, TensorPlace] => {
    const [from, to] = offsets.map((offset) => dataStart + Number(offset)) as [number, number];
    return [name, { dtype, shape: shape.map(Number), from, to }];
  });
  return { tensors: Object.fromEntries(tensors), metadata: Object.fromEntries(metadata) };
}

/**
 * The position behind the header of a safetensors file, where the values begin.
 *
 * @param head the first {@link LENGTH_BYTES} bytes of the file at least, where it has so many
 * @param where the file's name, for errors
 * @param length of the whole file in bytes
 * @throws ExpectationError where the file is shorter, or the header is above 100 MB
 */
export const safetensorsHeaderEnd = (head: Uint8Array, where: string, length: number): number =>
  headerEnd(head, length, refusing(where));

type Refuse = (expected: string, received: string) => never;

const refusing =
  (where: string): Refuse =>
  (expected, received) => {
    throw new ExpectationError({ where, expected, received, remedy: 'the file is damaged or of another kind' });
  };

function headerEnd(head: Uint8Array, fileLength: number, refuse: Refuse): number {
  if (head.length < LENGTH_BYTES)
    refuse(`a safetensors file of at least ${LENGTH_BYTES} bytes`, `${head.length} bytes`);
  const length = new DataView(head.buffer, head.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  const most = Math.min(LARGEST_HEADER, fileLength - LENGTH_BYTES);
  if (length > most) refuse(`a header of at most ${most} bytes`, `a header length of ${length}`);
  return LENGTH_BYTES + Number(length);
}

function scanHeader(scanner: JsonScanner) {
  const descriptions = new Map<string, Description>();
  let metadata: Map<string, string> | undefined;
  scanner.object('a JSON header, which is an object', (key) => {
    if (key !== METADATA) {
      descriptions.set(key, scanDescription(scanner, key));
      return;
    }
    if (metadata) scanner.refuse(`no second "${METADATA}"`);
    metadata = scanMetadata(scanner);
  });
  scanner.end();
  return { descriptions, metadata: metadata ?? new Map<string, string>() };
}

function scanMetadata(scanner: JsonScanner): Map<string, string> {
  const texts = new Map<string, string>();
  if (scanner.tookNull()) return texts;
  const expected = 'metadata that map names to texts';
  scanner.object(expected, (key) => texts.set(key, scanner.string(expected)));
  return texts;
}

/** Fields by name, or an array of them in this order: the library accepts both. */
const FIELDS = ['dtype', 'shape', 'data_offsets'] as const;

function scanDescription(scanner: JsonScanner, tensor: string): Description {
  const of = `of tensor "${tensor}"`;
  const found: { dtype?: Dtype; shape?: bigint[]; data_offsets?: [bigint, bigint] } = {};
  const scanField = (name: string | undefined): void => {
    if (name === 'dtype' || name === 'shape' || name === 'data_offsets') {
      if (found[name] !== undefined) scanner.refuse(`no second ${name} ${of}`);
    }
    if (name === 'dtype') found.dtype = scanDtype(scanner, `a dtype ${of} that safetensors 0.8 knows`);
    else if (name === 'shape') found.shape = scanCounts(scanner, `a shape ${of}, whole numbers from 0 to 2^64 − 1`);
    else if (name === 'data_offsets')
      found.data_offsets = scanOffsets(scanner, `data_offsets ${of}, two whole numbers`);
    else if (name === undefined) scanner.refuse(`${FIELDS.join(', ')} ${of}, and no more`);
    else scanner.skip();
  };
  if (scanner.next() === 'array') {
    let i = 0;
    scanner.array('', () => scanField(FIELDS[i++]));
  } else {
    scanner.object(`a description ${of}, an object`, scanField);
  }
  const { dtype, shape, data_offsets: offsets } = found;
  if (dtype === undefined || shape === undefined || offsets === undefined) {
    return scanner.refuse(`${FIELDS.find((field) => found[field] === undefined)} ${of} before this`);
  }
  return { dtype, shape, offsets };
}

/** A name, or `{ "name": null }`: both are how the library's own JSON reader takes a choice. */
function scanDtype(scanner: JsonScanner, expected: string): Dtype {
  if (scanner.next() !== 'object') {
    return named(scanner.string(expected));
  }
  let dtype: Dtype | undefined;
  scanner.object(expected, (name) => {
    if (dtype !== undefined || !scanner.tookNull()) scanner.refuse(expected);
    dtype = named(name);
  });
  return dtype ?? scanner.refuse(expected);

  function named(name: string): Dtype {
    return isDtype(name) ? name : scanner.refuse(`${expected}, not "${name}",`);
  }
}

function scanCounts(scanner: JsonScanner, expected: string): bigint[] {
  const counts: bigint[] = [];
  scanner.array(expected, () => counts.push(scanner.unsigned(expected)));
  return counts;
}

function scanOffsets(scanner: JsonScanner, expected: string): [bigint, bigint] {
  const counts = scanCounts(scanner, expected);
  return counts.length === 2 ? (counts as [bigint, bigint]) : scanner.refuse(`${expected} before this`);
}

/**
 * Each tensor must begin at the end of the previous one, and have the length that type and shape give.
 *
 * Without this check a small file of overlapping tensors could ask for any amount of memory.
 * @returns the end of the last tensor
 */
function checkPlaces(descriptions: ReadonlyMap<string, Description>, refuse: Refuse): bigint {
  let end = 0n;
  const compare = (a: bigint, b: bigint) => (a < b ? -1 : Number(a > b));
  const inOrder = [...descriptions].toSorted(
    ([, { offsets: a }], [, { offsets: b }]) => compare(a[0], b[0]) || compare(a[1], b[1]),
  );
  for (const [name, { dtype, shape, offsets }] of inOrder) {
    const [from, to] = offsets;
    const place = `data_offsets [${from}, ${to}]`;
    if (from !== end) refuse(`tensor "${name}" to begin at byte ${end} of the data, without gap or overlap`, place);
    const bits = bitsIn(dtype, shape);
    if (bits === undefined || bits % 8n !== 0n || from + bits / 8n !== to) {
      const described = `${dtype} of shape [${shape.slice(0, 8).join(', ')}${shape.length > 8 ? ', …' : ''}]`;
      const bytes = bits === undefined ? 'under 2^61 bytes' : bits % 8n ? 'whole bytes' : `${bits / 8n} bytes`;
      refuse(`tensor "${name}", ${described}, to take ${bytes}`, place);
    }
    end = to;
  }
  return end;
}

/** Undefined if a product exceeds 64 bits on the way, even if a later size is 0: the library refuses this. */
function bitsIn(dtype: Dtype, shape: readonly bigint[]): bigint | undefined {
  let product = 1n;
  for (const factor of [...shape, bitsOf(dtype)]) {
    product *= factor;
    if (product >= 2n ** 64n) return undefined;
  }
  return product;
}
