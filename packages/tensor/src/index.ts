export type * as tfjs from '@tensorflow/tfjs-core'; // all its types, under one name: `Optimizer` there is not ours
export type {
  DataType,
  Rank,
  Scalar,
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  Tensor5D,
  TensorInfo,
  Variable,
} from '@tensorflow/tfjs-core';
export type { LayersModel } from '@tensorflow/tfjs-layers';
export { refuseAssignments } from './assignment-guard.ts';
export { checkCount } from './count.ts';
export { type DataPoints, dataPoints } from './data-points.ts';
export { type EagerBackend, startEagerBackend } from './eager-backend.ts';
export { type Expectation, ExpectationError } from './expectation-error.ts';
export { type FormulaArgument, FormulaCursor } from './formula-cursor.ts';
export {
  callKernel,
  countKernelsOf,
  declaredKernels,
  declareKernels,
  hasKernel,
  type KernelDescriptor,
  prefersFewKernels,
} from './kernel.ts';
export { assignParameters, type NamedVariables, parameterCount, underPrefixes } from './named-variables.ts';
export { repeatRows, rowsFor } from './row-groups.ts';
export {
  covariateParts,
  namedInputs,
  partOfRow,
  type RowLayout,
  type RowPart,
  rowLayout,
  widthOfRow,
} from './row-layout.ts';
export {
  type ArrayOfDtype,
  type DecodeSafetensorsOptions,
  decodeSafetensors,
  decodeTypedSafetensors,
  type TypedTensor,
  type TypedTensors,
} from './safetensors/decode.ts';
export type { Dtype } from './safetensors/dtype.ts';
export {
  encodeSafetensors,
  layOutSafetensors,
  type SafetensorsLayout,
  safetensorsParts,
} from './safetensors/encode.ts';
export { readSafetensorsHeader, type SafetensorsHeader, type TensorPlace } from './safetensors/header.ts';
export type { StoredTensor, StoredTensors } from './safetensors/stored-tensors.ts';
export { type Axis, checkParam, checkShape, elementCount, ShapeError } from './shape.ts';
export { layers, tf } from './tensorflow.ts';
