// The formats of figures: every kind in pixels and in vectors, of one size, with and without titles.
import { type FileOptions, imageGrid, planeGrid } from '@flowvae/figures';
import { formats } from '@flowvae/figures/plain';
import { describe, expect, it } from 'vitest';
import { kinds } from './kinds.ts';
import { readPdf } from './pdf.ts';
import { color, colorAt, placesOf } from './picture.ts';
import { decodePng, type Picture, pngSignature } from './png.ts';

const textOf = (file: Uint8Array) => new TextDecoder().decode(file);

/** Width and height of an SVG document. */
const sizeOfSvg = (svg: string) =>
  /^<\?xml[^>]*>\s*<svg [^>]*?width="(\d+)" height="(\d+)"/.exec(svg)!.slice(1, 3).map(Number);

/** Images inside of an SVG document: the PNG of each. */
const imagesOfSvg = (svg: string) =>
  [...svg.matchAll(/<image [^>]*href="data:image\/png;base64,([^"]*)"/g)].map(([, data]) =>
    Buffer.from(data!, 'base64'),
  );

/** The first row of pixels with a grid line: letters have a few pixels of its colour. */
function topOfPlot(picture: Picture): number {
  const places = placesOf(picture, color('#E6E6E6')).map(({ y }) => y);
  return places.find((y, i) => places[i + 199] === y)!;
}

describe.each(Object.entries(kinds))('%s', (_, { draw, ratio, images }) => {
  const drawn = (file: FileOptions, title = 'A title') => draw(title, file);

  it('is a PNG by default', () => {
    expect([...drawn({}).subarray(0, 8)]).toEqual(pngSignature);
    expect(Buffer.compare(drawn({}), drawn({ format: 'png', titles: true }))).toBe(0);
  });

  it('has one size in all formats', () => {
    const png = decodePng(drawn({}));
    const size = [png.width / ratio, png.height / ratio];
    const pdf = readPdf(drawn({ format: 'pdf' }));
    expect([pdf.version, pdf.pages, pdf.width, pdf.height]).toEqual(['%PDF-1.4', 1, ...size]);
    expect(sizeOfSvg(textOf(drawn({ format: 'svg' })))).toEqual(size);
  });

  it('is a vector but for its images', () => {
    const svg = textOf(drawn({ format: 'svg' }));
    expect(imagesOfSvg(svg)).toHaveLength(images);
    expect(svg.match(/<path /g)!.length).toBeGreaterThan(0);
    expect(svg).not.toContain('<text'); // a viewer may lack the font
    const { content, images: ofPdf, fonts } = readPdf(drawn({ format: 'pdf' }));
    expect(ofPdf).toHaveLength(images);
    expect(content.match(/ Do$/gm) ?? []).toHaveLength(images);
    expect(content.match(/^(S|f\*?)$/gm)!.length).toBeGreaterThan(0); // strokes and fills
    expect(content.match(/ Tj$/gm)!.length).toBeGreaterThan(0); // words
    expect(new Set(fonts)).toEqual(new Set(['Type0'])); // many publishers refuse type 3
  });

  it.each(formats)('has the same bytes for the same input as %s, without a date', (format) => {
    const file = drawn({ format });
    expect(Buffer.compare(file, drawn({ format }))).toBe(0);
    if (format === 'pdf') expect(readPdf(file).text).not.toMatch(/Date|\/ID|Metadata/);
  });

  it.each(formats)('has no title and no note as %s where they are off', (format) => {
    const [one, other] = ['A', 'Quite another title'].map((title) => drawn({ format, titles: false }, title));
    expect(Buffer.compare(one!, other!)).toBe(0);
    expect(Buffer.compare(drawn({ format }, 'A'), drawn({ format }, 'Quite another title'))).not.toBe(0);
  });

  it('gives the space of title and note away where they are off', () => {
    const [whole, untitled] = [{}, { titles: false }].map((file) => decodePng(drawn(file)));
    if (untitled!.height < whole!.height) return expect(untitled!.width).toBeLessThanOrEqual(whole!.width);
    expect(topOfPlot(untitled!)).toBeLessThan(topOfPlot(whole!) - 40);
  });
});

describe('panels without titles', () => {
  it('are drawn alike, each in its own part of the page', () => {
    const { content } = readPdf(kinds.panels!.draw('t', { format: 'pdf', titles: false }));
    const byClip = content.split(/^(?=\d+ \d+ 400 300 re\nW\* n)/m).slice(1);
    const endsIn = (clip: string) =>
      byClip
        .filter((part) => part.startsWith(`${clip} 400 300 re`))
        .flatMap((part) => [...part.matchAll(/^\S+ (\S+) l$/gm)].map(([, y]) => Math.round(Number(y))));
    const [upper, lower] = [endsIn('0 0'), endsIn('0 300')];
    expect(upper.filter((y) => y > 0 && y < 300).length).toBeGreaterThan(10);
    expect(lower).toEqual(upper);
    expect(content.indexOf('1 0 0 1 0 300 cm')).toBeGreaterThan(content.indexOf('0 300 400 300 re'));
  });
});

describe('images in vectors', () => {
  const images = Float32Array.of(0, 0.25, 0.5, 1, 1, 0.5, 0.25, 0);
  const grid = { images, width: 2, height: 2, columns: 2, scale: 3, mask: Uint8Array.of(1, 1, 1, 1, 0, 1, 1, 1) };
  const png = decodePng(imageGrid(grid, { titles: false }));
  /** Colours of one image of the PNG, from its left edge on. */
  const colorsFrom = (left: number) =>
    Array.from({ length: 36 }, (_, i) => colorAt(png, { x: left + (i % 6), y: 16 + Math.floor(i / 6) }));
  const expected = [colorsFrom(16), colorsFrom(24)];

  it('have the pixels of the PNG in a PDF', () => {
    const found = readPdf(imageGrid(grid, { format: 'pdf', titles: false })).images.map(({ width, height, bytes }) => {
      expect([width, height]).toEqual([6, 6]);
      return Array.from(
        { length: 36 },
        (_, i) => bytes[3 * i]! * 0x10000 + bytes[3 * i + 1]! * 0x100 + bytes[3 * i + 2]!,
      );
    });
    expect(found).toEqual(expected);
  });

  it('have the pixels of the PNG in an SVG, and stay squares', () => {
    const svg = textOf(imageGrid(grid, { format: 'svg', titles: false }));
    expect(imagesOfSvg(svg).map((image) => [...decodePng(image).colors])).toEqual(expected);
    expect(svg.match(/<image image-rendering="pixelated" /g)).toHaveLength(2);
  });

  it('are smooth in maps of densities, also in a viewer that shows pixels as they are', () => {
    const rows = [[{ density: { values: Float32Array.of(0, 0, 1, 1), size: 2 } }]];
    const [map] = readPdf(planeGrid({ rows, range: [0, 1], side: 60, format: 'pdf' })).images;
    const column = Array.from({ length: map!.height }, (_, y) => map!.bytes[3 * (y * map!.width + 60)]!);
    expect(new Set(column).size).toBeGreaterThan(10); // shades between the colours of two cells
    expect(column).toEqual(column.toSorted((a, b) => a - b)); // from the dark upper half to the white lower one
    expect(textOf(planeGrid({ rows, range: [0, 1], format: 'svg' }))).not.toContain('pixelated');
  });
});

it('a format that is none is refused', () => {
  const file = { format: 'jpeg' as never };
  expect(() => kinds.imageGrid!.draw('t', file)).toThrow("figures: format: expected png, svg, pdf, got 'jpeg'");
});
