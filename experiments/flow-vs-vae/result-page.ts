// The part of a page that a committed result writes: tables, and the figure.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { updateMarkedTables } from '../readme-tables.ts';

/** Options of {@link updateResultPage}. */
export interface ResultPage<Result> {
  /** The experiment's folder, and the name of its files in `results/`. */
  readonly name: string;
  /** The result as Markdown. */
  readonly text: (result: Result) => string;
  /** The words below the figure's place. */
  readonly figure: string;
  /** Whether the page is changed, or only compared. */
  readonly write: boolean;
}

/** Brings an experiment's page up to date; @returns the pages that differed. */
export function updateResultPage<Result>({ name, text, figure, write }: ResultPage<Result>): string[] {
  const inFolder = (path: string) => fileURLToPath(new URL(`../${name}/${path}`, import.meta.url));
  const result = inFolder(`results/${name}.json`);
  const content = () => {
    if (!existsSync(result)) return 'Not run yet.\n';
    const report = JSON.parse(readFileSync(result, 'utf8')) as Result;
    return `${text(report)}\n![${figure}](results/${name}.png)\n`;
  };
  return updateMarkedTables({ tag: name, paths: [inFolder('README.md')], table: content, write });
}
