// The law about parameters: a caller of a package gives only few arguments by position.
import ts from 'typescript';
import type { FileMap } from './file-map.ts';
import { publicDeclarations } from './public-surface.ts';

/** More than these are told apart by names, in an options object. */
const MOST_POSITIONAL = 3;

/** No public function, method or callback takes more than three positional parameters. */
export function fewPositionalParameters(files: FileMap): string[] {
  return publicDeclarations(files).flatMap(({ name, path, source, node }) => {
    const found: string[] = [];
    visitSurface(node, (signature) => {
      const count = signature.parameters.length;
      if (count <= MOST_POSITIONAL) return;
      const { line } = source.getLineAndCharacterOfPosition(signature.getStart());
      const own = signature.name?.getText() ?? name;
      const called = own === name ? name : `${name}.${own}`;
      found.push(`${path}:${line + 1}: ${called} takes ${count} parameters by position; give names to them`);
    });
    return found;
  });
}

/** Calls `see` for every signature that users of a declaration meet: nothing inside bodies, nothing private. */
function visitSurface(node: ts.Node, see: (signature: ts.SignatureDeclaration) => void): void {
  if (isPrivate(node)) return;
  if (ts.isFunctionLike(node)) see(node);
  const body = 'body' in node ? node.body : undefined;
  ts.forEachChild(node, (child) => {
    if (child !== body) visitSurface(child, see);
  });
}

const isPrivate = (node: ts.Node) =>
  ts.isClassElement(node) &&
  ((node.name !== undefined && ts.isPrivateIdentifier(node.name)) ||
    (ts.canHaveModifiers(node) &&
      ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword) === true));
