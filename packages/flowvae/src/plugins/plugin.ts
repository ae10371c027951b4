// Plug-ins: modules that export tables, with rows like the built-in ones that make their things themselves.
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';
import type { ModuleRecord } from '../modules/module-files.ts';
import { rowShapes } from './row-shapes.ts';
import { isRecord, refuseOtherShape } from './shape-check.ts';
import type { PluginTables, Rows, TableName } from './tables.ts';

/** The names of all tables. */
export const tableNames = Object.keys(rowShapes) as readonly TableName[];

/** A plug-in whose rows are checked. */
export interface Plugin {
  /** The name for errors and help: as the user gave it. */
  readonly name: string;
  readonly tables: PluginTables;
  /** The module's files, for a run's config; absent for tables that a program made. */
  readonly record?: ModuleRecord;
}

/** Words that a formula's place in a name allows. */
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * The plug-in of a module, or of tables that a program made; other exports are the author's own.
 *
 * @param name for errors and help, e.g. `./mine.ts`
 * @throws ExpectationError that names the plug-in, the table, the row and the field that is wrong
 */
export function pluginOf(name: string, exports: Readonly<Record<string, unknown>>, record?: ModuleRecord): Plugin {
  const where = `plug-in ${name}`;
  const found = tableNames.filter((table) => exports[table] !== undefined);
  if (found.length === 0) throw noTables(where, Object.keys(exports));
  for (const table of found) checkTable(exports[table], table, `${where}: ${table}`);
  const tables = Object.fromEntries(found.map((table) => [table, { ...(exports[table] as Rows<object>) }]));
  return { name, tables, ...(record && { record }) };
}

function checkTable(rows: unknown, table: TableName, where: string): void {
  if (!isRecord(rows)) {
    throw new ExpectationError({ where, expected: 'an object of rows by their names', received: typeof rows });
  }
  for (const [name, row] of Object.entries(rows)) {
    if (!NAME.test(name)) {
      const expected = 'a name of lower-case letters and digits, joined by hyphens';
      throw new ExpectationError({ where, expected, received: `'${name}'` });
    }
    refuseOtherShape(row, rowShapes[table], `${where}: ${name}`);
  }
}

function noTables(where: string, exported: readonly string[]): ExpectationError {
  const remedy = exported.map((name) => didYouMean(name, tableNames)).find(Boolean);
  return new ExpectationError({
    where,
    expected: `a module that exports one of ${tableNames.join(', ')}`,
    received: exported.length > 0 ? `one that exports ${exported.join(', ')}` : 'one that exports nothing',
    ...(remedy ? { remedy } : {}),
  });
}
