// Pictures of another size: averages over areas where they shrink, linear between pixels where they grow.
import type { Levels } from './levels.ts';

/** The share of old pixels in a new one along an axis: weights from `first` on, with the sum 1. */
interface Share {
  readonly first: number;
  readonly weights: Float64Array;
}

/**
 * A picture of another height and width, each axis by itself. Smaller: the mean over the area that a new pixel covers,
 * parts of old pixels by their part. Larger: linear between the centres of old pixels, and the outermost beyond them.
 *
 * Where an axis shrinks by a whole factor, this is Pillow's BOX; where it grows, its BILINEAR, both but for rounding,
 * which happens once here. (BOX takes old pixels whole where the factor is no whole number.)
 */
export function resized(levels: Levels, height: number, width: number): Levels {
  if (levels.height === height && levels.width === width) return levels;
  const { channels } = levels;
  const rows = sharesOf(levels.height, height);
  const columns = sharesOf(levels.width, width);
  const data = new Uint8Array(height * width * channels);
  const line = new Float64Array(levels.width * channels);
  for (let y = 0; y < height; y++) {
    sumRows(levels, rows[y]!, line);
    for (let x = 0; x < width; x++) {
      const { first, weights } = columns[x]!;
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++) sum += weights[i]! * line[(first + i) * channels + channel]!;
        data[(y * width + x) * channels + channel] = Math.round(sum);
      }
    }
  }
  return { data, height, width, channels };
}

/** A line of the picture of the new height and the old width. */
function sumRows({ data, width, channels }: Levels, { first, weights }: Share, line: Float64Array): void {
  line.fill(0);
  for (let i = 0; i < weights.length; i++) {
    const start = (first + i) * width * channels;
    const weight = weights[i]!;
    for (let j = 0; j < line.length; j++) line[j]! += weight * data[start + j]!;
  }
}

const sharesOf = (from: number, to: number): Share[] =>
  Array.from({ length: to }, (_, place) => (to < from ? area(from, to, place) : linear(from, to, place)));

/** The old pixels from place·from/to to (place + 1)·from/to. */
function area(from: number, to: number, place: number): Share {
  // In units of 1/to of an old pixel all borders are whole numbers.
  const [start, end] = [place * from, (place + 1) * from];
  const first = Math.floor(start / to);
  const last = Math.ceil(end / to);
  const weights = Float64Array.from({ length: last - first }, (_, i) => {
    const pixel = (first + i) * to;
    return (Math.min(end, pixel + to) - Math.max(start, pixel)) / from;
  });
  return { first, weights };
}

/** The two old pixels beside the centre of the new one. */
function linear(from: number, to: number, place: number): Share {
  const centre = ((place + 0.5) * from) / to - 0.5;
  const clamped = Math.min(from - 1, Math.max(0, centre));
  const first = Math.min(Math.floor(clamped), Math.max(0, from - 2));
  const part = clamped - first;
  return { first, weights: from === 1 ? Float64Array.of(1) : Float64Array.of(1 - part, part) };
}
