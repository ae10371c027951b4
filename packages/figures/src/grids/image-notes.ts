// The sentences under the title of a grid: values outside of the range, and missing pixels.
import { percent, readable } from '../text.ts';
import type { Image, ImageForm } from './image-values.ts';

/** A mean of a sigmoid may round to a value just above 1, which is not worth a note. */
const ROUNDING = 1e-6;

/** The sentence on values that are drawn as the nearest value of the range; undefined where all lie inside. */
export function clippedNote(images: readonly Image[], { channels = 1, range = [0, 1] }: ImageForm): string | undefined {
  const [least, most] = range;
  const slack = ROUNDING * (most - least);
  let [clipped, observed] = [0, 0];
  for (const { values, missing } of images) {
    for (let i = 0; i < values.length; i++) {
      if (missing?.[Math.floor(i / channels)] === 1) continue;
      observed++;
      if (values[i]! < least - slack || values[i]! > most + slack) clipped++;
    }
  }
  if (clipped === 0) return undefined;
  return `${percent(clipped, observed)} of values lie outside ${readable(least, 4)} … ${readable(most, 4)} and are clipped`;
}

/** The words beside the colour of missing pixels; undefined where there is none. */
export function missingNote(images: readonly Image[]): string | undefined {
  const masked = images.flatMap(({ missing }) => (missing ? [missing] : []));
  const count = masked.reduce((sum, missing) => missing.reduce((a, b) => a + b, sum), 0);
  const all = masked.reduce((sum, { length }) => sum + length, 0);
  return count === 0 ? undefined : `missing: ${percent(count, all)} of pixels`;
}
