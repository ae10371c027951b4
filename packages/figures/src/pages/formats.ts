// File formats of figures, and how a figure is stored.

/**
 * Pixels, or vectors as SVG or PDF. SVG text is stored as outlines, PDF text with the part of the font that it needs,
 * so both look the same on every machine.
 */
export const formats = ['png', 'svg', 'pdf'] as const;

/** A file format of figures. */
export type Format = (typeof formats)[number];

/** How a figure is stored. */
export interface FileOptions {
  /** Default 'png'; an SVG comes as UTF-8 text, a PDF has one page. */
  readonly format?: Format;
  /**
   * Whether there is a title, and a line of notes under it; without them a chart's plot takes their space, and a sheet
   * or a grid is lower. Axes, legends, rows, columns and single panels keep their names. Default true.
   */
  readonly titles?: boolean;
}
