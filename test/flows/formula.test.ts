// Flow formulas: what they mean, and that a wrong one is refused with the character where it goes wrong.
import { type InvertibleFlow, parseFlow, parseInvertibleFlow, planar } from '@flowvae/flows';
import { ExpectationError } from '@flowvae/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flowTable } from '../../packages/flows/src/flow-table.ts';

const known = Object.keys(flowTable).join(', ');
const grammar = `terms joined by '-', each a flow (${known}) with optional '(arguments)' and an optional '*count'`;
const count = 'a count from 1 to 1024';

describe('a formula', () => {
  it.each([
    ['planar', { w: [1, 6], u: [1, 6], b: [1] }],
    ['planar*1', { w: [1, 6], u: [1, 6], b: [1] }],
    ['planar*10', { w: [10, 6], u: [10, 6], b: [10] }],
    ['planar*1024', { w: [1024, 6], u: [1024, 6], b: [1024] }],
    ['planar*8-planar*2', { '0.w': [8, 6], '0.u': [8, 6], '0.b': [8], '1.w': [2, 6], '1.u': [2, 6], '1.b': [2] }],
  ])('%s has the parameters of its terms', (formula, paramShapes) => {
    const flow = parseFlow(formula, 6);
    expect(flow).toMatchObject({ dim: 6, name: formula === 'planar*1' ? 'planar' : formula });
    expect(flow.paramShapes).toEqual(paramShapes);
    const invertible: InvertibleFlow = parseInvertibleFlow(formula, 6);
    expect(typeof invertible.inverse).toBe('function');
  });

  it('is what a flow calls itself', () => {
    expect(parseFlow(planar(3, 7).name, 3).paramShapes).toEqual(planar(3, 7).paramShapes);
  });
});

it.each([
  ['', grammar, 'nothing at character 1'],
  ['plnar', grammar, "'plnar' at character 1"],
  [' planar', grammar, "' planar' at character 1"],
  ['Planar', grammar, "'Planar' at character 1"],
  ['planar-', grammar, 'nothing at character 8'],
  ['planar--planar', grammar, 'nothing at character 8'],
  ['planar*8-radiant*2', grammar, "'radiant' at character 10"],
  ['planar*', count, 'nothing at character 8'],
  ['planar*0', count, "'0' at character 8"],
  ['planar*1025', count, "'1025' at character 8"],
  ['planar*1e2', count, "'1e2' at character 8"],
  ['planar*2-planar*x', count, "'x' at character 17"],
  ['planar*2*3', grammar, "'*3' at character 9"],
  ['planar(2)', 'a flow that takes arguments', "'(2)' at character 7"],
  ['planar*2(3)', grammar, "'(3)' at character 9"],
  ['toString', grammar, "'toString' at character 1"],
  ['__proto__*2', grammar, "'__proto__' at character 1"],
])("'%s' is refused", (formula, expected, received) => {
  expect(() => parseFlow(formula, 2)).toThrowError(`flow formula '${formula}': expected ${expected}, got ${received}`);
});

it('no text makes it fail in another way, or take what is no formula', () => {
  const pieces = fc.constantFrom(
    'planar',
    '*',
    '-',
    '1',
    '10',
    '007',
    ' ',
    '(',
    ')',
    ',',
    'radiant',
    'constructor',
    '\n',
    '9999',
    '½',
  );
  const nearly = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''));
  const isFormula = /^planar(\*0*[1-9]\d*)?(-planar(\*0*[1-9]\d*)?)*$/;
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), nearly), (formula) => {
      try {
        const flow = parseFlow(formula, 2);
        return isFormula.test(formula) && flow.dim === 2;
      } catch (error) {
        return error instanceof ExpectationError && error.message.startsWith(`flow formula '${formula}': expected `);
      }
    }),
    { numRuns: 2000, seed: 42 },
  );
});
