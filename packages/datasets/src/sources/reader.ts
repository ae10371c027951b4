// Readers of one's own: formats of files that flowvae does not know.
import { basename } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { GivenData } from './given-source.ts';

/** A reader. */
export interface ReaderRow {
  /** Whether it reads the file or the folder of a path; it is asked before the built-in readers. */
  readonly reads: (path: string) => boolean;
  /** Reads it. The name of the data is that of the file, unless it gives one. */
  readonly make: (path: string) => ReaderResult | Promise<ReaderResult>;
}

/** Data as a reader gives them. */
export type ReaderResult = Omit<GivenData, 'name'> & { readonly name?: string };

/** Readers by name. */
export type ReaderTable = Readonly<Record<string, ReaderRow>>;

/**
 * The reader of a path; undefined: a built-in one.
 *
 * @throws ExpectationError for a path that two readers claim
 */
export function readerOf(
  path: string,
  readers: ReaderTable,
): { readonly name: string; readonly row: ReaderRow } | undefined {
  const [first, second] = Object.entries(readers).filter(([, { reads }]) => reads(path));
  if (first === undefined) return undefined;
  if (second === undefined) return { name: first[0], row: first[1] };
  throw new ExpectationError({
    where: `data ${path}`,
    expected: 'one reader that reads it',
    received: `${first[0]} and ${second[0]}`,
  });
}

/** The data of a path by its reader. @throws ExpectationError for a result without x */
export async function readBy({ name, row }: { name: string; row: ReaderRow }, path: string): Promise<GivenData> {
  const given: unknown = await row.make(path);
  const { x } = (typeof given === 'object' && given !== null ? given : {}) as Partial<ReaderResult>;
  const isArray = ArrayBuffer.isView(x?.values) && Array.isArray(x?.shape);
  if (isArray) return { name: basename(path), ...(given as ReaderResult) };
  throw new ExpectationError({
    where: `reader ${name}: make`,
    expected: 'data, with x ({ values: a typed array, shape: its sizes })',
    received: x === undefined ? 'no x' : `values ${x.values?.constructor.name}, shape ${typeof x.shape}`,
  });
}
