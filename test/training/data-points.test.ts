// Arrays as data points.
import { dataPoints } from '@flowvae/training';
import { expect, it } from 'vitest';

it.each([
  [15, 4],
  [0, 3],
  [14, 3],
])('dataPoints refuses %i values in rows of %i', (count, width) => {
  expect(() => dataPoints(new Float32Array(count), width)).toThrow(
    `dataPoints: values: expected one or more rows of ${width} values, got ${count} values`,
  );
});
