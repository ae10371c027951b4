// Checks of a command's output file before the work begins.
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';

/** @throws ExpectationError if the name is empty or that of a folder, or no file can be made in its folder */
export function checkOutputFile(out: string, where = '--out'): void {
  const refuse = (expected: string, received: string, remedy: string): never => {
    throw new ExpectationError({ where: `${where} ${out}`.trim(), expected, received, remedy });
  };
  const folder = dirname(out);
  if (out === '') refuse('a file', 'an empty name', 'name a file');
  if (isFolder(out) || /[\\/]$/.test(out)) refuse('a file', 'a folder', 'name a file');
  if (!existsSync(folder)) refuse('a file in a folder that is there', `no folder ${folder}`, 'make the folder');
  if (!isFolder(folder)) refuse('a file in a folder', `${folder}, which is a file`, 'name a folder');
  if (!isWritable(folder)) refuse('a folder that can be written to', folder, 'name another');
}

/** The option of a file's name, and the content that decides its ending. */
interface Ending {
  readonly where?: string;
  readonly content?: string;
  readonly remedy?: string;
}

/** Refuses a name by its ending. @param endings the accepted ones, with their dots */
export function checkEnding(
  out: string,
  endings: readonly string[],
  { where = '--out', content, remedy }: Ending = {},
): void {
  if (endings.includes(extname(out).toLowerCase())) return;
  const last = endings.at(-1)!;
  const words = endings.length > 1 ? `${endings.slice(0, -1).join(', ')} or ${last}` : last;
  const expected = `a name that ends in ${words}${content === undefined ? '' : ` for ${content}`}`;
  const received = out === '' ? 'an empty name' : out;
  throw new ExpectationError({ where, expected, received, ...(remedy === undefined ? {} : { remedy }) });
}

const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory();

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
