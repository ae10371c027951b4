// Names of a checkpoint's files, and the checkpoints that a folder's names show.
import { readdirSync } from 'node:fs';
import { ExpectationError } from '@flowvae/tensor/plain';

const NAME = /^step-(\d{9,})\.json$/;

/** The name of a step's checkpoint, without the ending of its two files. */
export const nameOf = (step: number) => `step-${String(step).padStart(9, '0')}`;

/** Steps that have a checkpoint, the latest first. @throws ExpectationError if the folder cannot be read */
export function stepsIn(folder: string): number[] {
  try {
    const matches = readdirSync(folder).map((name) => NAME.exec(name)?.[1]);
    return matches.flatMap((digits) => (digits === undefined ? [] : [Number(digits)])).toSorted((a, b) => b - a);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new ExpectationError({ where: folder, expected: 'a readable folder', received: (error as Error).message });
  }
}
