// Image grids: every value stands at its pixel, neither transposed nor inverted, beside words that are really drawn.
import { type ImageGridOptions, imageGrid, pairedImageGrid } from '@flowvae/figures';
import { describe, expect, it } from 'vitest';
import { colorAt, differenceBox, grey, placesOf } from './picture.ts';
import { decodePng, type Picture } from './png.ts';

const [height, width, scale, gap, columns] = [3, 2, 5, 4, 3];
const size = height * width;
/** Values of k/255, so that each comes out as its own grey; no two neighbours are equal. */
const values = (count: number, first: number) =>
  Float32Array.from({ length: count * size }, (_, i) => ((first + 37 * i) % 256) / 255);

const images = values(5, 0);
const options: ImageGridOptions = { images, height, width, columns, scale, gap };

/** The upper left corner of the block of cells, counted from the lower right, as words stand left and above. */
const origin = (picture: Picture, blockWidth: number, blockHeight: number) => ({
  x: picture.width - 16 - blockWidth,
  y: picture.height - 16 - blockHeight,
});
const blockWidth = columns * width * scale + (columns - 1) * gap;

interface Cell {
  readonly x: number;
  readonly y: number;
  readonly value: (row: number, column: number) => number;
}

/** The number of pixels of a cell that do not have the grey of their value. */
function wrongPixels(picture: Picture, { x, y, value }: Cell): number {
  let wrong = 0;
  for (let dy = 0; dy < height * scale; dy++) {
    for (let dx = 0; dx < width * scale; dx++) {
      const level = Math.round(255 * value(Math.floor(dy / scale), Math.floor(dx / scale)));
      if (colorAt(picture, { x: x + dx, y: y + dy }) !== grey(level)) wrong++;
    }
  }
  return wrong;
}

const pixelOf = (all: Float32Array, image: number) => (row: number, column: number) =>
  all[image * size + row * width + column]!;

describe('imageGrid', () => {
  const picture = decodePng(imageGrid(options));
  const { x: x0, y: y0 } = origin(picture, blockWidth, 2 * height * scale + gap);
  const cell = (i: number) => ({
    x: x0 + (i % columns) * (width * scale + gap),
    y: y0 + Math.floor(i / columns) * (height * scale + gap),
  });

  it('has one margin on all sides', () => {
    expect([x0, y0]).toEqual([16, 16]);
  });

  it.each([0, 1, 2, 3, 4])('draws image %d at its place', (i) => {
    expect(wrongPixels(picture, { ...cell(i), value: pixelOf(images, i) })).toBe(0);
  });

  it('leaves the last place of the last row white', () => {
    expect(wrongPixels(picture, { ...cell(5), value: () => 1 })).toBe(0);
  });

  it('draws 1 black on request', () => {
    const dark = decodePng(imageGrid({ ...options, tone: 'dark-on-light' }));
    expect(wrongPixels(dark, { ...cell(2), value: (r, c) => 1 - pixelOf(images, 2)(r, c) })).toBe(0);
    // frames do not cover neighbours
    const closed = decodePng(imageGrid({ ...options, tone: 'dark-on-light', gap: 0 }));
    expect(wrongPixels(closed, { x: 16 + width * scale, y: 16, value: (r, c) => 1 - pixelOf(images, 1)(r, c) })).toBe(
      0,
    );
  });

  it.each<[string, (row: number, column: number) => number]>([
    ['inverted', (r, c) => 1 - pixelOf(images, 1)(r, c)],
    ['transposed', (r, c) => images[size + c * height + r]!],
    ['mirrored', (r, c) => pixelOf(images, 1)(r, width - 1 - c)],
    ['upside down', (r, c) => pixelOf(images, 1)(height - 1 - r, c)],
    ['taken from its neighbour', pixelOf(images, 2)],
  ])('would be seen if an image were %s', (_, value) => {
    expect(wrongPixels(picture, { ...cell(1), value })).toBeGreaterThan(0);
  });

  it('chooses a size that can be read: 10 MNIST digits in a row fill most of a screen', () => {
    const digits = new Float32Array(10 * 784);
    expect(decodePng(imageGrid({ images: digits, height: 28, width: 28, columns: 10 })).width).toBe(
      10 * 28 * 3 + 9 * 2 + 32,
    );
    const one = imageGrid({ images: digits.subarray(0, 784), height: 28, width: 28, columns: 10 });
    expect(decodePng(one)).toMatchObject({ width: 28 * 8 + 32, height: 28 * 8 + 32 });
  });

  it('draws a title above the images, and makes room for a long one', () => {
    const [a, b] = ['A title', 'Another'].map((title) =>
      decodePng(imageGrid({ ...options, title: `${title} of some length` })),
    );
    expect(a!.height).toBe(picture.height + 38);
    expect(a!.width).toBeGreaterThan(picture.width);
    expect(placesOf(a!, grey(34)).length).toBeGreaterThan(50);
    expect(a!.width).not.toBe(b!.width);
  });

  it('draws row labels left of the images and column labels above them', () => {
    const labelled = (rowLabels: string[], columnLabels: string[]) =>
      decodePng(imageGrid({ ...options, rowLabels, columnLabels }));
    const a = labelled(['one', 'two'], ['a', 'b', 'c']);
    const at = origin(a, blockWidth, 2 * height * scale + gap);
    expect(wrongPixels(a, { ...at, value: pixelOf(images, 0) })).toBe(0);
    expect(differenceBox(a, labelled(['one', 'owt'], ['a', 'b', 'c']))!.right).toBeLessThanOrEqual(at.x);
    expect(differenceBox(a, labelled(['one', 'two'], ['a', 'b', 'd']))!.bottom).toBeLessThanOrEqual(at.y);
  });

  it('gives the same bytes for the same input', () => {
    expect(Buffer.compare(imageGrid({ ...options, title: 'T' }), imageGrid({ ...options, title: 'T' }))).toBe(0);
  });
});

