// Grids of grey or coloured images, e.g. samples of a decoder, or data beside their reconstructions.
import { ExpectationError } from '@flowvae/tensor';
import type { FileOptions } from '../pages/formats.ts';
import { drawGrid, type GridStyle } from './grid-drawing.ts';
import { type Image, type ImageForm, type ImageMask, splitImages } from './image-values.ts';

/** The images of a grid, and how they are arranged. */
export interface ImageGridOptions extends GridStyle, ImageForm {
  /** n · height · width · channels values: image after image, each row by row, the channel last. */
  readonly images: Float32Array;
  /** Missing pixels get a hatched blue, and a line under the title explains it; default all are there. */
  readonly mask?: ImageMask;
  /** Images in a row; the last row may be shorter. */
  readonly columns: number;
  /** One word a row, drawn on its left; default none. */
  readonly rowLabels?: readonly string[];
  /** One word a column, drawn above it; default none. */
  readonly columnLabels?: readonly string[];
}

/** Images and, in the same order and size, a model's reconstructions. */
export interface PairedImageGridOptions extends GridStyle, ImageForm {
  /** n · height · width · channels values, the channel last. */
  readonly images: Float32Array;
  /** Missing pixels of `images`, in a hatched blue; their reconstructions are drawn whole. Default all are there. */
  readonly mask?: ImageMask;
  /** As many values as `images`. */
  readonly reconstructions: Float32Array;
  readonly columns: number;
  /** Labels of the two kinds of rows; default `['image', 'reconstruction']`. */
  readonly labels?: readonly [image: string, reconstruction: string];
}

/**
 * Draws images in a grid, row by row from the upper left; the same options give the same bytes. A line under the title
 * counts the values outside `range`. In vectors, the images are pixels that stay sharp.
 *
 * @throws ExpectationError if the images do not have the given size, or an observed value is not finite
 */
export function imageGrid(options: ImageGridOptions, file: FileOptions = {}): Uint8Array {
  const { images: values, columns, rowLabels = [], columnLabels = [] } = options;
  checkStyle('imageGrid', options);
  const rows = inRows(splitImages('imageGrid', 'images', { ...options, values }), columns);
  const across = Math.min(columns, rows[0]!.length);
  checkLabels('imageGrid: rowLabels', rowLabels, rows.length);
  checkLabels('imageGrid: columnLabels', columnLabels, across);
  const content = { ...options, rows, columns: across, rowsPerGroup: 0, rowLabels, columnLabels };
  return drawGrid(content, options, file);
}

/**
 * Draws every row of images with the row of their reconstructions right below, as {@link imageGrid} does.
 *
 * @throws ExpectationError if the numbers of images and reconstructions differ, or an observed value is not finite
 */
export function pairedImageGrid(options: PairedImageGridOptions, file: FileOptions = {}): Uint8Array {
  const { images, reconstructions, mask, columns, labels = ['image', 'reconstruction'], ...form } = options;
  checkStyle('pairedImageGrid', options);
  if (images.length !== reconstructions.length) {
    const [where, received] = ['pairedImageGrid: reconstructions', `${reconstructions.length}`];
    throw new ExpectationError({ where, expected: `${images.length} values, as many as images has`, received });
  }
  const above = inRows(splitImages('pairedImageGrid', 'images', { ...form, values: images, mask }), columns);
  const below = inRows(
    splitImages('pairedImageGrid', 'reconstructions', { ...form, values: reconstructions }),
    columns,
  );
  const rows = above.flatMap((row, i) => [row, below[i]!]);
  const rowLabels = above.flatMap(() => labels);
  const across = Math.min(columns, rows[0]!.length);
  const content = { ...form, rows, columns: across, rowsPerGroup: 2, rowLabels, columnLabels: [] };
  return drawGrid(content, options, file);
}

const inRows = (images: readonly Image[], columns: number) =>
  Array.from({ length: Math.ceil(images.length / columns) }, (_, r) => images.slice(r * columns, (r + 1) * columns));

function checkStyle(where: string, { columns, scale = 1, gap = 0 }: GridStyle & { readonly columns: number }): void {
  const least = { columns: 1, scale: 1, gap: 0 };
  for (const [name, value] of Object.entries({ columns, scale, gap })) {
    const from = least[name as keyof typeof least];
    if (Number.isInteger(value) && value >= from) continue;
    throw new ExpectationError({
      where: `${where}: ${name}`,
      expected: `a whole number from ${from}`,
      received: `${value}`,
    });
  }
}

function checkLabels(where: string, labels: readonly string[], count: number): void {
  if (labels.length === 0 || labels.length === count) return;
  throw new ExpectationError({ where, expected: `none or ${count} labels`, received: `${labels.length}` });
}
