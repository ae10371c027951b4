// tf.layers, unmodified: results and gradients of each layer compiled as on tfjs-cpu.
import { compile, runCounter } from '@flowvae/compiler';
import { layers, type NamedVariables, type Scalar, type Tensor, tf, type Variable } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';

type Layer = ReturnType<typeof layers.layers.dense>;

const { layers: make } = layers;
const IMAGE = [2, 6, 5, 3];
const SERIES = [2, 7, 3];
const VOLUME = [1, 4, 5, 4, 2];

/** All of them; the types of tf.layers forget logSoftmax. */
const activations = [
  'elu',
  'relu',
  'relu6',
  'selu',
  'sigmoid',
  'logSoftmax',
  'softmax',
  'softplus',
  'softsign',
  'tanh',
  'hardSigmoid',
  'linear',
  'swish',
  'mish',
  'gelu',
  'gelu_new',
] as const;

type LayerCase = readonly [shape: readonly number[], layer: () => unknown, noGradient?: string];

const cases: Readonly<Record<string, LayerCase>> = {
  dense: [[3, 4], () => make.dense({ units: 5, activation: 'tanh' })],
  'dense of images': [IMAGE, () => make.dense({ units: 2, activation: 'relu' })],
  ...Object.fromEntries(
    activations.map((activation) => [
      `activation ${activation}`,
      [[3, 4], () => make.activation({ activation: activation as 'softmax' })],
    ]),
  ),
  reLU: [IMAGE, () => make.reLU({ maxValue: 1 })],
  leakyReLU: [IMAGE, () => make.leakyReLU({ alpha: 0.2 })],
  prelu: [IMAGE, () => make.prelu({ sharedAxes: [1, 2] })],
  eLU: [IMAGE, () => make.elu()],
  thresholdedReLU: [IMAGE, () => make.thresholdedReLU({ theta: 0.3 }), 'tfjs has no gradient of its Greater'],
  'softmax layer': [SERIES, () => make.softmax({ axis: -1 })],
  conv1d: [SERIES, () => make.conv1d({ filters: 2, kernelSize: 3, padding: 'same', activation: 'relu' })],
  conv2d: [IMAGE, () => make.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', activation: 'elu' })],
  'conv2d without bias': [IMAGE, () => make.conv2d({ filters: 2, kernelSize: [2, 3], useBias: false })],
  'conv2d, channels first': [
    [2, 3, 6, 5],
    () => make.conv2d({ filters: 2, kernelSize: 3, dataFormat: 'channelsFirst' }),
  ],
  conv2dTranspose: [IMAGE, () => make.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'same' })],
  'conv2dTranspose, valid': [IMAGE, () => make.conv2dTranspose({ filters: 2, kernelSize: 3, activation: 'sigmoid' })],
  separableConv2d: [
    IMAGE,
    () => make.separableConv2d({ filters: 4, kernelSize: 3, depthMultiplier: 2, activation: 'relu' }),
  ],
  depthwiseConv2d: [
    IMAGE,
    () => make.depthwiseConv2d({ kernelSize: 3, strides: 2, depthMultiplier: 2, padding: 'same' }),
  ],
  conv3d: [VOLUME, () => make.conv3d({ filters: 2, kernelSize: 2, padding: 'same', activation: 'relu' })],
  conv3dTranspose: [
    VOLUME,
    () => make.conv3dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'same' }),
    'tfjs has none',
  ],
  upSampling2d: [[1, 6, 5, 3], () => make.upSampling2d({ size: [2, 3] })],
  'upSampling2d, bilinear': [[1, 4, 4, 2], () => make.upSampling2d({ size: [2, 2], interpolation: 'bilinear' })],
  zeroPadding2d: [
    IMAGE,
    () =>
      make.zeroPadding2d({
        padding: [
          [1, 0],
          [2, 1],
        ],
      }),
  ],
  cropping2D: [
    IMAGE,
    () =>
      make.cropping2D({
        cropping: [
          [1, 2],
          [0, 1],
        ],
      }),
  ],
  maxPooling1d: [SERIES, () => make.maxPooling1d({ poolSize: 2, padding: 'same' })],
  averagePooling1d: [SERIES, () => make.averagePooling1d({ poolSize: 3, strides: 2 })],
  maxPooling2d: [IMAGE, () => make.maxPooling2d({ poolSize: 2 })],
  averagePooling2d: [IMAGE, () => make.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' })],
  maxPooling3d: [VOLUME, () => make.maxPooling3d({ poolSize: 2, padding: 'same' })],
  averagePooling3d: [VOLUME, () => make.averagePooling3d({ poolSize: 2 })],
  globalMaxPooling1d: [SERIES, () => make.globalMaxPooling1d({})],
  globalAveragePooling1d: [SERIES, () => make.globalAveragePooling1d({})],
  globalMaxPooling2d: [IMAGE, () => make.globalMaxPooling2d({})],
  globalAveragePooling2d: [IMAGE, () => make.globalAveragePooling2d({})],
  batchNormalization: [IMAGE, () => make.batchNormalization({})],
  'batchNormalization of rows': [[4, 3], () => make.batchNormalization({})],
  'batchNormalization without scale': [
    [4, 3],
    () => make.batchNormalization({ scale: false }),
    'tfjs differentiates with all parts only',
  ],
  layerNormalization: [SERIES, () => make.layerNormalization({})],
  'layerNormalization, two axes': [IMAGE, () => make.layerNormalization({ axis: [2, 3] })],
  embedding: [[2, 3], () => make.embedding({ inputDim: 4, outputDim: 2 })],
  repeatVector: [[2, 3], () => make.repeatVector({ n: 4 })],
  reshape: [IMAGE, () => make.reshape({ targetShape: [5, 18] })],
  permute: [IMAGE, () => make.permute({ dims: [3, 1, 2] })],
  flatten: [IMAGE, () => make.flatten()],
};

