// The text that names data: files, folders, and arrays inside files.
import { existsSync } from 'node:fs';
import { ExpectationError } from '@flowvae/tensor/plain';

/** A file or a folder, and names of arrays in it. */
export interface NamedSource {
  readonly path: string;
  /** Absent: those that the file itself suggests. */
  readonly members?: readonly string[];
}

/**
 * Reads `faces/`, `train.csv,test.csv`, or `data.npz:x_train,x_test`: paths joined by commas, and behind a colon names
 * of arrays joined by commas. A text that is a path as it stands is that path, and paths that exist may hold commas and
 * colons.
 *
 * @throws ExpectationError for an empty name
 */
export function readSourceText(text: string): readonly NamedSource[] {
  if (existsSync(text)) return [{ path: text }];
  const sources: { path: string; members?: string[] }[] = [];
  const pieces = text.split(',');
  for (let i = 0; i < pieces.length; ) {
    const length = piecesOfPath(pieces.slice(i));
    const piece = pieces
      .slice(i, i + length)
      .join(',')
      .trim();
    const last = sources.at(-1);
    const colon = colonOf(piece);
    if (piece === '' || colon === piece.length - 1) throw emptyName(text);
    if (colon >= 0) sources.push({ path: piece.slice(0, colon), members: [piece.slice(colon + 1)] });
    else if (last?.members && !isPath(piece)) last.members.push(piece);
    else sources.push({ path: piece });
    i += length;
  }
  return sources;
}

const emptyName = (text: string) =>
  new ExpectationError({ where: `data ${text}`, expected: 'names of files or of arrays', received: 'an empty one' });

/** How many pieces between commas make the path of an existing file; 1 where none do. */
function piecesOfPath(pieces: readonly string[]): number {
  for (let length = 1; length <= pieces.length; length++) {
    const text = pieces.slice(0, length).join(',').trim();
    if (existsSync(text) || pathColon(text) >= 0) return length;
  }
  return 1;
}

/** Behind names of arrays, only a name that looks like a path is one: there may be a folder `test`. */
const isPath = (piece: string): boolean => /[./\\]/.test(piece) && existsSync(piece);

/** The colon before the name of an array. */
function colonOf(piece: string): number {
  if (existsSync(piece)) return -1;
  const known = pathColon(piece);
  if (known >= 0) return known;
  const last = piece.lastIndexOf(':');
  return last > 0 && !/^[\\/]/.test(piece.slice(last + 1)) ? last : -1;
}

/** The last colon behind the path of an existing file; −1 where there is none. */
function pathColon(piece: string): number {
  for (let colon = piece.lastIndexOf(':'); colon > 0; colon = piece.lastIndexOf(':', colon - 1)) {
    if (existsSync(piece.slice(0, colon))) return colon;
  }
  return -1;
}
