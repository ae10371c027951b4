// Finds the imports of a source file with TypeScript's own parser, and the file of the workspace that each one means.
import { posix } from 'node:path';
import ts from 'typescript';
import type { FileMap } from './file-map.ts';
import { plainDoorOf, roomOf, specifierOf } from './packages-table.ts';

/** One import, export-from, `import()`, `import type` or `require` of a file. */
export interface Import {
  readonly from: string;
  readonly specifier: string;
  /** Gone after compilation. `import { type A }` is not: `verbatimModuleSyntax` keeps the empty import. */
  readonly typeOnly: boolean;
  /** Loaded when the code comes to it, not before the file runs: `import()`. */
  readonly isDeferred: boolean;
  /** The path that a `#` import means in Node; absent for other imports, and where package.json has no such import. */
  readonly inNode?: string;
}

const isSource = (path: string) => /\.(ts|mts|js|mjs)$/.test(path) && !path.includes('/assembly/');

/** Parses a source file; nothing is resolved or checked. */
export const parse = (path: string, text: string) => ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);

/** The imports for all laws, parsed once for each repository. */
const parsed = new WeakMap<FileMap, readonly Import[]>();

/** The imports of all source files whose path `belongs`. */
export function importsOf(files: FileMap, belongs: (path: string) => boolean): Import[] {
  const imports =
    parsed.get(files) ??
    Object.keys(files)
      .filter(isSource)
      .flatMap((path) => parseImports(path, files[path]!))
      .map((found) => ({ ...found, ...meantInNode(files, found) }));
  parsed.set(files, imports);
  return imports.filter(({ from }) => belongs(from));
}

function parseImports(from: string, text: string): Import[] {
  const found: Import[] = [];
  visit(parse(from, text), (node) => {
    const target = importedBy(node);
    if (target) found.push({ from, ...target, isDeferred: isDynamicImport(node) });
  });
  return found;
}

/** Calls `see` for a node and everything in it. */
export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

function importedBy(node: ts.Node): { specifier: string; typeOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node)) return literal(node.moduleSpecifier, isTypeOnly(node.importClause));
  if (ts.isExportDeclaration(node)) return literal(node.moduleSpecifier, node.isTypeOnly);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return literal(node.argument.literal, true);
  if (ts.isExternalModuleReference(node)) return literal(node.expression, false);
  if (ts.isCallExpression(node) && loadsModule(node.expression)) return literal(node.arguments[0], false);
  return undefined;
}

const isDynamicImport = (node: ts.Node) =>
  ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;

const isTypeOnly = (clause: ts.ImportClause | undefined) => clause?.phaseModifier === ts.SyntaxKind.TypeKeyword;

const loadsModule = (callee: ts.Expression) =>
  callee.kind === ts.SyntaxKind.ImportKeyword ||
  ['require', 'require.resolve', 'import.meta.resolve'].includes(callee.getText());

const literal = (node: ts.Node | undefined, typeOnly: boolean) =>
  node && ts.isStringLiteralLike(node) ? { specifier: node.text, typeOnly } : undefined;

/** The file of a `#` import under Node's condition. */
function meantInNode(files: FileMap, { from, specifier }: Import): Pick<Import, 'inNode'> {
  if (!specifier.startsWith('#')) return {};
  const folder = `packages/${roomAt(from)}`;
  const path = JSON.parse(files[`${folder}/package.json`] ?? '{}').imports?.[specifier]?.default;
  return path === undefined ? {} : { inNode: posix.join(folder, path) };
}

/** The path in the repository that an import means; undefined for npm packages and Node's own modules. */
export function target({ from, specifier, inNode }: Pick<Import, 'from' | 'specifier' | 'inNode'>): string | undefined {
  if (specifier.startsWith('#')) return inNode;
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  const room = roomOf(specifier);
  if (room === undefined) return undefined;
  if (room === 'test' || room === 'experiments') return `${room}/${specifier.slice(specifierOf(room).length + 1)}`;
  return `packages/${room}/src/${specifier === plainDoorOf(room) ? 'plain' : 'index'}.ts`;
}

/** The room whose folder holds a path; undefined outside `packages/`. */
export const roomAt = (path: string): string | undefined => /^packages\/([^/]+)\//.exec(path)?.[1];
