// Sweep files: YAML, of which JSON is a part.
import { ExpectationError } from '@flowvae/tensor/plain';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { completeSpec } from './complete-spec.ts';
import { rawSpec } from './raw-spec.ts';
import type { SweepSpec } from './sweep-spec.ts';

/**
 * The sweep that a text describes.
 *
 * @param where the file, for errors
 * @throws ExpectationError that names line and column of the first mistake
 */
export function readSweep(text: string, where: string): SweepSpec {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [fault] = document.errors;
  if (fault) {
    const received = fault.message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '');
    throw new ExpectationError({ where: placed(where, lines, fault.pos[0]), expected: 'YAML', received });
  }
  const { success, data, error } = rawSpec.safeParse(contentOf(document, where) ?? {});
  if (success) return completeSpec(data, where);
  const issue = deepest(error.issues[0]!);
  const at = issue.path.join('.');
  throw new ExpectationError({
    where: `${placed(where, lines, offsetOf(document, issue.path))}${at ? `: ${at}` : ''}`,
    expected: forms[String(issue.path[0])] ?? `a sweep with ${Object.keys(forms).join(', ')}`,
    received: receivedIn(document, issue),
  });
}

/** The fields of a sweep, in words. */
const forms: Readonly<Record<string, string>> = {
  module: 'the path of a module',
  plugins: 'a list of plug-ins',
  settings: 'values of settings by name',
  set: 'values of the module’s own settings by name',
  vary: 'columns by name, each a list of values, or one of values, linear, log and whole',
  search: 'grid, { random: 20 } or { sobol: 16 }',
  rows: 'a list of rows, each values of settings by name',
  exclude: 'a list of rows, each values of columns by name',
  only: 'a list of rows, each values of columns by name',
  seeds: 'a number of seeds, or a list of them',
};

/** @throws ExpectationError for aliases of nothing, or too many of them */
function contentOf(document: Document, where: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new ExpectationError({ where, expected: 'YAML', received: (error as Error).message });
  }
}

/** The fault in words; of a value that fits none of several forms, the value. */
function receivedIn(document: Document, { message, path }: z.core.$ZodIssue): string {
  if (message !== 'Invalid input') return message.replace(/^Invalid input: /, '');
  return shortened(valueAt(document, path));
}

const valueAt = (document: Document, path: readonly PropertyKey[]): unknown =>
  path.reduce((value: unknown, name) => (value as Record<PropertyKey, unknown> | undefined)?.[name], document.toJS());

const shortened = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 100);

/** Of several forms that a value may have, the fault of the one that fits furthest. */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue;
  const inner = issue.errors.flatMap(([first]) => (first ? [deepest(first)] : []));
  const best = inner.reduce<z.core.$ZodIssue | undefined>(
    (a, b) => (a && a.path.length >= b.path.length ? a : b),
    undefined,
  );
  return best && best.path.length > 0 ? { ...best, path: [...issue.path, ...best.path] } : issue;
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  const node = path.length > 0 ? document.getIn(path as (string | number)[], true) : document.contents;
  return (isNode(node) && node.range?.[0]) || 0;
}

function placed(where: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return line > 0 ? `${where}:${line}:${col}` : where;
}
