// The table of cases is complete: compared with the folder of families and with the flows that a formula can name.
// In every quick run.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as flows from '@flowvae/flows';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { parse } from '../architecture/imports.ts';
import { flowCases } from '../cases/flows.ts';

const source = fileURLToPath(new URL('../../packages/flows/src', import.meta.url));

const isFlow = (type: ts.TypeNode | undefined) =>
  type !== undefined && /^(Invertible|Box|Image)?Flow\b(?!.*&)/.test(type.getText());

/** Exported functions that return a flow, by name, from the text of a file. */
const flowsMadeIn = (text: string) =>
  parse('flows.ts', text).statements.flatMap((each) =>
    ts.isFunctionDeclaration(each) && each.modifiers?.[0]?.getText() === 'export' && isFlow(each.type)
      ? [each.name!.text]
      : [],
  );

/** The names in the grammar of a wrong formula's error. */
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

/** The functions that make the flows of the table. */
const parsers = ['parseFlow', 'parseInvertibleFlow', 'makeFlow'];

const distinct = (names: readonly string[]) => [...new Set(names)]; // overloads repeat a name

/** Public functions that make a flow, by file below a folder of the package. */
const madeBelow = (folder: string): [file: string, names: string[]][] =>
  readdirSync(`${source}/${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [
      file,
      distinct(
        flowsMadeIn(readFileSync(`${source}/${folder}/${file}`, 'utf8')).filter((name) => Object.hasOwn(flows, name)),
      ),
    ]);

it('every file in packages/flows/src/families makes flows, each with a row in test/cases/flows.ts', () => {
  const families = madeBelow('families');
  expect(families.map(([file]) => file)).toEqual(expect.arrayContaining(['planar.ts', 'radial.ts']));
  expect(families.filter(([, names]) => names.length === 0)).toEqual([]);
  expect(missing(families.flatMap(([, names]) => names))).toEqual([]);
});

it('every file in packages/flows/src/images makes flows, each with a row in test/cases', () => {
  const images = madeBelow('images').filter(([file]) => !file.startsWith('parts/'));
  expect(images.map(([file]) => file)).toContain('squeeze.ts');
  expect(images.filter(([, names]) => names.length === 0)).toEqual([]);
  expect(missing(images.flatMap(([, names]) => names))).toEqual([]);
});

it('every public function that makes a flow lies in families or images, or puts flows together', () => {
  const elsewhere = madeBelow('.').filter(([file, names]) => !/^(families|images)\//.test(file) && names.length > 0);
  expect(elsewhere.map(([file]) => file).toSorted()).toEqual([
    'compose/chain.ts',
    'compose/invert.ts',
    'formula/formula.ts',
  ]);
  expect(missing(elsewhere.flatMap(([, names]) => names).filter((name) => !parsers.includes(name)))).toEqual([]);
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
