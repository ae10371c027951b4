// Making a folder with its parents, wherever a user may point.
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import { makeFolderDurably, writeRefused } from './atomic-file.ts';

/**
 * Makes a folder and its missing parents; an existing one stays unchanged.
 *
 * @param option the command's option that gave the path, for errors; default none
 * @throws ExpectationError if the path or a parent is a file, or the system refuses
 */
export function makeFolder(path: string, option = ''): void {
  try {
    makeWithParents(resolve(path), option);
  } catch (error) {
    throw writeRefused(path, error, option);
  }
}

/**
 * Makes folders one by one: Node's own `recursive` never returns under a parent that holds no folders, such as /proc.
 */
function makeWithParents(path: string, option: string): void {
  if (existsSync(path)) {
    refuseFile(path, option);
    return;
  }
  const parent = dirname(path);
  if (parent !== path) makeWithParents(parent, option);
  try {
    makeFolderDurably(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    refuseFile(path, option); // another process was faster
  }
}

/** Refuses a path that is a file, or lies inside one; nothing is made. Options and errors as for {@link makeFolder}. */
export function refuseFilePath(path: string, option = ''): void {
  const whole = resolve(path);
  const parent = dirname(whole);
  if (existsSync(whole)) refuseFile(whole, option);
  else if (parent !== whole) refuseFilePath(parent, option);
}

function refuseFile(path: string, option: string): void {
  if (statSync(path).isDirectory()) return;
  throw new ExpectationError({
    where: option === '' ? path : `\`${option}\` ${path}`,
    expected: 'a folder',
    received: 'a file',
    remedy: 'name another',
  });
}
