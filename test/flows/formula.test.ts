// Flow formulas: their meaning, and the refusal of a wrong one with the character of its first error.
import {
  type InvertibleFlow,
  isInvertible,
  NarrowLatentError,
  parseFlow,
  parseInvertibleFlow,
  planar,
} from '@flowvae/flows';
import { flowNames, hasInverse, readFlowFormula } from '@flowvae/flows/plain';
import { ExpectationError } from '@flowvae/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flowTable } from '../../packages/flows/src/formula/flow-table.ts';
import { formulasAt } from '../cases/table-formulas.ts';

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

  it('is the name of its flow', () => {
    expect(parseFlow(planar(3, 7).name, 3).paramShapes).toEqual(planar(3, 7).paramShapes);
    for (const formula of [
      'nice-perm*2-planar',
      'realnvp(8)*3',
      'iaf(64,1)',
      'spline(4,8,1)*2',
      'maf',
      'nice-orth(7)',
      'planar*4-positive',
      'interval(-1.5,2)',
      'ordered',
    ]) {
      expect(parseFlow(formula, 3).name).toBe(formula);
    }
  });

  it('gives a flow its arguments, and defaults for those left out', () => {
    expect(parseFlow('realnvp(8,1)*3', 4).paramShapes).toEqual({
      kernel1: [3, 2, 8],
      bias1: [3, 8],
      kernelOut: [3, 8, 4],
      biasOut: [3, 4],
    });
    expect(parseFlow('realnvp(64,2)*3', 4).paramShapes).toEqual(parseFlow('realnvp*3', 4).paramShapes);
    expect(parseFlow('realnvp(64)', 4).paramShapes).toEqual(parseFlow('realnvp', 4).paramShapes);
    expect(parseFlow('interval', 4).name).toBe('interval(0,1)');
    expect(parseFlow('interval(-2.5e-1, .5)', 4).name).toBe('interval(-0.25,0.5)');
    expect(parseFlow('spline(3)', 4).paramShapes).toMatchObject({ kernelOut: [1, 64, 2 * 8] });
  });

  it('gives the networks inside a flow the features that they are told of', () => {
    const flow = parseFlow('planar-iaf(8)*2', 4, { contextWidth: 5 });
    expect(flow.paramShapes).toMatchObject({ '0.w': [1, 4], '1.context': [5], '1.contextKernel': [5, 16] });
    expect(flow.contexts).toEqual(['1.context']);
    const weights = Object.keys(flow.paramShapes).filter((name) => name.startsWith('1.') && name !== '1.context');
    expect(flow.shared?.toSorted()).toEqual(weights.toSorted());
    expect(parseFlow('planar-iaf(8)*2', 4).contexts).toEqual([]);
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
  ['realnvp(', 'hidden from 1 to 4096', 'nothing at character 9'],
  ['realnvp()', 'hidden from 1 to 4096', 'nothing at character 9'],
  ['realnvp(x)*2', 'hidden from 1 to 4096', "'x' at character 9"],
  ['realnvp(0)', 'hidden from 1 to 4096', "'0' at character 9"],
  ['realnvp(8', "')' after hidden,depth", 'nothing at character 10'],
  ['realnvp(8,', 'depth from 1 to 8', 'nothing at character 11'],
  ['realnvp(8,9)', 'depth from 1 to 8', "'9' at character 11"],
  ['realnvp(8,1,2)', "')' after hidden,depth", "',2)' at character 12"],
  ['planar-interval(2,1)', "a value of 'to' above 2", "'1' at character 19"],
  ['interval(2, 1)', "a value of 'to' above 2", "'1' at character 13"],
  ['interval(1)', "',' and a value of 'to' above 1", "')' at character 11"],
  ['interval(-1,x)', 'to from -1000000 to 1000000', "'x' at character 13"],
  ['planar[2]', grammar, "'[2]' at character 7"],
  ['planar-realnvp(8)x', grammar, "'x' at character 18"],
  ['nice-prm*2', grammar, "'nice' at character 1"],
  ['planar*2(3)', grammar, "'(3)' at character 9"],
  ['toString', grammar, "'toString' at character 1"],
  ['__proto__*2', grammar, "'__proto__' at character 1"],
])("'%s' is refused", (formula, expected, received) => {
  expect(() => parseFlow(formula, 2)).toThrowError(`flow formula '${formula}': expected ${expected}, got ${received}`);
});

it('no text makes parseFlow fail in another way, or accept a text that is no formula', () => {
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

describe('the table', () => {
  it.each(formulasAt(16))('says of %s whether it has an inverse', (formula) => {
    const terms = readFlowFormula(formula, 16);
    expect(terms.every(hasInverse)).toBe(isInvertible(parseFlow(formula, 16)));
  });

  it('has no flow that no grey picture of 4 × 4 pixels suits', () => {
    expect(formulasAt(16)).toHaveLength(flowNames.length);
    expect(flowNames.filter((name) => !formulasAt(3).includes(`${name}*2`))).toEqual([
      ...['squeeze', 'image-realnvp', 'glow'],
    ]);
  });

  // the sides of a picture bound one another: picture-formulas.test.ts
  it.each(Object.entries(flowTable).filter(([, { isOfPictures }]) => !isOfPictures))(
    'bounds the arguments of %s as its maker does',
    (name, { args = [], fewest = 1 }) => {
      const sized = (bound: number | ((dim: number) => number), dim: number) =>
        typeof bound === 'number' ? bound : bound(dim);
      for (const dim of [fewest, 5]) {
        for (const { from, to } of args.slice(0, 1)) {
          for (const value of [from, sized(to, dim)]) {
            const above = args.slice(1).flatMap((each) => (each.above === undefined ? [] : [sized(each.to, dim)]));
            const given = [Math.min(value, ...above.map((most) => most - 1)), ...above];
            expect(parseFlow(`${name}(${given.join(',')})`, dim).dim).toBe(dim);
          }
        }
      }
    },
  );
});

describe('the narrowest latent', () => {
  it.each(Object.entries(flowTable))('of %s is the one that its row declares', (name, { fewest = 1 }) => {
    expect(parseFlow(name, fewest).dim).toBe(fewest);
    if (fewest === 1) return;
    const narrow = () => parseFlow(`planar-${name}*2`, fewest - 1);
    expect(narrow).toThrow(NarrowLatentError);
    expect(narrow).toThrow(
      `flow formula 'planar-${name}*2': expected a latent of at least ${fewest} dimensions for ${name}, got ${fewest - 1}`,
    );
  });
});
