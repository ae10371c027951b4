// A second door, for programs that must not load TensorFlow.js: the names of binarisations, and the sizes of data sets.
export { binarisations, staticBinarisationSeed, staysGrey } from './binarisation-kinds.ts';
export { hasTrainingImages, type IdxSizes, idxSizes, isIdxFolder } from './idx-folder.ts';
export { trainingCount } from './image-set.ts';
export { mnistFolder } from './mnist.ts';
export { type Covariate, type DataDescription, type SplitName, splitNames, type ValueForm } from './sets/data-set.ts';
export { readSplitRule, splitRuleUsage } from './sets/split-rule.ts';
export { lookAt } from './sources/look.ts';
export { isMnistName } from './sources/mnist-name.ts';
export { type ReaderRow, type ReaderTable, readerOf } from './sources/reader.ts';
export { type NamedSource, readSourceText } from './sources/source-text.ts';
