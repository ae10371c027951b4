// The one place that imports TensorFlow.js. tfjs-layers registers the gradients of all kernels; core alone has none.
import * as core from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';

core.enableProdMode(); // silences the banner and tfjs's own slow shape validation of every result

/** TensorFlow.js's core, with the gradients of all kernels and the backend in plain JavaScript. */
export const tf: typeof core = core;
/** TensorFlow.js's layers: `layers.layers.dense` and the like. */
export const layers: typeof tfLayers = tfLayers;
