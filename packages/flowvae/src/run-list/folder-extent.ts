// The size and age of folders. Links are not followed, and files may vanish meanwhile.
import { type Dirent, lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';

/** A file, and its size and age. */
export interface FoundFile {
  readonly path: string;
  readonly bytes: number;
  /** The time of the last change, milliseconds since 1970. */
  readonly changed: number;
}

/** The bytes of files, and the time of the last change, 0 without files. */
export interface Extent {
  readonly bytes: number;
  readonly changed: number;
}

/** All files under a folder. */
export const filesUnder = (folder: string): FoundFile[] =>
  entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesUnder(path);
    return entry.isFile() ? fileAt(path) : [];
  });

/** The extent of files together. */
export const extentOf = (files: readonly FoundFile[]): Extent => ({
  bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  changed: files.reduce((last, { changed }) => Math.max(last, changed), 0),
});

function fileAt(path: string): FoundFile[] {
  const found: Stats | undefined = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? [{ path, bytes: found.size, changed: found.mtimeMs }] : [];
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
