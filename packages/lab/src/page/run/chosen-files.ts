// A run from files that the visitor chooses, for a page that was opened without one.
import { ExpectationError } from '@flowvae/tensor/plain';
import { type LabRun, runFiles } from '../../lab-run.ts';
import { type ReadFile, type RunData, readRunData } from './run-data.ts';

/** A file of the browser's, or one like it. */
export interface ChosenFile {
  readonly name: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

const nameOf = (path: string): string => path.split('/').at(-1)!;

/** The names that a run's files have in their folder. */
export const fileNames: readonly string[] = Object.values(runFiles).map(nameOf);

/**
 * Reads a run from files by their names.
 *
 * @throws ExpectationError for a missing file, a description that is no JSON, and as {@link readRunData}
 */
export async function readChosenFiles(files: readonly ChosenFile[]): Promise<RunData> {
  const read: ReadFile = async (path) => {
    const file = files.find(({ name }) => name === nameOf(path));
    if (file) return new Uint8Array(await file.arrayBuffer());
    const received = files.map(({ name }) => name).join(', ') || 'none';
    throw new ExpectationError({ where: nameOf(path), expected: 'this file among the chosen ones', received });
  };
  return readRunData(described(await read(runFiles.description)), read);
}

function described(bytes: Uint8Array): LabRun {
  const received = (what: string) =>
    new ExpectationError({ where: nameOf(runFiles.description), expected: 'the description of a run', received: what });
  let run: Partial<LabRun>;
  try {
    run = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw received('no JSON');
  }
  if (!run?.model?.shape || !run.data) throw received('other JSON');
  return run as LabRun;
}
