// Dropout of tf.layers with its noise as an argument: inside a traced step nothing may draw random numbers.
import { ExpectationError, elementCount, type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { type AnyLayer, layersWithin } from './variable-names.ts';

/** The part of tf.layers' dropout layers that drops. */
interface DropoutLayer {
  readonly rate: number;
  call(inputs: Tensor | Tensor[], kwargs: unknown): Tensor | Tensor[];
  getNoiseShape(input: Tensor): readonly number[] | undefined | null;
}

const DROPOUTS = new Set(['Dropout', 'SpatialDropout1D']);
/** Layers that draw in another way. */
const OTHER_NOISE = new Set(['GaussianNoise', 'GaussianDropout', 'AlphaDropout']);

/** The model's dropout layers, whose noise this module can give. */
export function dropoutsIn(model: AnyLayer): readonly DropoutLayer[] {
  const all = layersWithin(model);
  const other = all.find((layer) => OTHER_NOISE.has(layer.getClassName()));
  if (other) {
    throw new ExpectationError({
      where: `network: layer ${other.name}`,
      expected: 'dropout as the only random layer',
      received: other.getClassName(),
      remedy: 'take layers.dropout, whose noise is an argument',
    });
  }
  return all
    .filter((layer) => DROPOUTS.has(layer.getClassName()))
    .map((layer) => layer as unknown as DropoutLayer)
    .filter(({ rate }) => rate > 0 && rate < 1);
}

/** A dropout's call: from its input to its result. */
type Call = (layer: DropoutLayer, x: Tensor) => Tensor;

/** Runs a function while dropout layers call another one. */
function replaced<T>(layers: readonly DropoutLayer[], call: Call, run: () => T): T {
  for (const layer of layers) layer.call = (inputs) => call(layer, Array.isArray(inputs) ? inputs[0]! : inputs);
  try {
    return run();
  } finally {
    // the method of the class shows again
    for (const layer of layers) Reflect.deleteProperty(layer, 'call');
  }
}

/** Shape of the noise without the batch; sizes of 1 share a number. */
function noiseShape(layer: DropoutLayer, { shape }: Tensor, input: Tensor): readonly number[] {
  const [first, ...rest] = layer.getNoiseShape(input) ?? shape;
  if (first === shape[0]) return rest;
  throw new ExpectationError({
    where: 'network: dropout',
    expected: 'noise of its own for each row: noiseShape: [null, …]',
    received: `noiseShape: [${first}, …]`,
  });
}

/** Uniform numbers that one row needs; `run` applies the model to two rows. */
export function dropoutWidth(layers: readonly DropoutLayer[], run: () => void): number {
  let width = 0;
  const measure: Call = (layer, x) => {
    width += elementCount(noiseShape(layer, x, x));
    return x;
  };
  if (layers.length > 0) replaced(layers, measure, run);
  return width;
}

/**
 * Runs a model with its dropouts dropping by uniform noise u [B, n]: x·[u ≥ rate]/(1 − rate). Each call takes the next
 * columns of the noise.
 */
export function dropping<T>(layers: readonly DropoutLayer[], noise: Tensor2D, run: () => T): T {
  let from = 0;
  const drop: Call = (layer, x) => {
    const shape = noiseShape(layer, x, x);
    const width = elementCount(shape);
    const columns = tf.slice(noise, [0, from], [-1, width]);
    from += width;
    const kept = tf.cast(tf.greaterEqual(tf.reshape(columns, [-1, ...shape]), layer.rate), 'float32');
    return tf.mul(x, tf.div(kept, 1 - layer.rate));
  };
  return replaced(layers, drop, run);
}
