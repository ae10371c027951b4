// The numbers behind the lab's curves.
import { expect, it } from 'vitest';
import { rangeOf, ticksIn } from '../../packages/lab/src/page/parts/line-chart.ts';

it('ticksIn cuts a range at round numbers', () => {
  expect(ticksIn(0, 1000, 5)).toEqual([0, 200, 400, 600, 800, 1000]);
  expect(ticksIn(-206, -174, 5)).toEqual([-200, -190, -180]);
  expect(ticksIn(0.12, 0.34, 4).map((x) => x.toFixed(2))).toEqual(['0.20', '0.30']);
  expect(ticksIn(3, 3, 5)).toEqual([3]);
});

it('rangeOf leaves out the first tenth of each line, and values that are not finite', () => {
  const points = Array.from({ length: 20 }, (_, i) => [i, i < 2 ? -1e6 : i] as const);
  const line = { name: 'a', colour: 'blue', points };
  const [low, high] = rangeOf([line, { ...line, points: [...points.slice(2), [99, Number.NaN] as const] }]);
  expect(low).toBeCloseTo(2 - 0.85);
  expect(high).toBeCloseTo(19 + 0.85);
  expect(rangeOf([])).toEqual([0, 1]);
});
