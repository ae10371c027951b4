// Rows of covariates as models see them.
import { ExpectationError } from '@flowvae/tensor/plain';
import type { StoredArray } from '../stored/stored-array.ts';
import { widthOf } from '../stored/views.ts';

/** A class, and the number that stands for it. */
export interface ClassCode {
  readonly name: string;
  readonly code: number;
}

const MOST_LISTED = 12;

/** Codes [n] as one-hot rows [n, classes]; `read` throws ExpectationError for a code of no class. */
export function oneHotRows(array: StoredArray, classes: readonly ClassCode[], where: string): StoredArray {
  const places = new Map(classes.map(({ code }, place) => [code, place]));
  return {
    where: array.where,
    shape: [array.shape[0]!, classes.length],
    type: 'f4',
    read(from, to, out) {
      const codes = new Float32Array(to - from);
      array.read(from, to, codes);
      out.fill(0, 0, (to - from) * classes.length);
      for (const [i, code] of codes.entries()) {
        const place = places.get(code);
        if (place === undefined) throw unknownClass(where, classes, { code, row: from + i });
        out[i * classes.length + place] = 1;
      }
    },
  };
}

function unknownClass(
  where: string,
  classes: readonly ClassCode[],
  { code, row }: { readonly code: number; readonly row: number },
): ExpectationError {
  const names = classes.map(({ name }) => name);
  return new ExpectationError({
    where: `${where}, row ${row}`,
    expected: `one of the classes ${names.slice(0, MOST_LISTED).join(', ')}${names.length > MOST_LISTED ? ', …' : ''}`,
    received: String(code),
    remedy: 'classes are those of the data of training',
  });
}

/** Numbers as rows [n, width]; `read` throws ExpectationError for a value that is missing or infinite. */
export function presentRows(array: StoredArray, where: string): StoredArray {
  const width = widthOf(array);
  return {
    where: array.where,
    shape: [array.shape[0]!, width],
    type: 'f4',
    read(from, to, out) {
      array.read(from, to, out);
      const bad = out.subarray(0, (to - from) * width).findIndex((value) => !Number.isFinite(value));
      if (bad < 0) return;
      throw new ExpectationError({
        where: `${where}, row ${from + Math.floor(bad / width)}`,
        expected: 'a finite number: a model cannot be given a missing value',
        received: String(out[bad]),
      });
    },
  };
}
