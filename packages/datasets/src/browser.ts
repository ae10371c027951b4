// The door of browsers: the parts that read no file. A page brings its own data (`batches` takes rows in memory).
export { type Batch, type Batches, type BatchOptions, batches } from './batches.ts';
export type { BinarisationOptions } from './binarisation.ts';
export { staticBinarisationSeed } from './binarisation-kinds.ts';
export { type Energy, energies } from './energies.ts';
export { binarised, type FixedImages } from './fixed-images.ts';
export type { ImageSet } from './image-set.ts';
export type { Moments, ParameterTensors, TargetDensity } from './targets/target-density.ts';
export { type TargetName, target, targets } from './targets/targets.ts';
export type { Toy } from './toys/toy.ts';
export { toys } from './toys/toys.ts';
