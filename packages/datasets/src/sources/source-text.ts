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
 * of arrays joined by commas. A text that is a path as it stands is that path.
 *
 * @throws ExpectationError for an empty name
 */
export function readSourceText(text: string): readonly NamedSource[] {
  if (existsSync(text)) return [{ path: text }];
  const sources: { path: string; members?: string[] }[] = [];
  for (const piece of text.split(',').map((each) => each.trim())) {
    const last = sources.at(-1);
    const colon = colonOf(piece);
    if (piece === '')
      throw new ExpectationError({ where: `data ${text}`, expected: 'names', received: 'an empty one' });
    if (colon >= 0) sources.push({ path: piece.slice(0, colon), members: [piece.slice(colon + 1)] });
    else if (last?.members && !existsSync(piece)) last.members.push(piece);
    else sources.push({ path: piece });
  }
  return sources;
}

/** The colon before the name of an array: a path may hold others. */
function colonOf(piece: string): number {
  if (existsSync(piece)) return -1;
  const colon = piece.lastIndexOf(':');
  return colon > 0 && colon < piece.length - 1 && !/^[\\/]/.test(piece.slice(colon + 1)) ? colon : -1;
}
