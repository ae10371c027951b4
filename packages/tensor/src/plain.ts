// A second door, for programs that must not load TensorFlow.js: errors, formulas, corrections of mistyped names,
// sizes of shapes, and safetensors files.
export { type Expectation, ExpectationError } from './expectation-error.ts';
export { type FormulaArgument, FormulaCursor } from './formula-cursor.ts';
export { didYouMean, nearestName } from './nearest-name.ts';
export { decodeSafetensors } from './safetensors/decode.ts';
export { encodeSafetensors } from './safetensors/encode.ts';
export { readSafetensorsHeader, safetensorsHeaderEnd, type TensorPlace } from './safetensors/header.ts';
export { elementCount } from './shape.ts';
