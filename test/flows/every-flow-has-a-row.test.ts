// The table of cases is complete: compared with the package's files and with the flows that a formula can name.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as flows from '@flowvae/flows';
import { expect, it } from 'vitest';
import { flowCases } from '../cases/flows.ts';

const source = fileURLToPath(new URL('../../packages/flows/src', import.meta.url));

/** Exported functions that return a flow, by name, from the text of a file. */
const flowsMadeIn = (text: string) =>
  [...text.matchAll(/^export function (\w+)(?:<[^(]*>)?\([^{]*?\): (?:Invertible)?Flow(?:<\w+>)?(?: \{|;)/gm)].map(
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

it('every function in packages/flows/src that makes a flow has a row in test/cases/flows.ts', () => {
  const made = readdirSync(source)
    .flatMap((file) => flowsMadeIn(readFileSync(`${source}/${file}`, 'utf8')))
    .filter((name) => name !== 'parseFlow'); // it makes what the table names
  expect(made).toEqual(expect.arrayContaining(['planar', 'chain']));
  expect(missing(made)).toEqual([]);
});

it('every flow of the formula table has a row, and its factory is an export of that name', () => {
  expect(namesInGrammar()).toContain('planar');
  expect(missing(namesInGrammar())).toEqual([]);
  expect([...rows].filter((name) => !Object.hasOwn(flows, name))).toEqual([]);
});

it('a new file without a row would be seen', () => {
  const text =
    '/** Radial. */\nexport function radial(\n  dim: number,\n): InvertibleFlow<RadialShapes> {\n  return {};\n}\n';
  expect(missing(flowsMadeIn(text))).toEqual(['radial']);
  expect(flowsMadeIn('export function parse(text: string): Flow & InvertibleFlow {')).toEqual([]);
});
