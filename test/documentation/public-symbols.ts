// What packages offer, and what of it has no docstring, by TypeScript's own checker.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The public symbols without a docstring, as `package: name` or `package: name.member`, of entry files by package. */
export function undocumented(entries: Readonly<Record<string, string>>): { missing: string[]; count: number } {
  const config = ts.readConfigFile(`${root}/test/tsconfig.json`, ts.sys.readFile).config;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, `${root}/test`);
  const files = ts.createProgram(Object.values(entries), { ...options, noEmit: true });
  const checker = files.getTypeChecker();
  const all = Object.entries(entries).flatMap(([name, entry]) => {
    const module = checker.getSymbolAtLocation(files.getSourceFile(entry)!);
    if (!module) throw new Error(`${entry} exports nothing`);
    return checker.getExportsOfModule(module).flatMap((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      return [symbol, ...membersOf(symbol)].filter(isOurs).map((found) => ({
        path: `${name}: ${exported.name}${found === symbol ? '' : `.${found.name}`}`,
        isDocumented: ts.displayPartsToString(found.getDocumentationComment(checker)).trim() !== '',
      }));
    });
  });
  return { missing: all.filter(({ isDocumented }) => !isDocumented).map(({ path }) => path), count: all.length };
}

/** Declared in the repository, not in a library that a package hands on; a namespace is the package whose symbols it holds. */
const isOurs = (symbol: ts.Symbol) =>
  !(symbol.flags & ts.SymbolFlags.ValueModule) &&
  symbol.declarations?.some((declaration) => !declaration.getSourceFile().fileName.includes('/node_modules/')) === true;

/** Methods of a class that are not private: what a caller meets beside the class itself. */
function membersOf(symbol: ts.Symbol): ts.Symbol[] {
  if (!(symbol.flags & ts.SymbolFlags.Class)) return [];
  return [...(symbol.members?.values() ?? [])].filter(({ declarations = [] }) =>
    declarations.some((declaration) => ts.isMethodDeclaration(declaration) && ts.isIdentifier(declaration.name)),
  );
}
