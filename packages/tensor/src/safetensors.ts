// The safetensors format for float32 tensors: an 8-byte little-endian header length, a JSON header, the raw values.
// Format: https://github.com/huggingface/safetensors (README, section "Format").
import { ExpectationError } from './expectation-error.ts';
import { elementCount } from './shape.ts';

/** One named array: row-major float32 values and their shape. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** What a safetensors file holds: tensors by name, and free text metadata. */
export interface StoredTensors {
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;

/**
 * Encodes tensors in the order given, with the data section aligned to 8 bytes.
 *
 * @throws ExpectationError where a shape and its number of values disagree, or a name is the reserved `__metadata__`
 */
export function encodeSafetensors({ tensors, metadata }: StoredTensors): Uint8Array {
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    if (shape.every(isCount) && elementCount(shape) === values.length && name !== '__metadata__') continue;
    throw new ExpectationError({
      where: `encodeSafetensors: tensor "${name}"`,
      expected: `${elementCount(shape)} values for shape [${shape.join(', ')}] under a name other than "__metadata__"`,
      received: `${values.length} values`,
    });
  }
  const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
  const { header, offsets, bytes } = layOutSafetensors(shapes, metadata);
  const file = new Uint8Array(bytes);
  file.set(header);
  for (const [name, { values }] of Object.entries(tensors)) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offsets[name]!);
  }
  return file;
}

/** Where everything in a safetensors file stands, known before any value is: what a file written piece by piece begins with. */
export interface SafetensorsLayout {
  /** The bytes before the values. */
  readonly header: Uint8Array;
  /** Where each tensor begins in the file. */
  readonly offsets: Readonly<Record<string, number>>;
  /** Size of the whole file. */
  readonly bytes: number;
}

/** Lays out float32 tensors in the order given, with the data section aligned to 8 bytes. */
export function layOutSafetensors(
  shapes: Readonly<Record<string, readonly number[]>>,
  metadata: Readonly<Record<string, string>>,
): SafetensorsLayout {
  const entries: [name: string, entry: HeaderEntry | Readonly<Record<string, string>>][] = [];
  if (Object.keys(metadata).length > 0) entries.push(['__metadata__', metadata]);
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
  const header = new Uint8Array(8 + length).fill(0x20, 8); // the format pads with spaces
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  const offsets = Object.fromEntries(starts.map(([name, from]) => [name, header.length + from]));
  return { header, offsets, bytes: header.length + end };
}

/**
 * Decodes a safetensors file of float32 tensors.
 *
 * @param where the file's name, for errors
 * @param options.leaveOut tensors of any type that are not read, such as a PyTorch module's integer buffers; default none
 * @throws ExpectationError where the file is truncated, its header is damaged, or a tensor is not float32
 */
export function decodeSafetensors(
  file: Uint8Array,
  where: string,
  { leaveOut = () => false }: { readonly leaveOut?: (name: string) => boolean } = {},
): StoredTensors {
  const refuse = (expected: string, received: string): never => {
    throw new ExpectationError({ where, expected, received, remedy: 'the file is damaged or of another kind' });
  };
  if (file.length < 8) refuse('a safetensors file of at least 8 bytes', `${file.length} bytes`);
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength); // the slice of a Node Buffer does not copy
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true));
  if (headerLength > bytes.length - 8) {
    refuse(`a header of at most ${bytes.length - 8} bytes`, `a header length of ${headerLength}`);
  }
  const { __metadata__: metadata = {}, ...entries } =
    parseHeader(bytes.subarray(8, 8 + headerLength)) ?? refuse('a JSON header', 'something else');
  if (!isTextMap(metadata)) return refuse('metadata that maps names to texts', summary(metadata));
  const data = bytes.subarray(8 + headerLength);
  const end = endOf(entries);
  if (end > data.length) {
    refuse(`a file of ${8 + headerLength + end} bytes, which its header tells`, `${file.length} bytes`);
  }
  const places = Object.entries(entries).map(
    ([name, entry]) =>
      readPlace({ name, isLeftOut: leaveOut(name) }, entry) ??
      refuse(`tensor "${name}" to be float32 inside the file`, summary(entry)),
  );
  if (!fillExactly(places, data.length)) refuse(`tensors that fill ${data.length} bytes of data`, 'gaps or overlaps');
  const tensors = places
    .filter(({ name }) => !leaveOut(name))
    .map(({ name, shape, from, to }) => {
      return [name, { shape, values: new Float32Array(data.slice(from, to).buffer) }] as const;
    });
  return { tensors: Object.fromEntries(tensors), metadata };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof header === 'object' && header !== null && !Array.isArray(header)
      ? (header as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

const isTextMap = (metadata: unknown): metadata is Readonly<Record<string, string>> =>
  typeof metadata === 'object' &&
  metadata !== null &&
  !Array.isArray(metadata) &&
  Object.values(metadata).every((text) => typeof text === 'string');

/** Where the last tensor ends, by what the header says of each that can be read. */
const endOf = (entries: Readonly<Record<string, unknown>>): number =>
  Object.values(entries)
    .map((entry) => (entry as Partial<HeaderEntry> | null)?.data_offsets?.[1])
    .filter(isCount)
    .reduce((a, b) => Math.max(a, b), 0);

interface Place {
  readonly name: string;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

function readPlace(
  { name, isLeftOut }: { readonly name: string; readonly isLeftOut: boolean },
  entry: unknown,
): Place | undefined {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<HeaderEntry>;
  if ((dtype !== 'F32' && !isLeftOut) || !Array.isArray(shape) || !Array.isArray(offsets) || offsets.length !== 2)
    return undefined;
  if (![...shape, ...offsets].every(isCount)) return undefined;
  const [from, to] = offsets as [number, number];
  if (to < from || (!isLeftOut && to - from !== elementCount(shape) * 4)) return undefined;
  return { name, shape: shape as readonly number[], from, to };
}

/** The format forbids holes and overlaps; without this check a small file of overlaps could ask for any amount of memory. */
function fillExactly(places: readonly Place[], dataLength: number): boolean {
  let end = 0;
  for (const { from, to } of places.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end) return false;
    end = to;
  }
  return end === dataLength;
}

/** A header entry in few words, however damaged. */
function summary(entry: unknown): string {
  try {
    return JSON.stringify(entry).slice(0, 200);
  } catch {
    return 'something nested too deeply to print'; // JSON.stringify recurses, JSON.parse does not
  }
}
