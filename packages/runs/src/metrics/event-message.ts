// TensorBoard's events as protocol buffers: https://github.com/tensorflow/tensorboard, compat/proto/event.proto,
// summary.proto, histogram.proto.

/** A value of a summary. */
export type SummaryValue =
  | { readonly tag: string; readonly scalar: number }
  | { readonly tag: string; readonly png: Uint8Array; readonly height: number; readonly width: number }
  | { readonly tag: string; readonly histogram: Histogram };

/** The number of values below each limit and above the previous one. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** Upper limits, increasing; the last is `max`. */
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

/** An event that opens a file. */
export const versionEvent = (seconds: number): Uint8Array =>
  concatenated([double(1, seconds), delimited(3, utf8.encode('brain.Event:2'))]);

/** An event with values at a step. @param seconds wall time, since 1970 */
export const summaryEvent = (seconds: number, step: number, values: readonly SummaryValue[]): Uint8Array =>
  concatenated([
    double(1, seconds),
    concatenated([key(2, 0), varint(step)]),
    delimited(5, concatenated(values.map((value) => delimited(1, summaryValue(value))))),
  ]);

const utf8 = new TextEncoder();

function summaryValue(value: SummaryValue): Uint8Array {
  const tag = delimited(1, utf8.encode(value.tag));
  if ('scalar' in value) return concatenated([tag, float(2, value.scalar)]);
  if ('histogram' in value) return concatenated([tag, delimited(5, histogramMessage(value.histogram))]);
  const { height, width, png } = value;
  const size = [key(1, 0), varint(height), key(2, 0), varint(width), key(3, 0), varint(COLOURS)];
  return concatenated([tag, delimited(4, concatenated([...size, delimited(4, png)]))]);
}

/** The colour space of an image with red, green, blue and alpha. */
const COLOURS = 4;

function histogramMessage({ min, max, count, sum, sumOfSquares, limits, counts }: Histogram): Uint8Array {
  const scalars = [min, max, count, sum, sumOfSquares].map((value, i) => double(i + 1, value));
  const packed = (values: readonly number[]) => new Uint8Array(Float64Array.from(values).buffer);
  return concatenated([...scalars, delimited(6, packed(limits)), delimited(7, packed(counts))]);
}

/** @param wire 0: varint, 1: 64 bits, 2: length-delimited, 5: 32 bits */
const key = (field: number, wire: number) => varint(field * 8 + wire);

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value; // beyond 32 bits, because bit operations would truncate it
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return Uint8Array.from([...bytes, rest]);
}

function double(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return concatenated([key(field, 1), bytes]);
}

function float(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return concatenated([key(field, 5), bytes]);
}

const delimited = (field: number, bytes: Uint8Array) => concatenated([key(field, 2), varint(bytes.length), bytes]);

const concatenated = (parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
