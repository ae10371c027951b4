// The rows of each table that a plug-in may export.
import { gradients } from '@flowvae/objectives/plain';
import { dataForms } from '@flowvae/vae/plain';
import type { Leaf, Shape } from './shape-check.ts';
import type { TableName } from './tables.ts';

const leaf = (expected: string, accepts: (value: unknown) => boolean): Leaf => ({ expected, accepts });

const isNumber = (value: unknown): value is number => typeof value === 'number' && !Number.isNaN(value);
const isFunction = (value: unknown) => typeof value === 'function';

const aFunction = leaf('a function', isFunction);
const aNumber = leaf('a number', isNumber);
const aName = leaf('a name', (value) => typeof value === 'string' && value !== '');
const yesOrNo = leaf('true or false', (value) => typeof value === 'boolean');
const absentOrFalse = leaf('false, or nothing', (value) => value === false);
const fromOne = leaf('a whole number from 1', (value) => Number.isInteger(value) && Number(value) >= 1);
const sized = leaf('a number, or a function of the width', (value) => isNumber(value) || isFunction(value));

const oneOf = (words: readonly string[]): Leaf =>
  leaf(`one of ${words.join(', ')}`, (value) => words.some((word) => word === value));

/** The shape of a row of each table. */
export const rowShapes: Readonly<Record<TableName, Shape>> = {
  flows: {
    fields: {
      make: aFunction,
      args: {
        list: {
          fields: { name: aName, fallback: sized, from: aNumber, to: sized, isReal: yesOrNo, above: aName },
          optional: ['isReal', 'above'],
        },
      },
      fewest: fromOne,
      hasInverse: absentOrFalse,
      image: oneOf(['part']),
    },
    optional: ['args', 'fewest', 'hasInverse', 'image'],
  },
  likelihoods: {
    fields: {
      make: aFunction,
      data: oneOf(dataForms),
      argument: { fields: { name: aName, from: aNumber, to: aNumber, isWhole: yesOrNo } },
      covariate: aName,
    },
    optional: ['argument', 'covariate'],
  },
  priors: {
    fields: {
      make: aFunction,
      argument: { fields: { name: aName, from: fromOne, to: fromOne } },
      usesEncoder: yesOrNo,
    },
    optional: ['argument', 'usesEncoder'],
  },
  objectives: {
    fields: {
      make: aFunction,
      gradients: { list: oneOf(gradients) },
      args: {
        list: {
          fields: {
            name: aName,
            from: aNumber,
            to: aNumber,
            fallback: aNumber,
            isReal: yesOrNo,
            except: { fields: { value: aNumber, expected: aName } },
          },
          optional: ['fallback', 'isReal', 'except'],
        },
      },
      needs: oneOf(['scorable', 'factorised']),
      isTempered: absentOrFalse,
    },
    optional: ['args', 'needs', 'isTempered'],
  },
  networks: {
    fields: {
      make: aFunction,
      summary: aName,
      fixed: {
        fields: { hidden: { list: fromOne }, activation: aName, initialisation: aName, scale: aName },
      },
      isPublished: yesOrNo,
    },
    optional: ['fixed', 'isPublished'],
  },
  readers: { fields: { make: aFunction, reads: aFunction } },
};
