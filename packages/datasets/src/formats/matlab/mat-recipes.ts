// MATLAB files that papers about VAEs used, known by their fields. None says in itself how its images lie.
import type { StoredArray } from '../../stored/stored-array.ts';
import { columnMajorImages, inverted, reshaped, widthOf } from '../../stored/views.ts';
import type { OpenArraysOptions } from '../named-arrays.ts';
import type { MatArray } from './mat-variable.ts';

/** How the fields of a known file are read. */
export interface MatRecipe {
  /** The array of a field; undefined where the recipe does not know the field. */
  open(variable: MatArray, options: OpenArraysOptions): StoredArray | undefined;
  /** Whether the option `invert` turns its images. */
  readonly inverts?: boolean;
  /** Sentences about the layout that was assumed. */
  notes(options: OpenArraysOptions): readonly string[];
}

interface KnownFile extends MatRecipe {
  /** Whether a file has the fields of this one. */
  fits(variables: readonly MatArray[]): boolean;
}

/** A matrix by name with so many rows or columns. */
const hasMatrix = (variables: readonly MatArray[], name: string, size: Partial<Record<0 | 1, number>>): boolean =>
  variables.some(
    (each) =>
      each.name === name &&
      each.shape.length === 2 &&
      Object.entries(size).every(([axis, length]) => each.shape[Number(axis)] === length),
  );

/** A number for each datum. */
const asNumbers = (array: StoredArray): StoredArray => (widthOf(array) === 1 ? reshaped(array, []) : array);

/**
 * OMNIGLOT as Burda, Grosse & Salakhutdinov prepared it (arXiv:1509.00519): images are columns, and in each image the
 * pixels go down the columns first: `reshape_data` in datasets.py of https://github.com/yburda/iwae. `target` is the
 * alphabet as one of 50, `targetchar` the number of the character in its alphabet.
 */
const omniglot: KnownFile = {
  fits: (variables) =>
    ['data', 'testdata'].every((name) => hasMatrix(variables, name, { 0: 784 })) &&
    variables.some(({ name }) => name === 'targetchar' || name === 'target'),
  open(variable) {
    if (variable.name === 'data' || variable.name === 'testdata') {
      return columnMajorImages(variable.open('columns'), 28, 28);
    }
    return /^(test)?target(char)?$/.test(variable.name) ? asNumbers(variable.open('columns')) : undefined;
  },
  notes: () => ['known as OMNIGLOT (chardata.mat): images are columns, 28 x 28, their pixels column by column'],
};

/**
 * Caltech 101 silhouettes (Marlin, Swersky, Chen & de Freitas 2010), of 28 x 28 or 16 x 16: images are rows, their
 * pixels column by column: `load_caltech101silhouettes` in utils/load_data.py of
 * https://github.com/riannevdberg/sylvester-flows, which takes 1 − x, too.
 */
const caltech: KnownFile = {
  fits: (variables) =>
    [28 * 28, 16 * 16].some((pixels) =>
      ['train_data', 'val_data', 'test_data'].every((name) => hasMatrix(variables, name, { 1: pixels })),
    ),
  open(variable, { invert = false }) {
    const rows = variable.open('rows');
    if (/^(train|val|test)_labels$/.test(variable.name)) return asNumbers(rows);
    if (!/^(train|val|test)_data$/.test(variable.name)) return undefined;
    const side = Math.sqrt(widthOf(rows));
    const images = columnMajorImages(rows, side, side);
    return invert ? inverted(images) : images;
  },
  inverts: true,
  notes: ({ invert }) => [
    'known as Caltech 101 silhouettes: images are rows, their pixels column by column',
    invert ? 'images are inverted, 1 − x' : 'images are not inverted, x as stored',
  ],
};

/**
 * Brendan Frey's face (https://cs.nyu.edu/~roweis/data.html): images are columns, 28 rows of 20 pixels one after the
 * other, as `reshape(-1, 28, 20)` of the transposed matrix in every program that reads it.
 */
const frey: KnownFile = {
  fits: (variables) => hasMatrix(variables, 'ff', { 0: 560 }),
  open: (variable) => (variable.name === 'ff' ? reshaped(variable.open('columns'), [28, 20]) : undefined),
  notes: () => ["known as Frey's face (frey_rawface.mat): images are columns, 28 x 20, their pixels row by row"],
};

const knownFiles: readonly KnownFile[] = [omniglot, caltech, frey];

/** The recipe for a file with these variables; undefined where it is not known. */
export const recipeFor = (variables: readonly MatArray[]): MatRecipe | undefined =>
  knownFiles.find(({ fits }) => fits(variables));
