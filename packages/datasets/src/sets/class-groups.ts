// The rows of each class, for shares within classes.
import { ExpectationError } from '@flowvae/tensor/plain';
import type { OpenedSource } from '../sources/opened-part.ts';
import type { StoredArray } from '../stored/stored-array.ts';
import { widthOf } from '../stored/views.ts';

/**
 * The rows of each class, the classes in the order of their numbers.
 *
 * @throws ExpectationError where a row has no label, or one that is no whole number
 */
export function classGroups({ name, parts }: OpenedSource): readonly Uint32Array[] {
  const labels = parts.map(({ x, y }) => labelsOf(name, x.shape[0]!, y));
  const counts = new Map<number, number>();
  for (const values of labels) for (const label of values) counts.set(label, (counts.get(label) ?? 0) + 1);
  const classes = [...counts.keys()].sort((a, b) => a - b);
  const groups = new Map(classes.map((label) => [label, { rows: new Uint32Array(counts.get(label)!), filled: 0 }]));
  let row = 0;
  for (const values of labels) {
    for (const label of values) {
      const group = groups.get(label)!;
      group.rows[group.filled++] = row++;
    }
  }
  return [...groups.values()].map(({ rows }) => rows);
}

function labelsOf(source: string, count: number, y: StoredArray | undefined): Float32Array {
  if (!y || widthOf(y) !== 1) {
    throw new ExpectationError({
      where: `splits of ${source}`,
      expected: 'a label for every row beside stratified shares',
      received: y ? `labels of shape [${y.shape.join(', ')}]` : 'none',
      remedy: 'name the labels, or leave `stratified:` out',
    });
  }
  const values = new Float32Array(count);
  y.read(0, count, values);
  const wrong = values.findIndex((value) => !Number.isInteger(value));
  if (wrong < 0) return values;
  throw new ExpectationError({
    where: `${y.where}, row ${wrong}`,
    expected: 'the number of a class, a whole one, for stratified shares',
    received: String(values[wrong]),
    remedy: 'leave `stratified:` out',
  });
}
