// Comments stay within the width of the code, which the formatter holds for code alone.
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

/** Lines, from 1. Whatever stands between two tokens is space or comment. */
function wideComments(source: ts.SourceFile): number[] {
  const lines = new Set<number>();
  const look = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return;
    const children = node.getChildren(source);
    if (children.some((child) => !ts.isJSDoc(child))) {
      for (const child of children) look(child);
      return;
    }
    const from = source.getLineAndCharacterOfPosition(node.getFullStart()).line;
    const to = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
    for (let line = from; line < to; line++) {
      const start = source.getPositionOfLineAndCharacter(line, 0);
      const end = source.text.indexOf('\n', start);
      if (end - start > WIDTH && end > node.getFullStart()) lines.add(line + 1);
    }
  };
  look(source);
  return [...lines];
}
