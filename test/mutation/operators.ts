// The changes of mutants: each operator reads one node of the syntax tree and gives replacements for it.
import ts from 'typescript';
import type { Edit } from './mutant.ts';

/** An operator's replacements for a node or a part of it. */
type Operator = (node: ts.Node) => readonly Edit[];

const replaced = (node: ts.Node, text: string): Edit => ({ start: node.getStart(), end: node.getEnd(), text });

const swapped = (pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> =>
  new Map(pairs.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));

const arithmetic = swapped([
  ['+', '-'],
  ['*', '/'],
  ['+=', '-='],
  ['*=', '/='],
]);
const oneWay = new Map([
  ['%', '*'],
  ['**', '*'],
]);
const boundaries = swapped([
  ['<', '<='],
  ['>', '>='],
]);
const negations = swapped([
  ['===', '!=='],
  ['&&', '||'],
]);

/** Functions of tfjs and of Math whose places are changed. */
const functions = swapped([
  ['tf.add', 'tf.sub'],
  ['tf.mul', 'tf.div'],
  ['tf.maximum', 'tf.minimum'],
  ['tf.max', 'tf.min'],
  ['tf.sum', 'tf.mean'],
  ['tf.greater', 'tf.greaterEqual'],
  ['tf.less', 'tf.lessEqual'],
  ['tf.equal', 'tf.notEqual'],
  ['tf.logicalAnd', 'tf.logicalOr'],
  ['tf.exp', 'tf.expm1'],
  ['tf.log', 'tf.log1p'],
  ['tf.zeros', 'tf.ones'],
  ['tf.zerosLike', 'tf.onesLike'],
  ['Math.min', 'Math.max'],
  ['Math.floor', 'Math.ceil'],
  ['Math.exp', 'Math.expm1'],
  ['Math.log', 'Math.log1p'],
]);

/** Methods of arrays, by the name alone. */
const methods = swapped([
  ['every', 'some'],
  ['min', 'max'],
]);

/** Calls that are replaced by their first argument. */
const unwrapped = new Set([
  ...['add', 'sub', 'mul', 'div', 'neg', 'abs', 'square', 'sqrt', 'relu', 'clipByValue'].map((name) => `tf.${name}`),
  ...['tf.maximum', 'tf.minimum', 'Math.abs', 'Math.sqrt', 'Math.fround', 'Math.max', 'Math.min', 'Math.round'],
]);

/** Method calls without arguments that are left out. */
const leftOut = new Set(['toReversed', 'toSorted', 'slice', 'trim']);

const isText = (node: ts.Node): boolean => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);

function binary(node: ts.Node): Edit[] {
  if (!ts.isBinaryExpression(node)) return [];
  const { left, operatorToken, right } = node;
  const token = operatorToken.getText();
  if (token === '??') return [replaced(node, right.getText())];
  const holdsText = isText(left) || isText(right);
  const other = holdsText ? undefined : (arithmetic.get(token) ?? oneWay.get(token));
  const next = other ?? boundaries.get(token) ?? negations.get(token);
  const isTerm = !holdsText && ['+', '-', '*', '/'].includes(token);
  return [...(next ? [replaced(operatorToken, next)] : []), ...(isTerm ? [replaced(node, left.getText())] : [])];
}

function unary(node: ts.Node): Edit[] {
  if (
    ts.isPrefixUnaryExpression(node) &&
    [ts.SyntaxKind.MinusToken, ts.SyntaxKind.ExclamationToken].includes(node.operator)
  ) {
    return [replaced(node, node.operand.getText())];
  }
  return [];
}

/** Thresholds must move far to be noticed, counts by one. */
function otherNumbers(value: number): readonly number[] {
  if (value === 0) return [1];
  if (value === 1) return [0];
  if (Number.isInteger(value)) return [value + 1 === value ? 2 * value : value + 1];
  return value < 1e-2 ? [0, 0.1] : [2 * value];
}

function numbers(node: ts.Node): Edit[] {
  if (!ts.isNumericLiteral(node)) return [];
  const value = Number(node.getText().replaceAll('_', ''));
  return otherNumbers(value).map((other) => replaced(node, String(other)));
}

function booleans(node: ts.Node): Edit[] {
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [replaced(node, 'false')];
  return node.kind === ts.SyntaxKind.FalseKeyword ? [replaced(node, 'true')] : [];
}

function conditions(node: ts.Node): Edit[] {
  if (ts.isIfStatement(node)) return ['true', 'false'].map((text) => replaced(node.expression, text));
  if (!ts.isConditionalExpression(node)) return [];
  return [node.whenTrue, node.whenFalse].map((branch) => replaced(node, `(${branch.getText()})`));
}

function calls(node: ts.Node): Edit[] {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return [];
  const { expression, arguments: given } = node;
  const name = expression.getText();
  const method = expression.name.text;
  const other = functions.get(name);
  const otherMethod = ['tf', 'Math'].includes(expression.expression.getText()) ? undefined : methods.get(method);
  const isBranching = name === 'tf.where' && given.length === 3;
  return [
    ...(other ? [replaced(expression, other)] : []),
    ...(otherMethod ? [replaced(expression.name, otherMethod)] : []),
    ...(unwrapped.has(name) && given[0] ? [replaced(node, given[0].getText())] : []),
    ...(leftOut.has(method) && given.length === 0 ? [replaced(node, expression.expression.getText())] : []),
    ...(isBranching ? [replaced(given[1]!, given[2]!.getText()), replaced(given[2]!, given[1]!.getText())] : []),
  ];
}

const statements: Operator = (node) => (ts.isExpressionStatement(node) ? [replaced(node, ';')] : []);

/** All operators by name. */
export const operators: Readonly<Record<string, Operator>> = {
  binary,
  unary,
  numbers,
  booleans,
  conditions,
  calls,
  statements,
};
