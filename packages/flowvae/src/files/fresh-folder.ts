// A run folder's name where the user gives none.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** `runs/planar-10-seed0` for the text `planar*10`, with a number appended if this folder exists. */
export function freshFolder(text: string, seed: number): string {
  const base = join('runs', `${folderName(text)}-seed${seed}`);
  let candidate = base;
  for (let n = 2; existsSync(candidate); n++) candidate = `${base}-${n}`;
  return candidate;
}

/** A text as a folder's name: `realnvp*4` is `realnvp-4`. */
export const folderName = (text: string): string => text.replace(/[^\w]+/g, '-').replace(/-$/, '');
