// Laws about words: comments stay within the width of the code, which the formatter holds for code alone; comments and
// names of tests are plain.
import ts from 'typescript';
import type { FileMap } from './file-map.ts';
import { parse } from './imports.ts';

/** Columns that a line may have. */
const WIDTH = 120;

const isSource = (path: string) => /\.(ts|mts|js|mjs)$/.test(path);

/** Names every line whose comment ends behind the last column. */
export function commentsAreNarrow(files: FileMap): string[] {
  return Object.entries(files).flatMap(([path, text]) => {
    if (!isSource(path) || !text.split('\n').some((line) => line.length > WIDTH)) return [];
    return wideComments(parse(path, text)).map((line) => `${path}:${line}: a comment ends behind column ${WIDTH}`);
  });
}

/**
 * No comment has a clause with `what`: it names the thing instead. Code in backticks and names of parameters do not
 * count.
 */
export function commentsNameThings(files: FileMap): string[] {
  return Object.entries(files).flatMap(([path, text]) => {
    if (!isSource(path) || !/\bwhat\b/i.test(text)) return [];
    return whatInComments(parse(path, text)).map((line) => `${path}:${line}: a clause with "what"; name the thing`);
  });
}

/** The name of a test outside every group, and that of a group, starts with its subject. */
export function testsStartWithTheirSubject(files: FileMap): string[] {
  return Object.entries(files).flatMap(([path, text]) => {
    if (!path.endsWith('.test.ts')) return [];
    const source = parse(path, text);
    return source.statements.flatMap((statement) => {
      const title = ts.isExpressionStatement(statement) ? titleOf(statement.expression) : undefined;
      if (title === undefined || !NO_SUBJECT.test(title)) return [];
      const line = source.getLineAndCharacterOfPosition(statement.getStart(source)).line + 1;
      return [`${path}:${line}: "${title}" lacks its subject`];
    });
  });
}

/** Prepositions, pronouns, and verbs that are no nouns too. */
const NO_SUBJECT = new RegExp(
  `^(${[
    'at|in|on|with|without|under|beyond|by|of|for|from|if|when|where|what|whatever|how|it|its|they|anywhere',
    'is|are|was|were|has|have|does|do|cannot|gives?|takes?|refuses?|says?|keeps?|leaves|holds?|puts|reads?|writes?',
    'computes?|finds?|goes|fails|throws|prints|parses|escapes|closes|repeats|sees|opens|saves|stays|lets?|exchanges',
  ].join('|')})\\b`,
);

/** The title of a call of `it`, `test` or `describe`, such as `it.each(table)('title', …)`. */
function titleOf(call: ts.Expression): string | undefined {
  if (!ts.isCallExpression(call)) return undefined;
  const [title] = call.arguments;
  const isTest = /^(it|test|describe)\b/.test(call.expression.getText());
  if (!isTest || !title) return undefined;
  return ts.isStringLiteralLike(title) ? title.text : ts.isTemplateExpression(title) ? title.head.text : undefined;
}

/** Lines, from 1. */
function wideComments(source: ts.SourceFile): number[] {
  const lines = new Set<number>();
  for (const { from, to } of gapsOf(source)) {
    const last = source.getLineAndCharacterOfPosition(to).line;
    for (let line = source.getLineAndCharacterOfPosition(from).line; line < last; line++) {
      const start = source.getPositionOfLineAndCharacter(line, 0);
      const end = source.text.indexOf('\n', start);
      if (end - start > WIDTH && end > from) lines.add(line + 1);
    }
  }
  return [...lines];
}

/** Lines, from 1. */
function whatInComments(source: ts.SourceFile): number[] {
  const spaced = (text: string) => text.replace(/[^\n]/g, ' ');
  return gapsOf(source).flatMap(({ from, to }) => {
    const comments = source.text.slice(from, to).replace(/`[^`\n]*`|@param \w+/g, spaced);
    return [...comments.matchAll(/\bwhat\b/gi)].map(
      ({ index }) => source.getLineAndCharacterOfPosition(from + index).line + 1,
    );
  });
}

/** The text between tokens: spaces and comments only. */
function gapsOf(source: ts.SourceFile): { readonly from: number; readonly to: number }[] {
  const gaps: { from: number; to: number }[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return;
    const children = node.getChildren(source);
    if (children.some((child) => !ts.isJSDoc(child))) {
      for (const child of children) look(child);
      return;
    }
    const [from, to] = [node.getFullStart(), node.getStart(source)];
    if (to > from) gaps.push({ from, to });
  };
  look(source);
  return gaps;
}
