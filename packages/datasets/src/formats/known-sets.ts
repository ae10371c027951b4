// Data sets that are known by the names of their arrays: which array is which part.

/** The arrays of a part by their names: the data, and its labels where there are some. */
export interface KnownPart {
  readonly x: string;
  readonly y?: string;
}

/** The parts of a known data set; `all` where the file does not divide it. */
export type KnownParts = Readonly<Partial<Record<'all' | 'train' | 'validation' | 'test', KnownPart>>>;

const knownSets: readonly KnownParts[] = [
  ...['x_validation', 'x_valid', 'x_val'].map((x) => ({
    train: { x: 'x_train', y: 'y_train' },
    validation: { x, y: x.replace('x', 'y') },
    test: { x: 'x_test', y: 'y_test' },
  })),
  // Keras' mnist.npz, and others that are named like it
  { train: { x: 'x_train', y: 'y_train' }, test: { x: 'x_test', y: 'y_test' } },
  // dSprites (Matthey et al. 2017, https://github.com/google-deepmind/dsprites-dataset)
  { all: { x: 'imgs', y: 'latents_classes' } },
  // OMNIGLOT's chardata.mat
  { train: { x: 'data', y: 'targetchar' }, test: { x: 'testdata', y: 'testtargetchar' } },
  // Caltech 101 silhouettes
  {
    train: { x: 'train_data', y: 'train_labels' },
    validation: { x: 'val_data', y: 'val_labels' },
    test: { x: 'test_data', y: 'test_labels' },
  },
  // Frey's face
  { all: { x: 'ff' } },
];

/** The parts of a file with arrays of these names, as far as they are there; undefined where it is no known set. */
export function knownParts(names: readonly string[]): KnownParts | undefined {
  const found = knownSets.find((parts) => Object.values(parts).every(({ x }) => names.includes(x)));
  if (!found) return undefined;
  const present = Object.entries(found).map(([part, { x, y }]) => [part, y && names.includes(y) ? { x, y } : { x }]);
  return Object.fromEntries(present);
}
