// The exports of packages, by TypeScript's own checker: those without a docstring, and names with two meanings.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The exports of packages: symbols by name, by package. */
export interface PublicSymbols {
  readonly checker: ts.TypeChecker;
  readonly exports: ReadonlyMap<string, ReadonlyMap<string, ts.Symbol>>;
}

/** Reads the exports of entry files, given by package. */
export function publicSymbols(entries: Readonly<Record<string, string>>): PublicSymbols {
  const config = ts.readConfigFile(`${root}/test/tsconfig.json`, ts.sys.readFile).config;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, `${root}/test`);
  const files = ts.createProgram(Object.values(entries), { ...options, noEmit: true });
  const checker = files.getTypeChecker();
  const exports = Object.entries(entries).map(([name, entry]) => {
    const module = checker.getSymbolAtLocation(files.getSourceFile(entry)!);
    if (!module) throw new Error(`${entry} exports nothing`);
    const symbols = checker
      .getExportsOfModule(module)
      .map((symbol) => [symbol.name, symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol]);
    return [name, new Map(symbols as [string, ts.Symbol][])] as const;
  });
  return { checker, exports: new Map(exports) };
}

/** The public symbols without a docstring, as `package: name` or `package: name.member`. */
export function undocumented({ checker, exports }: PublicSymbols): { missing: string[]; count: number } {
  const all = [...exports].flatMap(([name, symbols]) =>
    [...symbols].flatMap(([exported, symbol]) =>
      [symbol, ...membersOf(symbol)].filter(isOurs).map((found) => ({
        path: `${name}: ${exported}${found === symbol ? '' : `.${found.name}`}`,
        isDocumented: ts.displayPartsToString(found.getDocumentationComment(checker)).trim() !== '',
      })),
    ),
  );
  return { missing: all.filter(({ isDocumented }) => !isDocumented).map(({ path }) => path), count: all.length };
}

/** Names that stand for different symbols in different packages, as `name: package | package`. */
export function namesOfTwoMeanings({ exports }: PublicSymbols): string[] {
  const meanings = new Map<string, Map<ts.Symbol, string[]>>();
  for (const [room, symbols] of exports) {
    for (const [name, symbol] of symbols) {
      const rooms = entryOf(meanings, name, () => new Map<ts.Symbol, string[]>());
      entryOf(rooms, symbol, () => []).push(room);
    }
  }
  return [...meanings]
    .filter(([, rooms]) => rooms.size > 1)
    .map(([name, rooms]) => `${name}: ${[...rooms.values()].map((same) => same.join('+')).join(' | ')}`);
}

/** Symbols that packages export under different names, as `name, name`. */
export function symbolsOfTwoNames({ exports }: PublicSymbols): string[] {
  const names = new Map<ts.Symbol, Set<string>>();
  for (const symbols of exports.values())
    for (const [name, symbol] of symbols) entryOf(names, symbol, () => new Set()).add(name);
  return [...names.values()].filter(({ size }) => size > 1).map((same) => [...same].join(', '));
}

/** Of the exports of a package, those that its page names in code, in a block or inside a sentence. */
export function advertised({ exports }: PublicSymbols, room: string, page: string): string[] {
  const code = [...page.matchAll(/^```ts\n(.*?)^```$|`([^`\n]+)`/gms)].map(([, block, span]) => block ?? span ?? '');
  const words = new Set(code.flatMap((text) => text.match(/[A-Za-z_]\w*/g) ?? []));
  return [...exports.get(room)!.keys()].filter((name) => words.has(name));
}

/**
 * Declared in the repository, not in a library that a package hands on; a namespace is the package whose symbols it
 * holds.
 */
const isOurs = (symbol: ts.Symbol) =>
  !(symbol.flags & ts.SymbolFlags.ValueModule) &&
  symbol.declarations?.some((declaration) => !declaration.getSourceFile().fileName.includes('/node_modules/')) === true;

/** Methods of a class that are not private: a caller sees them besides the class itself. */
function membersOf(symbol: ts.Symbol): ts.Symbol[] {
  if (!(symbol.flags & ts.SymbolFlags.Class)) return [];
  return [...(symbol.members?.values() ?? [])].filter(({ declarations = [] }) =>
    declarations.some((declaration) => ts.isMethodDeclaration(declaration) && ts.isIdentifier(declaration.name)),
  );
}

/** A map's entry, made where there is none. */
function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}
