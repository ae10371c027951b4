// Colours, ranges and missing pixels of image grids: each value at its pixel, and the sentences under the title.
import { type ImageGridOptions, imageGrid, pairedImageGrid } from '@flowvae/figures';
import { describe, expect, it } from 'vitest';
import { boxOf, color, colorAt, grey, placesOf } from './picture.ts';
import { decodePng, type Picture } from './png.ts';

const [height, width, scale] = [3, 2, 5];
const margin = 16;
const noteHeight = 22;
/** Bytes that all differ, so that a swapped channel or a transposed image is seen. */
const byte = (i: number) => (7 + 13 * i) % 256;
const colours = Float32Array.from({ length: 2 * height * width * 3 }, (_, i) => byte(i) / 255);
const options: ImageGridOptions = { images: colours, channels: 3, height, width, columns: 2, scale, gap: 4 };

/** The colours of an image's pixels, row by row, each read in its middle. */
const pixelsOf = (picture: Picture, corner: { readonly x: number; readonly y: number }) =>
  Array.from({ length: height * width }, (_, i) =>
    colorAt(picture, {
      x: corner.x + (i % width) * scale + 2,
      y: corner.y + Math.floor(i / width) * scale + 2,
    }),
  );

const blues = [color('#6A8FC4'), color('#9DB7DD')];
const isBlue = (value: number) => blues.includes(value);
/** A picture of one row of images without title, and the height of the words above them. */
const drawn = (more: Partial<ImageGridOptions>) => {
  const picture = decodePng(imageGrid({ ...options, ...more }));
  return { picture, words: picture.height - 2 * margin - height * scale };
};

describe('imageGrid in colour', () => {
  it('draws red, green and blue of each pixel, the channel last', () => {
    const { picture, words } = drawn({});
    expect(words).toBe(0);
    const rgb = (at: number) => byte(at) * 0x10000 + byte(at + 1) * 0x100 + byte(at + 2);
    const expected = (image: number) =>
      Array.from({ length: height * width }, (_, i) => rgb(3 * (image * height * width + i)));
    expect(pixelsOf(picture, { x: margin, y: margin })).toEqual(expected(0));
    expect(pixelsOf(picture, { x: margin + width * scale + 4, y: margin })).toEqual(expected(1));
  });

  it('draws equal channels as the grey image of their values', () => {
    const values = Float32Array.from({ length: 2 * height * width }, (_, i) => byte(i) / 255);
    const threefold = Float32Array.from({ length: 3 * values.length }, (_, i) => values[Math.floor(i / 3)]!);
    expect(imageGrid({ ...options, images: threefold })).toEqual(
      imageGrid({ ...options, images: values, channels: 1 }),
    );
  });

  it('turns colours to their negatives on request', () => {
    const [plain, negative] = [{}, { tone: 'dark-on-light' } as const].map((tone) =>
      pixelsOf(drawn(tone).picture, { x: margin, y: margin }),
    );
    expect(negative).toEqual(plain!.map((value) => 0xffffff - value));
  });
});

