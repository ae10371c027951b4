export { type Batch, type Batches, type BatchOptions, batches } from './batches.ts';
export { type Binarisation, type BinarisationOptions, binarisations, staticBinarisationSeed } from './binarisation.ts';
export { binarised, type FixedImages } from './fixed-images.ts';
export { idxFolder } from './idx-folder.ts';
export type { ImageSet, ImageSplits, Split } from './image-set.ts';
export { meanImage } from './mean-image.ts';
export { mnist } from './mnist.ts';
