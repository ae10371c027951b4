// The script of a report's tables, run on a table that is made of plain objects.
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { sortingScript } from '../../packages/figures/src/table-sorting.ts';

interface Row {
  readonly cells: readonly { readonly textContent: string }[];
}

/** Clicks the only column of a table as often as is said, and gives the texts of its rows. */
function sorted(texts: readonly string[], clicks: number): readonly string[] {
  const attributes = new Map<string, string>();
  const heading = {
    cellIndex: 0,
    parentNode: { cells: [] as unknown[] },
    getAttribute: (name: string) => attributes.get(name) ?? null,
    setAttribute: (name: string, value: string) => attributes.set(name, value),
    removeAttribute: () => {},
  };
  let click = (_: unknown) => {};
  let rows: readonly Row[] = texts.map((textContent) => ({ cells: [{ textContent }] }));
  const body = {
    get rows() {
      return rows;
    },
    append: (...moved: readonly Row[]) => {
      rows = moved;
    },
  };
  const tHead = {
    addEventListener: (_: string, listener: typeof click) => {
      click = listener;
    },
  };
  runInNewContext(sortingScript, { document: { querySelectorAll: () => [{ tHead, tBodies: [body] }] } });
  for (let i = 0; i < clicks; i++) click({ target: { closest: () => heading } });
  return rows.map(({ cells }) => cells[0]!.textContent);
}

it('the sorting of tables takes numbers by size, then texts, and cells without a value last in both directions', () => {
  const cells = ['–', '10', 'best', '−2.5', '<0.001', '9.1 ± 0.2', '–', '1e-7', '8.50 [7.1, 9.9]'];
  const numbers = ['−2.5', '1e-7', '<0.001', '8.50 [7.1, 9.9]', '9.1 ± 0.2', '10'];
  expect(sorted(cells, 1)).toEqual([...numbers, 'best', '–', '–']);
  expect(sorted(cells, 2)).toEqual(['best', ...numbers.toReversed(), '–', '–']);
});

it('the sorting of tables takes numbers in texts by their size', () => {
  expect(sorted(['planar*10', 'none', 'planar*2'], 1)).toEqual(['none', 'planar*2', 'planar*10']);
});
