// The safetensors format for float32 tensors: an 8-byte little-endian header length, a JSON header, the raw values.
// Format: https://github.com/huggingface/safetensors (README, section "Format").
import { ExpectationError } from './expectation-error.ts';

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

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/**
 * Encodes tensors in the order given, with the data section aligned to 8 bytes.
 *
 * @throws ExpectationError where a shape and its number of values disagree, or a name is the reserved `__metadata__`
 */
export function encodeSafetensors({ tensors, metadata }: StoredTensors): Uint8Array {
  const header: Record<string, HeaderEntry | Readonly<Record<string, string>>> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let end = 0;
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    if (sizeOf(shape) !== values.length || name === '__metadata__') {
      throw new ExpectationError({
        where: `encodeSafetensors: tensor "${name}"`,
        expected: `${sizeOf(shape)} values for shape [${shape.join(', ')}] under a name other than "__metadata__"`,
        received: `${values.length} values`,
      });
    }
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + values.byteLength] };
    end += values.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + end).fill(0x20, 8, 8 + headerLength); // the format pads with spaces
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.set(json, 8);
  let at = 8 + headerLength;
  for (const { values } of Object.values(tensors)) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return file;
}

/**
 * Decodes a safetensors file of float32 tensors.
 *
 * @param where the file's name, for errors
 * @throws ExpectationError where the file is truncated, its header is damaged, or a tensor is not float32
 */
export function decodeSafetensors(file: Uint8Array, where: string): StoredTensors {
  const refuse = (expected: string, received: string): never => {
    throw new ExpectationError({ where, expected, received, remedy: 'the file is damaged or of another kind' });
  };
  if (file.length < 8) refuse('a safetensors file of at least 8 bytes', `${file.length} bytes`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > file.length - 8) {
    refuse(`a header of at most ${file.length - 8} bytes`, `a header length of ${headerLength}`);
  }
  const header = parseHeader(file.subarray(8, 8 + headerLength)) ?? refuse('a JSON header', 'something else');
  const data = file.subarray(8 + headerLength);
  const tensors: Record<string, StoredTensor> = {};
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') metadata = entry as Readonly<Record<string, string>>;
    else
      tensors[name] =
        readTensor(entry as Partial<HeaderEntry>, data) ??
        refuse(`tensor "${name}" to be float32 inside the file`, JSON.stringify(entry));
  }
  return { tensors, metadata };
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

function readTensor(entry: Partial<HeaderEntry> | null, data: Uint8Array): StoredTensor | undefined {
  const { dtype, shape, data_offsets: offsets } = entry ?? {};
  if (dtype !== 'F32' || !Array.isArray(shape) || !Array.isArray(offsets) || offsets.length !== 2) return undefined;
  if (![...shape, ...offsets].every((n) => Number.isSafeInteger(n) && n >= 0)) return undefined;
  const [from, to] = offsets as [number, number];
  if (to > data.length || to - from !== sizeOf(shape) * 4) return undefined;
  return { shape: shape as readonly number[], values: new Float32Array(data.slice(from, to).buffer) };
}
