// The form of values, by facts about all of them.

import type { ValueForm } from '../sets/data-set.ts';
import type { StoredArray } from '../stored/stored-array.ts';

/** The facts about the values of x. */
export interface Survey {
  readonly form: Exclude<ValueForm, 'columns'>;
  /** Levels that are stored as 0 … 255 are divided by 255. */
  readonly divisor: 1 | 255;
  /** Least and greatest observed value, as stored. */
  readonly range: readonly [least: number, greatest: number];
  readonly observed: number;
  readonly missing: number;
  /** Whether all are whole numbers from 0. */
  readonly areCounts: boolean;
  readonly notes: readonly string[];
}

/** The facts that decide about a form. */
export interface SeenFacts {
  readonly range: readonly [least: number, greatest: number];
  readonly observed: number;
  readonly missing: number;
  readonly areBits: boolean;
  readonly areWhole: boolean;
  /** Whether all are k/255. */
  readonly areLevels: boolean;
}

/** The survey of values that are taken as counts. */
export const countsOf = ({ range, observed, missing }: SeenFacts): Survey => ({
  form: 'counts',
  divisor: 1,
  range,
  observed,
  missing,
  areCounts: true,
  notes: [],
});

/** The form of such values of an array. */
export function formOf({ areBits, areWhole, areLevels, ...seen }: SeenFacts, { type, shape }: StoredArray): Survey {
  const [least, greatest] = seen.range;
  const facts = { ...seen, areCounts: areWhole && least >= 0 };
  const isImage = shape.length > 2;
  const isUnit = least >= 0 && greatest <= 1;
  if (areBits) return { ...facts, form: 'bits', divisor: 1, notes: [] };
  if (type === 'u1') return { ...facts, form: 'levels', divisor: 255, notes: [] };
  if (isImage && areWhole && least >= 0 && greatest <= 255) {
    const note = `Whole numbers from ${least} to ${greatest}: taken as the levels 0 to 255 of a byte.`;
    return { ...facts, form: 'levels', divisor: 255, notes: [note] };
  }
  if (isImage && isUnit && areLevels) {
    return { ...facts, form: 'levels', divisor: 1, notes: ['All values are k/255: taken as the levels of a byte.'] };
  }
  const notes = [
    ...(isUnit && areLevels
      ? ['All values are k/255. Where a row is an image, name its shape, and they are taken as the levels of a byte.']
      : []),
    ...(!isUnit && type !== 'f4' && type !== 'f2' && Math.max(-least, greatest) >= 2 ** 24
      ? ['Numbers from 2^24 on are rounded to float32.']
      : []),
  ];
  return { ...facts, form: isUnit ? 'grey' : 'real', divisor: 1, notes };
}
