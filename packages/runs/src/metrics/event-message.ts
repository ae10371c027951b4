// TensorBoard's events as protocol buffers: https://github.com/tensorflow/tensorboard, compat/proto/event.proto,
// summary.proto, histogram.proto.
import { delimited, double, float, message, packedDoubles, text, whole } from './protocol-buffer.ts';

/** A value of a summary. */
export type SummaryValue =
  | { readonly tag: string; readonly scalar: number }
  | { readonly tag: string; readonly png: Uint8Array; readonly height: number; readonly width: number }
  | { readonly tag: string; readonly histogram: Histogram }
  | { readonly tag: string; readonly plugin: PluginData };

/** Content that a plug-in of TensorBoard reads. */
interface PluginData {
  readonly name: string;
  readonly content: Uint8Array;
}

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
export const versionEvent = (seconds: number): Uint8Array => message(double(1, seconds), text(3, 'brain.Event:2'));

/** An event with values at a step. @param seconds wall time, since 1970 */
export const summaryEvent = (seconds: number, step: number, values: readonly SummaryValue[]): Uint8Array =>
  message(
    double(1, seconds),
    ...(step === 0 ? [] : [whole(2, step)]),
    delimited(5, message(...values.map((value) => delimited(1, summaryValue(value))))),
  );

function summaryValue(value: SummaryValue): Uint8Array {
  const tag = text(1, value.tag);
  if ('scalar' in value) return message(tag, float(2, value.scalar));
  if ('histogram' in value) return message(tag, delimited(5, histogramMessage(value.histogram)));
  if ('plugin' in value) return message(tag, delimited(8, NULL_TENSOR), delimited(9, metadata(value.plugin)));
  const { height, width, png } = value;
  const size = [whole(1, height), whole(2, width), whole(3, COLOURS)];
  return message(tag, delimited(4, message(...size, delimited(4, png))));
}

/** The colour space of an image with red, green, blue and alpha. */
const COLOURS = 4;

/** A tensor of float32 without values, [0]: TensorBoard drops summaries that hold no value at all. */
const NULL_TENSOR = message(whole(1, 1), delimited(2, message(delimited(2, message()))));

const metadata = ({ name, content }: PluginData) => delimited(1, message(text(1, name), delimited(2, content)));

function histogramMessage({ min, max, count, sum, sumOfSquares, limits, counts }: Histogram): Uint8Array {
  const scalars = [min, max, count, sum, sumOfSquares].map((value, i) => double(i + 1, value));
  return message(...scalars, packedDoubles(6, limits), packedDoubles(7, counts));
}
