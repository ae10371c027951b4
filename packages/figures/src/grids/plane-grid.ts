// Grids of square panels over one part of the plane: density maps and clouds of points side by side.
import { ExpectationError } from '@flowvae/tensor';
import type { FileOptions } from '../charts/chart-drawing.ts';
import { drawPlanePng, drawPlaneSvg } from './plane-drawing.ts';

/** A density on a regular grid over the panel's range. */
export interface DensityMap {
  /** [size, size], row-major from the lowest y up, each at the middle of its cell; 0 and more, finite. */
  readonly values: Float32Array;
  /** Cells each way. */
  readonly size: number;
  /** The value of the darkest colour; default the largest there is. Values above it get the same colour. */
  readonly ceiling?: number;
}

/** One panel: a map, points, or points over a map. */
export interface PlanePanel {
  /** Above the panel; default none. */
  readonly title?: string;
  readonly density?: DensityMap;
  /** [n, 2], row-major; those outside the range are not drawn. */
  readonly points?: Float32Array;
}

/** Panels in rows, all over the same range. */
export interface PlaneGridOptions extends FileOptions {
  readonly rows: readonly (readonly PlanePanel[])[];
  /** Both axes go from the first number to the second. */
  readonly range: readonly [from: number, to: number];
  readonly title?: string;
  /** A line under the title: what the colours mean. */
  readonly note?: string;
  /** One word a row, drawn on its left; default none. */
  readonly rowLabels?: readonly string[];
  /** Names of the axes; default x₁ and x₂. */
  readonly axes?: readonly [x: string, y: string];
  /** Side of a panel in layout pixels; default 180. A PNG has twice as many pixels. */
  readonly side?: number;
}

/**
 * Draws panels of densities and points; the same options give the same bytes.
 *
 * @throws ExpectationError for no panel, a range without width, a map that is not square, or a density that is negative or not finite
 */
export function planeGrid(options: PlaneGridOptions): Uint8Array {
  check(options);
  return options.format === 'svg' ? drawPlaneSvg(options) : drawPlanePng(options);
}

function check({ rows, range, rowLabels = [], side = 180 }: PlaneGridOptions): void {
  const panels = rows.flat();
  if (panels.length === 0) refuse('rows', 'at least one panel', 'none');
  const [from, to] = range;
  if (!(Number.isFinite(from) && Number.isFinite(to) && from < to)) {
    refuse('range', 'two finite numbers, the smaller one first', `[${from}, ${to}]`);
  }
  if (rowLabels.length > 0 && rowLabels.length !== rows.length) {
    refuse('rowLabels', `none or ${rows.length} labels`, `${rowLabels.length}`);
  }
  if (!Number.isInteger(side) || side < 60 || side > 2000) {
    refuse('side', 'a whole number of pixels from 60 to 2000', `${side}`);
  }
  rows.forEach((row, r) => {
    row.forEach((panel, c) => {
      checkPanel(`rows[${r}][${c}]`, panel);
    });
  });
}

function checkPanel(where: string, { density, points }: PlanePanel): void {
  if (points && points.length % 2 !== 0) refuse(`${where}.points`, 'pairs of numbers', `${points.length} numbers`);
  if (!density) return;
  const { values, size } = density;
  if (!Number.isInteger(size) || size < 1 || values.length !== size * size) {
    refuse(`${where}.density`, `${size} × ${size} values`, `${values.length}`);
  }
  const bad = values.findIndex((value) => !(value >= 0 && Number.isFinite(value)));
  if (bad >= 0) refuse(`${where}.density.values[${bad}]`, 'a finite number from 0', `${values[bad]}`);
}

function refuse(where: string, expected: string, received: string): never {
  throw new ExpectationError({ where: `planeGrid: ${where}`, expected, received });
}
