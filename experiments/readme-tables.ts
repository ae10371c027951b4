// Tables in READMEs that are written from recorded results, between `<!-- tag:name -->` and `<!-- /tag:name -->`.
import { readFileSync, writeFileSync } from 'node:fs';

/** Options of {@link updateMarkedTables}. */
export interface MarkedTables {
  /** The word before the colon. */
  readonly tag: string;
  /** Markdown files that hold such tables. */
  readonly paths: readonly string[];
  /** The table of a name, as Markdown. */
  readonly table: (name: string) => string;
  /** Whether files are changed, or only compared. */
  readonly write: boolean;
}

/** Brings marked tables up to date; @returns the files that differed. */
export function updateMarkedTables({ tag, paths, table, write }: MarkedTables): string[] {
  const marked = new RegExp(`(<!-- ${tag}:([\\w-]+) -->\\n).*?(<!-- /${tag}:\\2 -->)`, 'gs');
  return paths.filter((path) => {
    const text = readFileSync(path, 'utf8');
    const updated = text.replace(
      marked,
      (_, open: string, name: string, close: string) => `${open}\n${table(name)}\n${close}`,
    );
    if (write && updated !== text) writeFileSync(path, updated);
    return updated !== text;
  });
}
