// The public surface of a package: the declarations that its entry files export, found by TypeScript's own parser,
// through any number of files.
import { posix } from 'node:path';
import ts from 'typescript';
import type { FileMap } from './file-map.ts';
import { parse } from './imports.ts';

/** A declaration that a package exports. */
export interface PublicDeclaration {
  /** Its name in its own file. */
  readonly name: string;
  readonly path: string;
  readonly source: ts.SourceFile;
  readonly node: Declared;
}

type Declared = ts.DeclarationStatement | ts.VariableDeclaration;

/** The entry files of all packages: index.ts, and the other files in the `exports` of a package.json. */
const entriesOf = (files: FileMap): string[] =>
  Object.keys(files).flatMap((path) => {
    const folder = /^(packages\/[^/]+)\/package\.json$/.exec(path)?.[1];
    if (folder === undefined) return [];
    const targets: unknown[] = Object.values(JSON.parse(files[path]!).exports ?? {});
    return targets.filter((target) => typeof target === 'string').map((target) => posix.join(folder, target));
  });

/** All declarations that packages export, each once. */
export function publicDeclarations(files: FileMap): PublicDeclaration[] {
  const sources = new Map<string, ts.SourceFile>();
  const sourceAt = (path: string) => {
    const source = sources.get(path) ?? parse(path, files[path] ?? '');
    sources.set(path, source);
    return source;
  };
  const found = new Map<Declared, PublicDeclaration>();
  /** @param name an export of the file; undefined: all of them */
  const take = (path: string, name?: string): void => {
    const source = sourceAt(path);
    for (const statement of source.statements) {
      if (ts.isExportDeclaration(statement)) {
        for (const [from, exported] of handedOn(path, statement, name)) take(from, exported);
        continue;
      }
      for (const node of declaredIn(statement)) {
        const own = node.name?.getText() ?? 'default';
        if (name === undefined ? isExported(statement) : own === name)
          found.set(node, { name: own, path, source, node });
      }
    }
  };
  for (const entry of entriesOf(files)) take(entry);
  return [...found.values()];
}

/**
 * The names that `export … from` takes from other files of the repository, as file and name; `export { a }` of the same
 * file as well.
 */
function handedOn(
  path: string,
  statement: ts.ExportDeclaration,
  name: string | undefined,
): [string, string | undefined][] {
  const specifier = statement.moduleSpecifier;
  if (specifier && !(ts.isStringLiteral(specifier) && specifier.text.startsWith('.'))) return [];
  const from = specifier ? posix.join(posix.dirname(path), (specifier as ts.StringLiteral).text) : path;
  const clause = statement.exportClause;
  if (!clause) return [[from, name]];
  if (ts.isNamespaceExport(clause)) return [[from, undefined]];
  return clause.elements
    .filter((element) => name === undefined || element.name.text === name)
    .filter((element) => specifier !== undefined || element.propertyName !== undefined || name === undefined)
    .map((element) => [from, (element.propertyName ?? element.name).text]);
}

function declaredIn(statement: ts.Statement): readonly Declared[] {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations;
  const isNamed =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement);
  return isNamed ? [statement] : [];
}

const isExported = (statement: ts.Statement) =>
  ts.canHaveModifiers(statement) &&
  ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
