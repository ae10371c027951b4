// Checks of a page that is written: one file, or a folder.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';
import { checkOutputFile } from './output-file.ts';

/** Whether a name is that of one HTML file; else it is a folder's. */
export const isPageFile = (out: string): boolean => extname(out).toLowerCase() === '.html';

/** @throws ExpectationError for an empty name, a file that cannot be written, or a folder that holds files */
export function checkOutputPage(out: string): void {
  if (isPageFile(out)) checkOutputFile(out);
  else checkOutputFolder(out);
}

function checkOutputFolder(out: string): void {
  const refuse = (received: string, remedy: string): never => {
    const expected = 'a new folder, an empty one, or a file that ends in .html';
    throw new ExpectationError({ where: `--out ${out}`.trim(), expected, received, remedy });
  };
  if (out === '') refuse('an empty name', 'name a folder');
  if (!existsSync(out)) return;
  if (!statSync(out).isDirectory()) refuse('a file', 'name a folder');
  if (readdirSync(out).length > 0) refuse('a folder that holds files', 'name another');
}
