// A small table of all kinds of columns, and the parts of its pictures.
import type { ColumnFigureOptions, FigureColumn } from '@flowvae/figures';
import { color } from './picture.ts';

export const [blue, vermilion] = [color('#0072B2'), color('#D55E00')];

export const numeric = (name: string, at: number): FigureColumn => ({ name, kind: 'number', at, width: 1 });

/** One numeric column of the given values in each series. */
export function oneColumn(...series: (readonly number[])[]): ColumnFigureOptions {
  return {
    title: 'One column',
    columns: [numeric('x', 0)],
    width: 1,
    series: series.map((values, i) => ({ label: `series ${i}`, values: Float32Array.from(values) })),
  };
}

/** Two numeric columns of the given rows in each series. */
export function twoColumns(...series: (readonly (readonly [number, number])[])[]): ColumnFigureOptions {
  const rows = oneColumn(...series.map((points) => points.flat()));
  return { ...rows, columns: [numeric('x', 0), numeric('y', 1)], width: 2 };
}