describe('pairedImageGrid', () => {
  const reconstructions = values(5, 19);
  const paired = (labels?: [string, string]) =>
    decodePng(
      pairedImageGrid({ images, reconstructions, height, width, columns, scale, gap, ...(labels ? { labels } : {}) }),
    );
  const picture = paired();
  const groupGap = 3 * gap + 6;
  const { x: x0, y: y0 } = origin(picture, blockWidth, 4 * height * scale + 3 * gap + groupGap);
  const corner = (i: number, below: 0 | 1) => ({
    x: x0 + (i % columns) * (width * scale + gap),
    y: y0 + Math.floor(i / columns) * (2 * (height * scale + gap) + groupGap) + below * (height * scale + gap),
  });

  it.each([0, 1, 2, 3, 4])('draws reconstruction %d right below its image', (i) => {
    expect(wrongPixels(picture, { ...corner(i, 0), value: pixelOf(images, i) })).toBe(0);
    expect(wrongPixels(picture, { ...corner(i, 1), value: pixelOf(reconstructions, i) })).toBe(0);
  });

  it('says on the left which row is which', () => {
    const words = placesOf(picture, grey(34), { left: 0, right: x0, top: 0, bottom: picture.height });
    expect(words.length).toBeGreaterThan(50);
    expect(differenceBox(picture, paired(['egami', 'reconstruction']))!.right).toBeLessThanOrEqual(x0);
  });
});

describe('refusals', () => {
  const refused = (draw: () => unknown, message: string) =>
    expect(draw).toThrow(expect.objectContaining({ name: 'ExpectationError', message }));

  it.each<[Partial<ImageGridOptions>, string]>([
    [
      { images: images.subarray(1) },
      'imageGrid: images: expected one or more images of 3 × 2 = 6 values, got 29 values',
    ],
    [
      { images: new Float32Array(0) },
      'imageGrid: images: expected one or more images of 3 × 2 = 6 values, got 0 values',
    ],
    [
      { images: Float32Array.of(0, 1, 0, Number.NEGATIVE_INFINITY, 0, 0) },
      'imageGrid: images[3]: expected a finite number, got -Infinity; mark missing values by 0 in mask',
    ],
    [
      { images: Float32Array.of(0, Number.NaN, 0, 0, 0, 0) },
      'imageGrid: images[1]: expected a finite number, got NaN; mark missing values by 0 in mask',
    ],
    [
      { channels: 2 as never },
      'imageGrid: channels: expected 1 (grey) or 3 (red, green, blue), got 2; draw each of other channels as a grey image of its own',
    ],
    [
      { images: new Float32Array(12), channels: 3 },
      'imageGrid: images: expected one or more images of 3 × 2 × 3 = 18 values, got 12 values',
    ],
    [{ range: [1, 1] }, 'imageGrid: range: expected two finite numbers, the smaller one first, got [1, 1]'],
    [{ mask: new Uint8Array(29) }, 'imageGrid: mask: expected 30 numbers, got 29'],
    [
      { images: new Float32Array(36), channels: 3, mask: new Uint8Array(11) },
      'imageGrid: mask: expected 36 numbers, or 12 for whole pixels, got 11',
    ],
    [
      { mask: new Float32Array(30).fill(1).fill(0.5, 7, 8) },
      'imageGrid: mask[7]: expected 0 (missing) or 1 (observed), got 0.5',
    ],
    [{ height: 0 }, 'imageGrid: images: expected a height and a width from 1, got 0 × 2'],
    [{ columns: 0 }, 'imageGrid: columns: expected a whole number from 1, got 0'],
    [{ scale: 1.5 }, 'imageGrid: scale: expected a whole number from 1, got 1.5'],
    [{ gap: -1 }, 'imageGrid: gap: expected a whole number from 0, got -1'],
    [{ rowLabels: ['only one'] }, 'imageGrid: rowLabels: expected none or 2 labels, got 1'],
  ])('%o', (more, message) => refused(() => imageGrid({ ...options, ...more }), message));

  it('of pairs that are not pairs', () => {
    refused(
      () => pairedImageGrid({ ...options, reconstructions: images.subarray(size) }),
      'pairedImageGrid: reconstructions: expected 30 values, as many as images has, got 24',
    );
  });
});
