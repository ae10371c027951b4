// Few rows of settings in which every two values of two settings meet: pairwise testing, greedy and without chance.

/** A setting and the values that it is tried with. */
export interface Factor {
  readonly name: string;
  readonly values: readonly string[];
  /** How many of them a row may hold at once. Default 1. */
  readonly most?: number;
}

/** A value of a factor. */
interface Choice {
  readonly name: string;
  readonly value: string;
}

/** Values by factor; a factor that is left out stands at its default. */
export type Row = readonly Choice[];

/** Rows that together hold every pair that is allowed, and the pairs that are not. */
export interface Covering {
  readonly rows: readonly Row[];
  readonly refused: readonly (readonly [Choice, Choice])[];
}

/** Rows that are tried for each that is taken. */
const TRIED = 6;

/**
 * Row after row the one of some tried ones that holds most new pairs. Each begins with a pair that no row holds yet,
 * and takes the value that brings most new pairs as long as one brings any.
 *
 * @param isAllowed whether a row is possible with the other settings at their defaults; a row that contains a forbidden
 * one must be forbidden too
 */
export function coveringRows(factors: readonly Factor[], isAllowed: (row: Row) => boolean): Covering {
  const choices = factors.flatMap(({ name, values }) => values.map((value) => ({ name, value })));
  const keyOf = keysOfPairs(choices);
  const pairs = choices.flatMap((a, i) =>
    choices.slice(i + 1).flatMap((b) => (a.name === b.name ? [] : [[a, b] as const])),
  );
  const refused = pairs.filter((pair) => !isAllowed(pair));
  const isRefused = new Set(refused.map((pair) => keyOf(...pair)));
  const left = new Map(pairs.map((pair) => [keyOf(...pair), pair] as const).filter(([key]) => !isRefused.has(key)));
  const isNew = (a: Choice, b: Choice) => left.has(keyOf(a, b));
  const newPairs = (row: Row) =>
    row.flatMap((a, i) => row.slice(i + 1).flatMap((b) => (isNew(a, b) ? [keyOf(a, b)] : [])));
  const fit = (a: Choice, b: Choice) => !isRefused.has(keyOf(a, b)); // asked first: a whole row takes longer
  const growth = { choices, factors, isAllowed, isNew, fit };
  const rows: Row[] = [];
  while (left.size > 0) {
    const begun = [...left.values()].filter((_, i) => i % Math.ceil(left.size / TRIED) === 0);
    const tried = begun.map((pair) => grown(pair, growth));
    const best = tried.reduce((a, b) => (newPairs(b).length > newPairs(a).length ? b : a));
    rows.push(best);
    for (const key of newPairs(best)) left.delete(key);
  }
  return { rows, refused };
}

/** One number for two of these choices, in either order. */
function keysOfPairs(choices: readonly Choice[]) {
  const places = new Map(choices.map((choice, i) => [choice, i]));
  return (a: Choice, b: Choice) => {
    const [i, j] = [places.get(a)!, places.get(b)!];
    return Math.min(i, j) * choices.length + Math.max(i, j);
  };
}

interface Growth {
  readonly choices: readonly Choice[];
  readonly factors: readonly Factor[];
  readonly isAllowed: (row: Row) => boolean;
  /** Whether no row holds two values yet. */
  readonly isNew: (a: Choice, b: Choice) => boolean;
  /** Whether two values may be in one row. */
  readonly fit: (a: Choice, b: Choice) => boolean;
}

function grown(row: Row, growth: Growth): Row {
  const { choices, factors, isAllowed, isNew, fit } = growth;
  const roomOf = new Map(factors.map(({ name, most = 1 }) => [name, most]));
  const fits = (choice: Choice) =>
    !row.includes(choice) && row.filter(({ name }) => name === choice.name).length < roomOf.get(choice.name)!;
  const next = choices
    .filter(fits)
    .map((choice) => ({ choice, gained: row.filter((other) => isNew(choice, other)).length }))
    .filter(({ gained }) => gained > 0)
    .toSorted((a, b) => b.gained - a.gained)
    .find(({ choice }) => row.every((other) => fit(other, choice)) && isAllowed([...row, choice]));
  return next ? grown([...row, next.choice], growth) : row;
}
