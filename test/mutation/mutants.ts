// All mutants of a source text: every operator at every node that is evaluated.
import ts from 'typescript';
import { edited, linesAround, type Mutant, nameOf, type Site } from './mutant.ts';
import { operators } from './operators.ts';

/** Types and imports are no code; texts of errors are no results. */
const isLeftOut = (node: ts.Node): boolean =>
  ts.isTypeNode(node) ||
  ts.isInterfaceDeclaration(node) ||
  ts.isTypeAliasDeclaration(node) ||
  ts.isImportDeclaration(node) ||
  ts.isExportDeclaration(node) ||
  ts.isThrowStatement(node) ||
  (ts.isNewExpression(node) && /Error$/.test(node.expression.getText()));

/** An expression that can be put in brackets: no callee, no target of an assignment, no name. */
function isPlace(node: ts.Node): boolean {
  if (ts.isExpressionStatement(node)) return true;
  if (!ts.isExpression(node) || ts.isOmittedExpression(node) || ts.isSpreadElement(node)) return false;
  const { parent } = node;
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) return parent.expression !== node;
  if (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) return parent.expression !== node;
  if (ts.isNonNullExpression(parent) || ts.isSpreadAssignment(parent) || ts.isExpressionStatement(parent)) return false;
  if ('name' in parent && parent.name === node) return false;
  if (ts.isBinaryExpression(parent) && parent.left === node) return !isAssignment(parent);
  return !(ts.isPrefixUnaryExpression(parent) && parent.operator !== ts.SyntaxKind.MinusToken);
}

const isAssignment = ({ operatorToken: { kind } }: ts.BinaryExpression): boolean =>
  kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;

/** The range to mark: the node, or the code around it. An `if` is marked by its condition. */
function siteOf(node: ts.Node): Site {
  let place = ts.isIfStatement(node) ? node.expression : node;
  while (!isPlace(place)) place = place.parent;
  return { start: place.getStart(), end: place.getEnd(), isStatement: ts.isExpressionStatement(place) };
}

/** Every mutant once, in the order of the text. @param file its path from the root of the repository */
export function mutantsOf(file: string, text: string): Mutant[] {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = new Map<string, Mutant>();
  const visit = (node: ts.Node): void => {
    if (isLeftOut(node)) return;
    for (const [operator, editsOf] of Object.entries(operators)) {
      for (const edit of editsOf(node)) {
        if (edited(text, edit) === text) continue;
        const mutant = { file, edit, operator, site: siteOf(node), ...linesAround(text, edit) };
        const name = nameOf(mutant);
        if (!found.has(name)) found.set(name, mutant);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return [...found.values()].toSorted((a, b) => a.edit.start - b.edit.start || a.edit.end - b.edit.end);
}

/** The text with a mark at each site: `marked(i)` is a piece of code to run there. */
export function withMarks(text: string, sites: readonly Site[], marked: (index: number) => string): string {
  const pieces = sites.flatMap(({ start, end, isStatement }, index) => [
    { at: start, length: end - start, isEnd: false, text: isStatement ? `{${marked(index)};` : `(${marked(index)},` },
    { at: end, length: end - start, isEnd: true, text: isStatement ? '}' : ')' },
  ]);
  // at one place, ends come first, then the longest piece
  const sorted = pieces.toSorted(
    (a, b) => a.at - b.at || Number(b.isEnd) - Number(a.isEnd) || (a.isEnd ? a.length - b.length : b.length - a.length),
  );
  let at = 0;
  let result = '';
  for (const piece of sorted) {
    result += text.slice(at, piece.at) + piece.text;
    at = piece.at;
  }
  return result + text.slice(at);
}
