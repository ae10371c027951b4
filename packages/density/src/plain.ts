// A second door, for programs that must not load TensorFlow.js: the names of densities' parts.
export { type PictureFlowName, pictureFlowNames } from './flows/picture-flow-names.ts';
export { type DequantisationName, dequantisationNames, EXACT } from './names.ts';