describe('a range of values', () => {
  const values = (numbers: readonly number[]) =>
    drawn({ images: Float32Array.from(numbers), channels: 1, range: [-1, 3], columns: 1 });
  const atImage = ({ picture, words }: ReturnType<typeof drawn>) => pixelsOf(picture, { x: margin, y: margin + words });

  it('maps its ends to dark and bright, and clips the values outside', () => {
    expect(atImage(values([-1, 3, 1, 0, -7, 1e30]))).toEqual([0, 255, 128, 64, 0, 255].map(grey));
  });

  it('has a sentence where values were clipped, and none where none was', () => {
    expect(values([-1, 3, 1, 0, 0, 0]).words).toBe(0);
    const clipped = values([-1, 3, 1, 0, -7, 1e30]);
    expect(clipped.words).toBe(noteHeight);
    const ink = placesOf(clipped.picture, color('#666666'), { bottom: margin + noteHeight });
    expect(ink.length).toBeGreaterThan(50);
    expect(boxOf(ink).right).toBeLessThanOrEqual(clipped.picture.width - margin); // nothing is cut off
  });

  it('counts the clipped values, one or two of six', () => {
    const [one, two, twoOthers] = [
      [9, 0, 0, 0, 0, 0],
      [9, 9, 0, 0, 0, 0],
      [0, 0, 0, 0, -9, -9],
    ].map((numbers) => {
      const { picture } = values(numbers);
      return picture.colors.slice(0, picture.width * (margin + noteHeight)); // the sentence alone
    });
    expect(one).not.toEqual(two);
    expect(two).toEqual(twoOthers);
  });

  it('takes a rounding error above 1 for 1', () => {
    const images = new Float32Array(6).fill(1 + 2 ** -23);
    expect(drawn({ images, channels: 1 }).words).toBe(0);
  });
});

describe('missing pixels', () => {
  const images = Float32Array.of(0, Number.NaN, 1, 0.5, 9, 0);
  const mask = Uint8Array.of(1, 0, 1, 1, 0, 1);

  it('are blue in their whole squares, whatever their values, with a line that explains the colour', () => {
    const { picture, words } = drawn({ images, mask, channels: 1 });
    expect(words).toBe(noteHeight); // the value 9 is missing and thus not clipped
    const inSquares = { top: margin + words };
    const places = blues.flatMap((blue) => placesOf(picture, blue, inSquares));
    expect(places).toHaveLength(2 * scale * scale);
    const seen = pixelsOf(picture, { x: margin, y: margin + words });
    expect(seen.map(isBlue)).toEqual([false, true, false, false, true, false]);
    expect([seen[0], seen[2], seen[3]]).toEqual([0, 255, 128].map(grey));
    const swatch = blues.flatMap((blue) => placesOf(picture, blue, { bottom: margin + words }));
    expect(boxOf(swatch)).toMatchObject({ left: margin, right: margin + 14 });
    expect(swatch).toHaveLength(14 * 14);
  });

  it('are those with one missing channel, for a mask of values or of pixels', () => {
    const byValue = new Float32Array(colours.length).fill(1);
    byValue[3 * 4 + 2] = 0;
    const byPixel = new Uint8Array(colours.length / 3).fill(1);
    byPixel[4] = 0;
    expect(imageGrid({ ...options, mask: byValue })).toEqual(imageGrid({ ...options, mask: byPixel }));
    expect(imageGrid({ ...options, mask: byPixel })).not.toEqual(imageGrid(options));
  });

  it('need no line where the mask has no hole', () => {
    expect(imageGrid({ ...options, mask: new Uint8Array(colours.length).fill(1) })).toEqual(imageGrid(options));
  });

  it('stand in the rows of images, not in those of reconstructions', () => {
    const reconstructions = new Float32Array(6).fill(0.4);
    const form = { height, width, columns: 1, scale, gap: 4, labels: ['', ''] } as const;
    const picture = decodePng(pairedImageGrid({ images, mask, reconstructions, ...form }));
    const x = margin; // no word stands on the left
    const below = picture.height - margin - height * scale;
    const y = below - height * scale - 4;
    expect(pixelsOf(picture, { x, y }).map(isBlue)).toEqual([false, true, false, false, true, false]);
    expect(pixelsOf(picture, { x, y: below })).toEqual(new Array(6).fill(grey(102)));
  });

  it('do not excuse an infinite reconstruction', () => {
    const reconstructions = Float32Array.of(0, Number.POSITIVE_INFINITY, 0, 0, 0, 0);
    expect(() => pairedImageGrid({ images, mask, reconstructions, height, width, columns: 1 })).toThrow(
      'pairedImageGrid: reconstructions[1]: expected a finite number, got Infinity',
    );
  });
});
