// Grids of square panels over one part of the plane: density maps and clouds of points side by side.
import { ExpectationError } from '@flowvae/tensor';
import { drawPlanes } from './plane-drawing.ts';
import type { PlaneGridOptions, PlanePanel } from './plane-options.ts';

/**
 * Draws panels of densities and points; the same options give the same bytes.
 *
 * @throws ExpectationError for no panel, a range without width, a map that is not square, or a density that is negative
 * or not finite
 */
export function planeGrid(options: PlaneGridOptions): Uint8Array {
  check(options);
  const { title, note, ...untitled } = options;
  return drawPlanes(options.titles === false ? untitled : options);
}

function check({ rows, range, yRange = range, rowLabels = [], side = 180 }: PlaneGridOptions): void {
  const panels = rows.flat();
  if (panels.length === 0) refuse('rows', 'at least one panel', 'none');
  checkRange('range', range);
  checkRange('yRange', yRange);
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

function checkRange(name: string, [from, to]: readonly [number, number]): void {
  if (Number.isFinite(from) && Number.isFinite(to) && from < to) return;
  refuse(name, 'two finite numbers, the smaller one first', `[${from}, ${to}]`);
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
