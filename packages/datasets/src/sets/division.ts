// Which rows are for training, for validation and for the test. The same seed always gives the same rows.
import { drawPermutation, fold, type Key, key } from '@flowvae/random';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { OpenedPart, OpenedSource } from '../sources/opened-part.ts';
import type { SplitName } from './data-set.ts';
import { splitNames } from './data-set.ts';
import { type Fractions, type SplitRule, usualFractions } from './split-rule.ts';
import { splitOfWord } from './split-words.ts';

/** The rows of each split, rising. */
type Division = Readonly<Record<SplitName, Uint32Array>>;

/** Parts of a source, a rule, and the seed of its draws. */
export interface DivisionOptions {
  readonly rule: SplitRule;
  readonly seed: number;
}

/** A division, and a sentence about it. */
export interface Divided {
  readonly splits: Division;
  readonly note: string;
}

/** @throws ExpectationError where a column names no split, or no row is left for training */
export function divideRows(source: OpenedSource, { rule, seed }: DivisionOptions): Divided {
  const root = fold(key(seed), 'splits');
  const divided = dividedBy(source, rule, root);
  if (divided.splits.train.length > 0) return divided;
  throw new ExpectationError({ where: source.name, expected: 'rows for training', received: 'none' });
}

function dividedBy(source: OpenedSource, rule: SplitRule, root: Key): Divided {
  const count = source.parts.reduce((sum, { x }) => sum + x.shape[0]!, 0);
  if (rule.kind === 'column') return byColumn(source, rule.name);
  if (rule.kind === 'fractions') {
    const groups = rule.isStratified ? classGroups(source) : [allRows(count)];
    const how = rule.isStratified ? 'drawn within each class' : 'drawn';
    return { splits: byFractions(groups, rule.fractions, root), note: `Splits are ${how} by the seed.` };
  }
  if (source.parts.every(({ role }) => role === undefined)) {
    const splits = byFractions([allRows(count)], usualFractions, root);
    return { splits, note: `Splits are drawn by the seed: ${usualFractions.join('/')}.` };
  }
  return byRole(source, root);
}

const allRows = (count: number, from = 0): Uint32Array => Uint32Array.from({ length: count }, (_, i) => from + i);

/** Validation and test parts that the source does not have are taken from its training part. */
function byRole({ parts, validatesLast = false }: OpenedSource, root: Key): Divided {
  const rows: Record<SplitName, Uint32Array[]> = { train: [], validation: [], test: [] };
  let from = 0;
  for (const { role = 'train', x } of parts) {
    const count = x.shape[0]!;
    rows[role].push(allRows(count, from));
    from += count;
  }
  const { train, validation, test } = Object.fromEntries(
    splitNames.map((name) => [name, Uint32Array.from(rows[name].flatMap((part) => [...part]))]),
  ) as Record<SplitName, Uint32Array>;
  const hasParts = { validation: validation.length > 0, test: test.length > 0 };
  if (hasParts.validation && hasParts.test) {
    return { splits: { train, validation, test }, note: 'The source divides its rows itself.' };
  }
  if (hasParts.test) {
    const sixth = Math.floor(train.length / 6);
    const kept = train.length - sixth;
    if (validatesLast) {
      const splits = { train: train.subarray(0, kept), validation: train.subarray(kept), test };
      return { splits, note: 'The last sixth of the training rows is for validation.' };
    }
    const drawn = byFractions([train], [kept / train.length, sixth / train.length, 0], root);
    return { splits: { ...drawn, test }, note: 'A sixth of the training rows, drawn by the seed, is for validation.' };
  }
  const [share, validating, testing] = usualFractions;
  if (hasParts.validation) {
    const drawn = byFractions([train], [share + validating, 0, testing], root);
    return {
      splits: { ...drawn, validation },
      note: 'A tenth of the training rows, drawn by the seed, is for the test.',
    };
  }
  const splits = byFractions([train], usualFractions, root);
  return { splits, note: `Splits are drawn by the seed: ${usualFractions.join('/')}.` };
}

/** Draws from each group of rows: its numbers of rows are rounded, so that every group has nearly its shares. */
function byFractions(groups: readonly Uint32Array[], [, validating, testing]: Fractions, root: Key): Division {
  const taken: Record<SplitName, number[]> = { train: [], validation: [], test: [] };
  for (const [g, rows] of groups.entries()) {
    const order = drawPermutation(fold(root, 'group', g), rows.length);
    const validation = Math.round(rows.length * validating);
    const test = Math.min(Math.round(rows.length * testing), rows.length - validation);
    for (let i = 0; i < rows.length; i++) {
      const split = i < validation ? 'validation' : i < validation + test ? 'test' : 'train';
      taken[split].push(rows[order[i]!]!);
    }
  }
  return rising(taken);
}

const rising = (taken: Readonly<Record<SplitName, ArrayLike<number>>>): Division => ({
  train: Uint32Array.from(taken.train).sort(),
  validation: Uint32Array.from(taken.validation).sort(),
  test: Uint32Array.from(taken.test).sort(),
});

/** The rows of each class, the classes in the order of their numbers. */
function classGroups(source: OpenedSource): readonly Uint32Array[] {
  const groups = new Map<number, number[]>();
  let from = 0;
  for (const { x, y } of source.parts) {
    const count = x.shape[0]!;
    if (y?.shape.length !== 1) {
      throw new ExpectationError({
        where: `splits of ${source.name}`,
        expected: 'a label for every row beside stratified shares',
        received: y ? `labels of shape [${y.shape.join(', ')}]` : 'none',
        remedy: 'name the labels, or leave `stratified:` out',
      });
    }
    const values = new Float32Array(count);
    y.read(0, count, values);
    for (let i = 0; i < count; i++) {
      const group = groups.get(values[i]!);
      if (group) group.push(from + i);
      else groups.set(values[i]!, [from + i]);
    }
    from += count;
  }
  return [...groups.entries()].toSorted(([a], [b]) => a - b).map(([, rows]) => Uint32Array.from(rows));
}

function byColumn({ name: source, parts }: OpenedSource, column: string): Divided {
  const taken: Record<SplitName, number[]> = { train: [], validation: [], test: [] };
  let from = 0;
  for (const part of parts) {
    const splits = namedSplits(`${source}: ${column}`, part);
    for (let i = 0; i < splits.length; i++) taken[splits[i]!].push(from + i);
    from += splits.length;
  }
  return { splits: rising(taken), note: `Splits are those of ${column}.` };
}

/** Words such as `train` and `test`; or the numbers 0, 1 and 2 in the order of the splits. */
function namedSplits(where: string, { x, partOf }: OpenedPart): readonly SplitName[] {
  const { values, names } = partOf ?? { values: [], names: [] };
  return Array.from({ length: x.shape[0]! }, (_, row) => {
    const word = names[values[row]!];
    const split = word === undefined ? undefined : (splitOfWord(word) ?? splitNames[Number(word)]);
    if (split) return split;
    throw new ExpectationError({
      where: `${where}, row ${row}`,
      expected: 'train, validation or test, or 0, 1 or 2',
      received: word ?? String(values[row] ?? 'nothing'),
    });
  });
}
