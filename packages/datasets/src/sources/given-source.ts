// Arrays that a program made, as a source of data.
import { createHash } from 'node:crypto';
import { ExpectationError, elementCount } from '@flowvae/tensor/plain';
import type { SplitName } from '../sets/data-set.ts';
import type { StoredArray } from '../stored/stored-array.ts';
import { arrayInMemory } from './in-memory.ts';
import type { OpenedPart, OpenedSource } from './opened-part.ts';

/** Numbers, row-major, and their shape [n, …]. Bytes are levels of pictures, or bits where all are 0 or 1. */
export interface GivenArray {
  readonly values: Float32Array | Uint8Array | Int32Array;
  readonly shape: readonly number[];
}

/** Arrays with a row for each datum. */
export interface GivenRows {
  /** [n, …shape of a datum]; NaN is a missing value. */
  readonly x: GivenArray;
  /** 1 where x was observed, in the shape of x; absent: everywhere but at NaN. */
  readonly mask?: GivenArray;
  /** Labels, or other values beside x, [n, …]. */
  readonly y?: GivenArray;
  /** Other values beside x by name, [n, …], which models may be given. */
  readonly covariates?: Readonly<Record<string, GivenArray>>;
}

/** Arrays of a data set. Alone, they are divided by a rule; with test rows beside them they are for training. */
export interface GivenData extends GivenRows {
  readonly name: string;
  /** Names of the classes of y. */
  readonly classes?: readonly string[];
  readonly validation?: GivenRows;
  readonly test?: GivenRows;
}

/** The source. @throws ExpectationError for an array that does not have its shape, or as many rows as x */
export function givenSource({ name, classes, validation, test, ...rows }: GivenData): OpenedSource {
  const roles: readonly (readonly [SplitName, GivenRows | undefined])[] = [
    ['train', rows],
    ['validation', validation],
    ['test', test],
  ];
  const given = roles.filter((entry): entry is readonly [SplitName, GivenRows] => entry[1] !== undefined);
  const parts = given.map(([role, of]) => partOf(of, given.length > 1 ? `${name}: ${role}` : name));
  return {
    name,
    parts: given.length > 1 ? parts.map((part, i) => ({ ...part, role: given[i]![0] })) : parts,
    ...(classes ? { classes } : {}),
    notes: [],
    checksum: () => checksumOf(given),
    close: () => {},
  };
}

function partOf({ x, mask, y, covariates = {} }: GivenRows, name: string): OpenedPart {
  const stored = (array: GivenArray, kind: string, like: readonly (number | undefined)[]): StoredArray => {
    refuseOtherShape(array, `${name}: ${kind}`, like);
    return arrayInMemory(array.values, array.shape, `${name}: ${kind}`);
  };
  const rows = x.shape.slice(0, 1);
  const beside = Object.entries(covariates).map(([kind, array]) => [kind, stored(array, kind, rows)] as const);
  return {
    name,
    x: stored(x, 'x', []),
    ...(mask ? { mask: stored(mask, 'mask', x.shape) } : {}),
    ...(y ? { y: stored(y, 'y', rows) } : {}),
    ...(beside.length > 0 ? { beside: Object.fromEntries(beside) } : {}),
  };
}

/** @param like the first axes */
function refuseOtherShape({ values, shape }: GivenArray, where: string, like: readonly (number | undefined)[]): void {
  const refusal = (expected: string, received: string) => new ExpectationError({ where, expected, received });
  if (elementCount(shape) !== values.length)
    throw refusal(`${elementCount(shape)} numbers, as the shape [${shape}] says`, String(values.length));
  const odd = like.findIndex((size, axis) => shape[axis] !== size);
  if (odd >= 0) throw refusal(`${like[odd]} along axis ${odd}, as x has`, `[${shape}]`);
}

/** SHA-256 of names, shapes and numbers. */
function checksumOf(given: readonly (readonly [SplitName, GivenRows])[]): string {
  const hash = createHash('sha256');
  for (const [role, { covariates = {}, ...rows }] of given) {
    for (const [kind, { values, shape }] of Object.entries({ ...rows, ...covariates })) {
      hash.update(`${role} ${kind} ${values.constructor.name} ${shape}\n`);
      hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  }
  return hash.digest('hex');
}
