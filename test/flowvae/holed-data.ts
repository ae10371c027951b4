// Small data with missing values: a table with names, classes and a label, and grey images of floats.
import { writeFileSync } from 'node:fs';
import { drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { npyOf } from '../datasets/data-fixtures.ts';
import { freshPath } from './tiny-run.ts';

const [ROWS, COLOURS] = [60, ['blue', 'dark, "red"', 'green']] as const;

/** The lines of a table: two numbers that depend on a class, the class, a bit, and a label. */
export function tableLines(): string[] {
  const holes = drawUniform(key(1), 4 * ROWS);
  const normal = drawNormal(key(2), 2 * ROWS);
  const field = (row: number, place: number, text: string) => (row > 1 && holes[4 * row + place]! < 0.15 ? '' : text);
  const lines = Array.from({ length: ROWS }, (_, row) => {
    const group = row % 3;
    const size = (10 + 3 * group + normal[2 * row]!).toFixed(2);
    const weight = (-100 * group + 9 * normal[2 * row + 1]!).toFixed(1);
    const name = COLOURS[group]!.includes('"') ? '"dark, ""red"""' : COLOURS[group]!;
    const fields = [size, weight, name, String(Number(group > 0))].map((text, place) => field(row, place, text));
    return [...fields, group > 1 ? 'b' : 'a'].join(',');
  });
  return ['size (cm),weight,colour,spotted,kind', ...lines];
}

/** The same as a file. */
export function tableWithHoles(lines = tableLines()): string {
  const path = `${freshPath()}.csv`;
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

/** A file of 40 images, 4 x 3, each with one missing row of pixels but for every fourth. */
export function imagesWithHoles(): string {
  const values = drawUniform(fold(key(3), 'images'), 40 * 12);
  for (let i = 0; i < 40; i++) if (i % 4 > 0) values.fill(Number.NaN, 12 * i + 3 * (i % 4), 12 * i + 3 * (i % 4) + 3);
  const path = `${freshPath()}.npy`;
  writeFileSync(path, npyOf(values, [40, 4, 3, 1]));
  return path;
}
