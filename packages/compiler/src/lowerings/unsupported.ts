// Every kernel of tfjs that has no lowering, and why. `tsc` fails where a kernel is in neither table, or in both.
import type { KernelName } from './lowering.ts';
import type { lowerings } from './table.ts';

const COMPLEX = 'complex numbers: ONNX Runtime has no complex64';
const STRINGS = 'strings: a graph holds numbers';
const VALUES = 'the shape of its result depends on values';
const PIXELS = 'reads or writes a canvas';
const TODO = 'no lowering yet';

type Unsupported = Exclude<KernelName, keyof typeof lowerings>;

export const unsupportedKernels: Readonly<Record<Unsupported, string>> = {
  BitwiseAnd: TODO,
  BroadcastArgs: TODO,
  Complex: COMPLEX,
  ComplexAbs: COMPLEX,
  CropAndResize: TODO,
  Dilation2D: TODO,
  Dilation2DBackpropFilter: TODO,
  Dilation2DBackpropInput: TODO,
  Draw: PIXELS,
  FFT: COMPLEX,
  FromPixels: PIXELS,
  IFFT: COMPLEX,
  Imag: COMPLEX,
  LowerBound: TODO,
  MatrixBandPart: TODO,
  Multinomial: 'random numbers inside a kernel',
  NonMaxSuppressionV3: VALUES,
  NonMaxSuppressionV4: VALUES,
  NonMaxSuppressionV5: VALUES,
  Pool: TODO,
  RaggedGather: VALUES,
  RaggedRange: VALUES,
  RaggedTensorToTensor: VALUES,
  Real: COMPLEX,
  RotateWithOffset: TODO,
  SparseFillEmptyRows: VALUES,
  SparseReshape: VALUES,
  SparseSegmentMean: VALUES,
  SparseSegmentSum: VALUES,
  StaticRegexReplace: STRINGS,
  StringNGrams: STRINGS,
  StringSplit: STRINGS,
  StringToHashBucketFast: STRINGS,
  Transform: TODO,
  Unique: VALUES,
  UpperBound: TODO,
};
