// Which file needs which: imports, each name followed through the indexes of packages to the file that makes it, and
// paths in the texts of tests.
import { basename, posix } from 'node:path';
import ts from 'typescript';
import type { FileMap } from '../architecture/file-map.ts';
import { parse, target, visit } from '../architecture/imports.ts';

/** The files that a file needs, by its path. */
export type ImportGraph = ReadonlyMap<string, ReadonlySet<string>>;

const isSource = (path: string) => /\.(ts|mts|js|mjs)$/.test(path) && !path.includes('/assembly/');
const isIndex = (path: string) => /^packages\/[^/]+\/src\/(index|plain)\.ts$/.test(path);

/**
 * Reads the graph of a repository. Every index of a package is passed through, so that a flow's change is not every
 * flow's.
 */
export function importGraph(files: FileMap): ImportGraph {
  const sources = new Map(
    Object.keys(files)
      .filter(isSource)
      .map((path) => [path, parse(path, files[path]!)]),
  );
  const mentioned = pathsByName(files);
  return new Map(
    [...sources].map(([path, source]) => {
      const needed = new Set(source.statements.flatMap((statement) => importedFiles(path, statement, sources)));
      for (const each of deferredFiles(path, source)) needed.add(each);
      if (path.startsWith('test/'))
        for (const text of textsOf(source)) for (const each of mentioned(text)) needed.add(each);
      return [path, needed];
    }),
  );
}

type Sources = ReadonlyMap<string, ts.SourceFile>;

function importedFiles(path: string, statement: ts.Statement, sources: Sources): string[] {
  if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
  const from = moduleOf(path, statement);
  if (from === undefined) return [];
  const names = namesOf(statement);
  if (!isIndex(from) || names === undefined) return [from];
  return names.map((name) => makerOf(name, from, sources) ?? from);
}

function moduleOf(path: string, { moduleSpecifier }: ts.ImportDeclaration | ts.ExportDeclaration): string | undefined {
  if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return undefined;
  return target({ from: path, specifier: moduleSpecifier.text });
}

/** The files that `import()` loads: the work of a command. */
function deferredFiles(path: string, source: ts.SourceFile): string[] {
  const found: string[] = [];
  visit(source, (node) => {
    if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return;
    const [specifier] = node.arguments;
    const file = specifier && ts.isStringLiteral(specifier) && target({ from: path, specifier: specifier.text });
    if (file) found.push(file);
  });
  return found;
}

/** The names as the other file exports them; undefined where all are taken. */
function namesOf(statement: ts.ImportDeclaration | ts.ExportDeclaration): string[] | undefined {
  const bindings = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : statement.exportClause;
  if (bindings === undefined || ts.isNamespaceImport(bindings) || ts.isNamespaceExport(bindings)) return undefined;
  return bindings.elements.map(({ propertyName, name }) => (propertyName ?? name).text);
}

/** The file that an index takes a name from, through the indexes of other packages too. */
function makerOf(name: string, index: string, sources: Sources): string | undefined {
  for (const statement of sources.get(index)?.statements ?? []) {
    if (!ts.isExportDeclaration(statement)) continue;
    const from = moduleOf(index, statement);
    if (from === undefined) continue;
    if (statement.exportClause === undefined) {
      const found = isIndex(from) ? makerOf(name, from, sources) : undefined;
      if (found !== undefined) return found;
    } else if (ts.isNamedExports(statement.exportClause)) {
      const exported = statement.exportClause.elements.find((element) => element.name.text === name);
      if (exported) return isIndex(from) ? makerOf((exported.propertyName ?? exported.name).text, from, sources) : from;
    }
  }
  return undefined;
}

/** Texts in the code of a file: programs that a test starts, and pages that it reads. */
function textsOf(source: ts.SourceFile): Set<string> {
  const texts = new Set<string>();
  visit(source, (node) => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateMiddleOrTemplateTail(node) || ts.isTemplateHead(node))
      texts.add(node.text);
  });
  return texts;
}

/** The files that a text means: by a path from the root, or by the name of a file that no code imports. */
function pathsByName(files: FileMap): (text: string) => readonly string[] {
  const byName = new Map<string, string[]>();
  for (const path of Object.keys(files)) {
    if (isSource(path)) continue;
    const name = basename(path);
    byName.set(name, [...(byName.get(name) ?? []), path]);
  }
  return (text) => {
    const path = posix.normalize(text).replace(/^(\.\.\/)+|^\/+/, '');
    if (path.includes('/') && Object.hasOwn(files, path)) return [path];
    return byName.get(basename(path)) ?? [];
  };
}

/**
 * How many steps from a change each file is: 0 for a changed file, 1 for one that needs it. Files that need no changed
 * one are not there.
 */
export function stepsFrom(changed: readonly string[], graph: ImportGraph): ReadonlyMap<string, number> {
  const users = new Map<string, string[]>();
  for (const [path, needed] of graph) for (const each of needed) users.set(each, [...(users.get(each) ?? []), path]);
  const steps = new Map(changed.map((path) => [path, 0]));
  const queue = [...changed];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    for (const user of users.get(path) ?? []) {
      if (steps.has(user)) continue;
      steps.set(user, steps.get(path)! + 1);
      queue.push(user);
    }
  }
  return steps;
}
