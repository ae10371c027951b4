// Checks of a command's output file before the work begins.
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ExpectationError } from '@flowvae/tensor/plain';

/** @throws ExpectationError if the name is that of a folder, or its folder does not exist */
export function checkOutputFile(out: string): void {
  const refuse = (expected: string, received: string, remedy: string): never => {
    throw new ExpectationError({ where: `--out ${out}`, expected, received, remedy });
  };
  if (isFolder(out)) refuse('a file', 'a folder', 'name a file');
  const folder = dirname(out);
  if (!isFolder(folder)) {
    refuse(
      'a file in a folder that is there',
      existsSync(folder) ? `${folder}, a file` : `no folder ${folder}`,
      'make the folder',
    );
  }
}

const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory();
