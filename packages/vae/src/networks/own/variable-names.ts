// Names for the variables of a tf.layers model that depend on the model alone, not on the models built before it.
import type { layers, NamedVariables, Variable } from '@flowvae/tensor';

/** Any layer of tf.layers. */
export type AnyLayer = ReturnType<typeof layers.layers.dense>;

/** A variable, its path, and the layer that holds it. */
export interface NamedWeight {
  readonly path: string;
  readonly variable: Variable;
  /** Its name within the layer, e.g. `kernel`. */
  readonly name: string;
  readonly layer: AnyLayer;
}

const kebab = (name: string) => name.replace(/(?<=[a-z0-9])(?=[A-Z][a-z])/g, '-').toLowerCase();

const snake = (name: string) =>
  name
    .replace(/(.)([A-Z][a-z0-9]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

/**
 * Whether tf.layers made up a layer's name: it then is `dense_Dense3`, the class twice and a number that counts all
 * layers of the process; of a sequential model `sequential_2`.
 */
function isMadeUp(layer: AnyLayer): boolean {
  const className = layer.getClassName();
  const prefixes = [`${snake(className)}_${className}`, `${snake(className)}_`, 'model'];
  return prefixes.some((prefix) => layer.name.startsWith(prefix) && /^\d+$/.test(layer.name.slice(prefix.length)));
}

/** A layer inside another one, with the name that the outer one gives it. */
interface Part {
  readonly layer: AnyLayer;
  readonly role?: string;
}

/** The layers of a model, the one that a wrapper holds, and both directions of a bidirectional layer. */
function partsOf(layer: AnyLayer): readonly Part[] {
  const { layers, forwardLayer, backwardLayer, layer: wrapped } = layer as unknown as Partial<Holder>;
  if (forwardLayer && backwardLayer) {
    return [
      { layer: forwardLayer, role: 'forward' },
      { layer: backwardLayer, role: 'backward' },
    ];
  }
  if (wrapped) return [{ layer: wrapped, role: kebab(wrapped.getClassName()) }];
  return layers?.map((part) => ({ layer: part })) ?? [];
}

/** Fields in which layers of tf.layers hold others. */
interface Holder {
  readonly layers: readonly AnyLayer[];
  readonly layer: AnyLayer;
  readonly forwardLayer: AnyLayer;
  readonly backwardLayer: AnyLayer;
}

/** All layers of a model, those inside other layers too. */
export const layersWithin = (layer: AnyLayer): AnyLayer[] => [
  layer,
  ...partsOf(layer).flatMap((part) => layersWithin(part.layer)),
];

const isInput = (layer: AnyLayer) => layer.getClassName() === 'InputLayer';

/**
 * All weights of a model, in the order of its layers. A layer is called by the name that its maker gave it, or by its
 * place among the layers and its class: `2-conv2d/kernel`. Equal names within one layer are counted: `kernel-2`.
 */
export function namedWeights(model: AnyLayer): readonly NamedWeight[] {
  const weights: NamedWeight[] = [];
  const taken = new Set<string>();
  const free = (path: string) => {
    let [name, count] = [path, 1];
    while (taken.has(name)) name = `${path}-${++count}`;
    taken.add(name);
    return name;
  };
  const add = (layer: AnyLayer, prefix: string) => {
    const parts = partsOf(layer).filter((part) => !isInput(part.layer));
    const inner = new Set(parts.flatMap((part) => part.layer.weights));
    parts.forEach(({ layer: part, role }, i) => {
      const own = isMadeUp(part) ? `${i + 1}-${kebab(part.getClassName())}` : part.name;
      add(part, `${prefix}${role ?? own}/`);
    });
    for (const weight of layer.weights) {
      const variable = weight.read() as Variable;
      if (inner.has(weight) || weights.some((known) => known.variable === variable)) continue;
      const name = weight.originalName.split('/').at(-1)!;
      weights.push({ path: free(prefix + name), variable, name, layer });
    }
  };
  add(model, '');
  return weights;
}

/** The variables of named weights. */
export const variablesOf = (weights: readonly NamedWeight[]): NamedVariables =>
  Object.fromEntries(weights.map(({ path, variable }) => [path, variable]));
