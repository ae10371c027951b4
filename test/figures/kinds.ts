// A small figure of every kind, by any words and in any file.
import {
  barChart,
  type FileOptions,
  histogram,
  imageGrid,
  lineChart,
  marginals,
  pairedImageGrid,
  pairs,
  panels,
  planeGrid,
  scatterChart,
} from '@flowvae/figures';
import { twoColumns } from './columns.ts';

/** Draws a figure under a title. */
type Draw = (title: string, file: FileOptions) => Uint8Array;

/** A kind of figure. */
export interface FigureKind {
  readonly draw: Draw;
  /** Pixels of a PNG for one of layout. */
  readonly ratio: number;
  /** Images inside of it; everything else is vectors. */
  readonly images: number;
}

const size = { width: 400, height: 300 };
const labels = { xLabel: 'step', yLabel: 'nats' };
const line = (title: string) => ({
  title,
  ...labels,
  ...size,
  yRange: [0, 3] as const, // cuts a point off, so that there is a note
  series: [{ label: 'line', points: [1, 2, 9].map((y, x) => ({ x, y, spread: 0.2 })) }],
});
const table = (title: string) => ({
  ...twoColumns(Array.from({ length: 40 }, (_, i) => [i % 7, i % 5] as const)),
  title,
});
/** The last value is clipped, so that there is a note. */
const images = Float32Array.of(0, 0.2, 0.4, 0.6, 0.8, 1, 0.5, 2);
const grid = (title: string) => ({ title, images, width: 2, height: 2, columns: 2, scale: 8 });
const cells = { values: Float32Array.of(0, 1, 2, 3), size: 2 };

/** All kinds of figures. */
export const kinds: Readonly<Record<string, FigureKind>> = {
  lineChart: { draw: (title, file) => lineChart(line(title), file), ratio: 2, images: 0 },
  barChart: {
    draw: (title, file) =>
      barChart(
        { title, note: title, ...labels, ...size, categories: ['a', 'b'], series: [{ label: 's', values: [1, 2] }] },
        file,
      ),
    ratio: 2,
    images: 0,
  },
  histogram: {
    draw: (title, file) =>
      histogram(
        {
          title,
          ...labels,
          ...size,
          samples: [{ label: 's', values: [1, 2, 2, 9] }],
          range: [0, 3],
          marks: [{ x: 2, label: 'mark' }],
        },
        file,
      ),
    ratio: 2,
    images: 0,
  },
  scatterChart: {
    draw: (title, file) =>
      scatterChart(
        {
          title,
          note: title,
          ...labels,
          ...size,
          classes: [{ label: 'one', points: Float32Array.of(0, 0, 1, 1, 0, 1) }],
        },
        file,
      ),
    ratio: 2,
    images: 0,
  },
  panels: {
    draw: (title, file) => panels([line(title), line(`${title}, too`)], file),
    ratio: 2,
    images: 0,
  },
  marginals: { draw: (title, file) => marginals(table(title), file), ratio: 2, images: 0 },
  pairs: { draw: (title, file) => pairs(table(title), file), ratio: 2, images: 0 },
  planeGrid: {
    draw: (title, file) =>
      planeGrid({
        title,
        note: title,
        rows: [[{ density: cells }], [{ points: Float32Array.of(0, 0) }]],
        range: [-1, 1],
        ...file,
      }),
    ratio: 2,
    images: 1,
  },
  imageGrid: { draw: (title, file) => imageGrid(grid(title), file), ratio: 1, images: 2 },
  pairedImageGrid: {
    draw: (title, file) => pairedImageGrid({ ...grid(title), reconstructions: images.map((x) => 1 - x) }, file),
    ratio: 1,
    images: 4,
  },
};
