// All tfjs kernels without a lowering, with the reason. `tsc` fails for a kernel in neither table or in both.
import type { KernelName } from './lowering.ts';
import type { lowerings } from './table.ts';

const COMPLEX = 'complex numbers: ONNX Runtime has no complex64';
const STRINGS = 'strings: a graph holds numbers';
const VALUES = 'the shape of its result depends on values';
const PIXELS = 'reads or writes a canvas';
const NEVER_CALLED = 'tfjs composes the operation of other kernels';
/** Could be lowered, and is not: tfjs's tests of these kernels count as failed. */
export const NO_LOWERING_YET = 'no lowering yet';

type Unsupported = Exclude<KernelName, keyof typeof lowerings>;

export const unsupportedKernels: Readonly<Record<Unsupported, string>> = {
  BitwiseAnd: NO_LOWERING_YET,
  BroadcastArgs: NO_LOWERING_YET,
  Complex: COMPLEX,
  ComplexAbs: COMPLEX,
  Draw: PIXELS,
  FFT: COMPLEX,
  FromPixels: PIXELS,
  IFFT: COMPLEX,
  Imag: COMPLEX,
  LowerBound: NEVER_CALLED,
  MatrixBandPart: NEVER_CALLED,
  Multinomial: 'random numbers inside a kernel',
  NonMaxSuppressionV3: VALUES,
  NonMaxSuppressionV4: VALUES,
  NonMaxSuppressionV5: VALUES,
  Pool: NEVER_CALLED,
  RaggedGather: VALUES,
  RaggedRange: VALUES,
  RaggedTensorToTensor: VALUES,
  Real: COMPLEX,
  SparseFillEmptyRows: VALUES,
  SparseReshape: VALUES,
  SparseSegmentMean: VALUES,
  SparseSegmentSum: VALUES,
  StaticRegexReplace: STRINGS,
  StringNGrams: STRINGS,
  StringSplit: STRINGS,
  StringToHashBucketFast: STRINGS,
  Transform: NO_LOWERING_YET,
  Unique: VALUES,
  UpperBound: NEVER_CALLED,
};
