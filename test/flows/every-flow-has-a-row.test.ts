// The table of cases is complete: compared with the package's files and with the flows that a formula can name.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as flows from '@flowvae/flows';
import { expect, it } from 'vitest';
import { flowCases } from '../cases/flows.ts';

const source = fileURLToPath(new URL('../../packages/flows/src', import.meta.url));

/** Exported functions that return a flow, by name, from the text of a file. */
const flowsMadeIn = (text: string) =>
  [...text.matchAll(/^export function (\w+)(?:<[^(]*>)?\([^{]*?\): (?:Invertible|Box)?Flow(?:<\w+>)?(?: \{|;)/gm)].map(
    ([, name]) => name!,
  );

/** What the grammar in the error of a wrong formula names. */
const namesInGrammar = () => {
  try {
    flows.parseFlow('?', 2);
  } catch (error) {
    return /each a flow \(([^)]*)\)/.exec(String(error))![1]!.split(', ');
  }
  return [];
};

const rows = new Set(flowCases.map(({ madeBy }) => madeBy));
const missing = (names: readonly string[]) => names.filter((name) => !rows.has(name));
/** Names of formulas stand at the beginning of the rows' names: `nice-perm*4` is one of `nice-perm`. */
const withoutRow = (names: readonly string[]) =>
  names.filter((name) => !flowCases.some((row) => /^[^*(]*/.exec(row.name)![0] === name));

/** They make what the table names. */
const parsers = ['parseFlow', 'parseInvertibleFlow'];

it('every public function in packages/flows/src that makes a flow has a row in test/cases/flows.ts', () => {
  const made = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => flowsMadeIn(readFileSync(`${source}/${file}`, 'utf8')))
    .filter((name) => Object.hasOwn(flows, name) && !parsers.includes(name)); // the rest are frames of exported ones
  expect(made).toEqual(expect.arrayContaining(['planar', 'chain']));
  expect(missing(made)).toEqual([]);
});

it('every flow of the formula table has a row, and every row an export that makes it', () => {
  expect(namesInGrammar()).toContain('planar');
  expect(withoutRow(namesInGrammar())).toEqual([]);
  expect(withoutRow(['planr'])).toEqual(['planr']);
  expect([...rows].filter((name) => !Object.hasOwn(flows, name))).toEqual([]);
});

it('a new file without a row would be seen', () => {
  const text =
    '/** Spiral. */\nexport function spiral(\n  dim: number,\n): InvertibleFlow<SpiralShapes> {\n  return {};\n}\n';
  expect(missing(flowsMadeIn(text))).toEqual(['spiral']);
  expect(flowsMadeIn('export function parse(text: string): Flow & InvertibleFlow {')).toEqual([]);
});
