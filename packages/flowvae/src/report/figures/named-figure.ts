// A figure that has a place on the report's page, and a file of its own where one is asked for.
import type { FileOptions, Format, ReportFigure } from '@flowvae/figures';
import type { RunFolder } from '@flowvae/runs';

/** Draws a figure for a file; the data are ready. */
export type Draw = (file?: FileOptions) => Uint8Array;

/** A figure by name. */
export interface NamedFigure extends Omit<ReportFigure, 'image'> {
  /** The name of its file, without the ending. */
  readonly name: string;
  /** Its format on the page: vectors for charts, pixels for images and clouds of points. */
  readonly onPage: Exclude<Format, 'pdf'>;
  readonly draw: Draw;
}

/** The figure as the page shows it. */
export const pageFigure = ({ name: _, onPage, draw, ...shown }: NamedFigure): ReportFigure => ({
  image: draw({ format: onPage }),
  ...shown,
});

/** The figures as files by name; of equal names, later ones get a number. */
export function figureFiles(
  figures: readonly Pick<NamedFigure, 'name' | 'draw'>[],
  file: FileOptions,
): Readonly<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const [i, { name, draw }] of figures.entries()) {
    const before = figures.slice(0, i).filter((other) => other.name === name).length;
    files[fileName(before === 0 ? name : `${name}-${before + 1}`, file)] = draw(file);
  }
  return files;
}

/** `terms.svg` */
export const fileName = (name: string, { format = 'png' }: FileOptions): string => `${name}.${format}`;

/** Writes files of figures to a run folder and returns their paths. */
export const writeFigures = (folder: RunFolder, files: Readonly<Record<string, Uint8Array>>): string[] =>
  Object.entries(files).map(([name, image]) => folder.writeFigure(name, image));

/** Any words as part of a file's name: letters, digits and hyphens (`1 + wᵀû`: `1-plus-wTu`). */
export const slug = (words: string): string =>
  words
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replaceAll('+', ' plus ')
    .replace(/[^\w]+/g, '-')
    .replace(/^-|-$/g, '');
