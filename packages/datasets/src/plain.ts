// A second door, for programs that must not load TensorFlow.js: the names of binarisations, and the sizes of data sets.
export { binarisations, staysGrey } from './binarisation-kinds.ts';
export { type IdxSizes, idxSizes } from './idx-folder.ts';
export { trainingCount } from './image-set.ts';
export { mnistFolder } from './mnist.ts';
