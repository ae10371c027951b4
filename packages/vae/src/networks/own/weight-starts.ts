// The start of a tf.layers model's weights: from the distributions that its layers name, drawn from a key.
import type { Initialisation } from '@flowvae/flows';
import { drawNormal, drawUniform, fold, type Key } from '@flowvae/random';
import { ExpectationError } from '@flowvae/tensor';
import { assign, biasStart, type Fans, kernelStart, uniformWithin } from '../weights.ts';
import type { AnyLayer, NamedWeight } from './variable-names.ts';

/** The class and the settings of an initialiser of tf.layers. */
interface Initialiser {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}

interface TfInitialiser {
  getClassName(): string;
  getConfig(): Readonly<Record<string, unknown>>;
}

/** A weight `depthwise_kernel` starts by the layer's field `depthwiseInitializer`. */
function initialiserOf({ layer, name }: NamedWeight): Initialiser | undefined {
  const camel = (text: string) => text.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const fields = [name, name.replace(/_kernel$/, '')].map((each) => `${camel(each)}Initializer`);
  const holders = [layer, (layer as unknown as { cell?: AnyLayer }).cell];
  for (const holder of holders) {
    for (const field of fields) {
      const found = (holder as unknown as Record<string, TfInitialiser | undefined> | undefined)?.[field];
      if (found) return { className: found.getClassName(), config: found.getConfig() };
    }
  }
  return undefined;
}

/** Fans of a kernel [..window, from, to]. */
function fansOf(shape: readonly number[]): Fans {
  const window = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  if (shape.length < 2) return { fanIn: shape[0] ?? 1, fanOut: shape[0] ?? 1 };
  return { fanIn: window * shape.at(-2)!, fanOut: window * shape.at(-1)! };
}

/** N(mean, deviation²) without its tails beyond two deviations: normals that lie there are drawn again. */
function truncatedNormal(key: Key, size: number, { mean = 0, deviation }: { mean?: number; deviation: number }) {
  const values = new Float32Array(size);
  for (let filled = 0, round = 0; filled < size; round++) {
    for (const normal of drawNormal(fold(key, round), size - filled)) {
      if (Math.abs(normal) <= 2) values[filled++] = mean + deviation * normal;
    }
  }
  return values;
}

/** Initialisers that draw nothing: the values that the layer was built with stay. */
const FIXED = new Set(['Zeros', 'Ones', 'Constant', 'Identity']);

type Draw = (key: Key, shape: readonly number[], config: Readonly<Record<string, unknown>>) => Float32Array;

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/** tf.layers' random initialisers, by class; each means the distribution of the same name. */
const draws: Readonly<Record<string, Draw>> = {
  RandomUniform(key, shape, { minval, maxval }) {
    const [from, to] = [minval as number, maxval as number];
    return drawUniform(key, sizeOf(shape)).map((value) => from + (to - from) * value);
  },
  RandomNormal: (key, shape, { mean, stddev }) =>
    drawNormal(key, sizeOf(shape)).map((value) => (mean as number) + (stddev as number) * value),
  TruncatedNormal: (key, shape, { mean, stddev }) =>
    truncatedNormal(key, sizeOf(shape), { mean: mean as number, deviation: stddev as number }),
  VarianceScaling(key, shape, { scale, mode, distribution }) {
    const { fanIn, fanOut } = fansOf(shape);
    const fans: Readonly<Record<string, number>> = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 };
    const variance = (scale as number) / Math.max(1, fans[mode as string]!);
    return distribution === 'normal'
      ? truncatedNormal(key, sizeOf(shape), { deviation: Math.sqrt(variance) })
      : uniformWithin(Math.sqrt(3 * variance), key, sizeOf(shape));
  },
};

/** How weights start. */
export interface Starts {
  readonly key: Key;
  /** The distribution of all kernels and biases; absent: those that the layers name. */
  readonly initialisation?: Initialisation | undefined;
}

/**
 * Gives every weight that its layer would draw a start from the key and its path; constants stay.
 *
 * @throws ExpectationError for an initialiser that is not known
 */
export function startWeights(weights: readonly NamedWeight[], { key, initialisation }: Starts): void {
  const fansOfLayer = new Map<AnyLayer, Fans>();
  for (const weight of weights) {
    const { path, variable, name, layer } = weight;
    const own = fold(key, path);
    if (initialisation !== undefined && name.endsWith('kernel')) {
      const fans = fansOf(variable.shape);
      fansOfLayer.set(layer, fans);
      assign(variable, kernelStart(initialisation, own, variable.size, fans));
    } else if (initialisation !== undefined && name === 'bias' && fansOfLayer.has(layer)) {
      assign(variable, biasStart(initialisation, own, variable.size, fansOfLayer.get(layer)!));
    } else {
      const values = drawnBy(weight, own);
      if (values) assign(variable, values);
    }
  }
}

/** Values by the layer's own initialiser; undefined: the values stay. */
function drawnBy(weight: NamedWeight, key: Key): Float32Array | undefined {
  const initialiser = initialiserOf(weight);
  if (initialiser && FIXED.has(initialiser.className)) return undefined;
  const draw = initialiser && draws[initialiser.className];
  if (draw) return draw(key, weight.variable.shape, initialiser.config);
  throw new ExpectationError({
    where: `network: ${weight.path}`,
    expected: `an initialiser among ${[...FIXED, ...Object.keys(draws)].join(', ')}`,
    received: initialiser?.className ?? 'none in a field of the layer',
    remedy: 'pass { keepWeights: true } and give the weights their start yourself',
  });
}