const TOLERANCE = 5e-5;

/** Values without pattern and all different from each other, within ±1. */
const values = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin(12.9898 * (i + 1) + 7 * seed));

/** A built layer whose weights are far from their start; all positive where they are variances. */
function built(create: () => unknown, shape: readonly number[]): Layer {
  const layer = create() as Layer;
  layer.apply(tf.zeros([...shape]));
  const weights = layer.getWeights().map((weight, i) => {
    const array = values(weight.size, i + 1);
    const name = layer.weights[i]!.originalName;
    return tf.tensor(name.includes('variance') ? array.map((x) => x * x + 0.3) : array, weight.shape);
  });
  layer.setWeights(weights);
  return layer;
}

const variablesOf = (layer: Layer): NamedVariables =>
  Object.fromEntries(layer.weights.map((weight, i) => [`weight ${i}`, weight.read() as Variable]));

interface Wanted {
  readonly input: boolean;
  readonly weights: boolean;
}

/** The result, and the gradients of its weighted sum for the input and the trainable weights. */
function step(layer: Layer, x: Tensor, wanted: Wanted): Record<string, Tensor> {
  const y = layer.apply(x) as Tensor;
  const weighted = (result: Tensor) =>
    tf.sum(tf.mul(result, tf.reshape(tf.tensor1d(values(result.size, 5)), result.shape)));
  const trainable = layer.trainableWeights.map((weight) => weight.read() as Variable);
  const outputs: Record<string, Tensor> = { y };
  if (wanted.input) outputs.dx = tf.grad((a: Tensor) => weighted(layer.apply(a) as Tensor))(x);
  if (trainable.length === 0 || !wanted.weights) return outputs;
  const { grads } = tf.variableGrads(() => weighted(layer.apply(x) as Tensor) as Scalar, trainable);
  for (const [i, { name }] of trainable.entries()) outputs[`dw ${i}`] = grads[name]!;
  return outputs;
}

describe('a layer compiled', () => {
  it.each(Object.entries(cases))('%s', async (name, [shape, create, noGradient]) => {
    const size = shape.reduce((a, b) => a * b);
    const indices = name === 'embedding';
    const wanted = { input: !indices && noGradient === undefined, weights: noGradient === undefined };
    const x = indices ? Float32Array.from({ length: size }, (_, i) => (i * 3) % 4) : values(size, 0);
    const layer = built(create, shape);
    const eager = tf.tidy(() => step(layer, tf.tensor(x, [...shape]), wanted));
    const variables = variablesOf(layer);
    const compiled = compile((inputs) => step(layer, inputs.x!, wanted), { variables });
    const executable = await compiled.specialise({ x: shape });
    const weights = Object.fromEntries(
      Object.entries(variables).map(([key, w]) => [key, w.dataSync() as Float32Array]),
    );
    const before = runCounter.runs;
    const results = await executable.run({ x, ...weights });
    expect(runCounter.runs).toBe(before + 1);
    expect(Object.keys(results)).toEqual(Object.keys(eager));
    for (const [key, expected] of Object.entries(eager)) {
      expect(executable.graph.outputs.find((output) => output.name === key)!.value.shape).toEqual(expected.shape);
      const want = expected.dataSync();
      results[key]!.forEach((number, i) => {
        expect(Math.abs(number - want[i]!), `${key}[${i}]: ${number}, eager ${want[i]}`).toBeLessThan(
          TOLERANCE * Math.max(1, Math.abs(want[i]!)),
        );
      });
    }
    tf.dispose(eager);
    layer.dispose();
    await compiled.dispose();
  });
});
