// A picture of training data: a grid of images, or the distribution of each column.
import { type DataSet, dataRows, widthOfDatum } from '@flowvae/datasets';
import { imageGrid, marginals } from '@flowvae/figures';
import { key } from '@flowvae/random';
import { columnsOf } from '../../config/data-columns.ts';
import { MOST_ROWS } from '../column-figures.ts';
import { grouped } from '../counted.ts';
import { firstRows } from '../first-rows.ts';
import { drawnChannels, drawnImages, imageForm, isPicture } from '../image-figures.ts';
import { className, classNumbers } from './label-facts.ts';

/** Images across, and down. */
const SIDE = 8;

/** Pixels of the sheet across, and down, that images may take before fewer are drawn. */
const MOST_PIXELS = 2048;

/** Classes with a row of their own; of more, nobody reads the names. */
const MOST_CLASSES = 16;

/** Values of all rows that are drawn. */
const MOST_VALUES = 2 ** 24;

/** Draws training rows as PNG; the same data give the same bytes. */
export const dataSheet = (set: DataSet): Uint8Array =>
  isPicture(set.description) ? imageSheet(set) : columnSheet(set);

/** Rows of images, with a class for each row where there are few. */
interface ImageRows {
  readonly rows: Uint32Array;
  readonly columns: number;
  readonly rowLabels?: readonly string[];
}

function imageSheet(set: DataSet): Uint8Array {
  const { description: data, splits } = set;
  const [height = 1, width = 1] = data.shape;
  const fitting = (side: number) => Math.max(1, Math.min(SIDE, Math.floor(MOST_PIXELS / side)));
  const room = { across: fitting(width), down: fitting(height) };
  const { rows, ...arrangement } = byClass(set, room) ?? evenly(splits.train, room);
  const { values, mask, count } = firstRows(
    dataRows(set, rows, { binarisation: 'none', key: key(0) }),
    data,
    rows.length,
  );
  return imageGrid({
    images: drawnImages(values, data),
    ...(mask ? { mask: drawnChannels(mask, data) } : {}),
    ...imageForm(data),
    ...arrangement,
    title: titleOf(set, count, 'image'),
  });
}

/** Rooms of a grid. */
interface Room {
  readonly across: number;
  readonly down: number;
}

function evenly(rows: Uint32Array, { across, down }: Room): ImageRows {
  const chosen = spread(rows, across * down);
  return { rows: chosen, columns: Math.min(across, Math.ceil(Math.sqrt(chosen.length))) };
}

/** A row of images for each class, or several; undefined where classes are too many, or too few of one are there. */
function byClass(set: DataSet, { across, down }: Room): ImageRows | undefined {
  const { train } = set.splits;
  const numbers = classNumbers(set, train);
  if (!numbers) return undefined;
  const classes = [...new Set(numbers)].toSorted((a, b) => a - b);
  if (classes.length < 2 || classes.length > Math.min(MOST_CLASSES, 2 * down)) return undefined;
  const columns = Math.min(across, Math.floor((SIDE * SIDE) / classes.length));
  const rowsEach = Math.max(1, Math.floor(down / classes.length));
  const groups = classes.map((number) =>
    spread(
      train.filter((_, i) => numbers[i] === number),
      columns * rowsEach,
    ),
  );
  if (groups.some((group) => group.length < columns * rowsEach)) return undefined;
  const rowLabels = classes.flatMap((number) => [className(set, number), ...Array(rowsEach - 1).fill('')]);
  return { rows: Uint32Array.from(groups.flatMap((group) => [...group])), columns, rowLabels };
}

/** At most so many rows, at equal distances from the first on. */
function spread(rows: Uint32Array, most: number): Uint32Array {
  const count = Math.min(most, rows.length);
  return Uint32Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)]!);
}

function columnSheet(set: DataSet): Uint8Array {
  const { description: data, splits } = set;
  const pixels = widthOfDatum(data);
  const rows = spread(splits.train, Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_VALUES / pixels))));
  const { values, mask, count } = firstRows(
    dataRows(set, rows, { binarisation: 'none', key: key(0) }),
    data,
    rows.length,
  );
  return marginals({
    title: titleOf(set, count, 'row'),
    columns: columnsOf(data),
    series: [{ label: 'training data', values, ...(mask ? { mask } : {}) }],
    width: pixels,
  });
}

function titleOf({ name, splits }: DataSet, count: number, noun: string): string {
  const all = splits.train.length;
  const of = count === all ? '' : ` of ${grouped(all)}`;
  return `${name}: ${grouped(count)}${of} training ${noun}${all === 1 ? '' : 's'}`;
}
