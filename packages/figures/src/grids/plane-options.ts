// The options of a grid of panels over the plane: data and words, no drawing.
import type { FileOptions } from '../pages/formats.ts';

/** A density on a regular grid over the panel's range. */
export interface DensityMap {
  /** [size, size], row-major from the lowest y up, each at the middle of its cell; 0 and more, finite. */
  readonly values: Float32Array;
  /** Cells each way. */
  readonly size: number;
  /** The value of the darkest colour; default the largest value. Larger values get the same colour. */
  readonly ceiling?: number;
}

/** One panel: a map, points, or points over a map. */
export interface PlanePanel {
  /** Above the panel; default none. */
  readonly title?: string;
  readonly density?: DensityMap;
  /** [n, 2], row-major; points outside the range are not drawn. */
  readonly points?: Float32Array;
}

/** Panels in rows, all over the same range. */
export interface PlaneGridOptions extends FileOptions {
  readonly rows: readonly (readonly PlanePanel[])[];
  /** The axes go from the first number to the second. */
  readonly range: readonly [from: number, to: number];
  /** The same for the y axis alone. Default: `range`. */
  readonly yRange?: readonly [from: number, to: number];
  readonly title?: string;
  /** A line under the title: the meaning of the colours. */
  readonly note?: string;
  /** One word a row, drawn on its left; default none. */
  readonly rowLabels?: readonly string[];
  /** Names of the axes; default x₁ and x₂. */
  readonly axes?: readonly [x: string, y: string];
  /** Side of a panel in layout pixels; default 180. A PNG has twice as many pixels. */
  readonly side?: number;
}
