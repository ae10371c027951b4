export { type Batch, type Batches, type BatchOptions, batches } from './batches.ts';
export type { BinarisationOptions } from './binarisation.ts';
export { type Binarisation, binarisations, staticBinarisationSeed } from './binarisation-kinds.ts';
export { covariateMoments, covariateOf, type NamedCovariate, withCovariates } from './covariates/covariate-of.ts';
export { labelRows } from './covariates/label-rows.ts';
export { type Energy, energies } from './energies.ts';
export { binarised, type FixedImages } from './fixed-images.ts';
export type { KnownPart, KnownParts } from './formats/known-sets.ts';
export type { NamedArrays, OpenArraysOptions } from './formats/named-arrays.ts';
export { type ArrayFormat, type OpenedArrays, openArrays } from './formats/open-arrays.ts';
export { idxFolder } from './idx-folder.ts';
export type { ImageSet, ImageSplits, Split } from './image-set.ts';
export { meanImage } from './mean-image.ts';
export { mnist } from './mnist.ts';
export { type PictureOptions, type Pictures, readPictures } from './pictures/pictures.ts';
export { type DataRowsOptions, dataRows } from './sets/data-rows.ts';
export type {
  Covariate,
  DataColumn,
  DataDescription,
  DataSet,
  Origin,
  SplitName,
  ValueFacts,
  ValueForm,
} from './sets/data-set.ts';
export { splitNames, widthOfDatum } from './sets/data-set.ts';
export { type DataMoments, dataMoments } from './sets/moments.ts';
export { type DataOptions, type DataSetOptions, dataSet, openData } from './sets/open-data.ts';
export type { GivenArray, GivenData, GivenRows } from './sources/given-source.ts';
export { type ReaderResult, type ReaderRow, type ReaderTable, readerOf } from './sources/reader.ts';
export { kindOfSource } from './sources/source-kinds.ts';
export type { ElementType } from './stored/element-types.ts';
export type { StoredArray } from './stored/stored-array.ts';
export type { ColumnOptions, ColumnReference } from './tables/column-choice.ts';
export type { DialectOptions } from './tables/dialect.ts';
export { readTable, type Table, type TableColumn, type TableOptions } from './tables/table.ts';
export type { Moments, ParameterTensors, TargetDensity } from './targets/target-density.ts';
export { type TargetName, target, targets } from './targets/targets.ts';
export type { Toy } from './toys/toy.ts';
export { toys } from './toys/toys.ts';
export { checkValues, type DemandedVariable, type ValueDemand } from './values/value-check.ts';
