// Which layer of a flow is the first whose values, inverse or gradients leave the finite numbers.
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { chain } from '../compose/chain.ts';
import {
  type Flow,
  type InvertibleFlow,
  isInvertible,
  type Layer,
  type ParamShapes,
  type Params,
  singleLayers,
} from '../flow.ts';
import { gradientsOf } from './autodiff.ts';
import { firstNonFinite } from './first-non-finite.ts';
import { jacobiansOf } from './jacobian.ts';

/** Condition κ up to which points should have an inverse in float32: above it, rounding of J alone determines J⁻¹. */
const LARGEST_CONDITION = 1e6;

/**
 * Elements of J⁻¹ up to which float32 holds their products in gradients; κ does not show those of a triangular matrix.
 */
const LARGEST_INVERSE = 1e9;

type Tensors = Readonly<Record<string, Tensor>>;

/** A map of points, with parameters, to named results. */
type PointMap = (params: Params<ParamShapes>, points: Tensor2D) => Tensors;

/**
 * Coordinates up to which a layer must be finite; earlier layers, such as inverses of steep layers, may make larger
 * ones from usual points.
 */
const LARGEST_POINT = 1e9;

/**
 * The first result that is not finite, as `<name> of <layer> is <value>`: values, then the gradients of the forward
 * map, the inverse at the y of the forward map, and the inverse's gradients.
 *
 * If the flow as a whole is not finite, each layer is checked by itself, at points up to 1e9. If all layers are finite,
 * but not their composition, nothing is wrong: over many layers, a product of steep slopes, or rounding amplified by
 * inverses, may leave float32. The same holds for the inverse at points where J is singular to float32, such as a
 * triangular matrix of many large elements, or where J⁻¹ nearly leaves float32. If an inverse uses operations that
 * TensorFlow.js cannot differentiate, it has no gradients to check.
 */
export function firstBroken(flow: Flow, params: Params<ParamShapes>, z: Tensor2D): string | undefined {
  return read(() => {
    const broken = inLayer({ name: flow.name, flow, params }, z);
    const layers = singleLayers(flow, params);
    if (!broken || layers.length === 1) return broken;
    return alongLayers(layers, z) ?? (inLayer(composed(layers), z) ? undefined : broken);
  });
}

const sentence = (what: string, layer: string, value: number) => `${what} of ${layer} is ${value}`;

/** A result without tensors; all tensors of the computation are freed. */
function read<T>(compute: () => T): T {
  let result: { readonly of: T } | undefined;
  tf.tidy(() => {
    result = { of: compute() };
  });
  return result!.of;
}

function alongLayers(layers: readonly Layer[], z: Tensor2D): string | undefined {
  let point = z;
  for (const layer of layers) {
    const broken = inLayer(layer, point);
    if (broken) return broken;
    point = withinReach(layer.flow.forward(layer.params, point).y, z);
  }
  return undefined;
}

/** Points outside the range start again from their first place. */
function withinReach(points: Tensor2D, start: Tensor2D): Tensor2D {
  const isNear = tf.all(tf.lessEqual(tf.abs(points), LARGEST_POINT), 1, true); // no NaN is near
  return tf.where(tf.tile(isNear, [1, points.shape[1]]), points, start) as Tensor2D;
}

/** The layers one after the other, as one plain layer. */
function composed(layers: readonly Layer[]): Layer {
  const params = layers.flatMap((layer, i) =>
    Object.entries(layer.params).map(([name, value]) => [`${i}.${name}`, value] as const),
  );
  return { name: 'composed', flow: chain(layers.map(({ flow }) => flow)), params: Object.fromEntries(params) };
}

/** Checks all results of one layer at points. */
function inLayer(layer: Layer, z: Tensor2D): string | undefined {
  const { name, flow, params } = layer;
  const value = firstNonFinite(flow, params, z);
  if (value) return sentence(value.tensor, value.layer === flow.name ? name : value.layer, value.value);
  const forward: PointMap = (given, points) => ({ ...flow.forward(given, points) });
  const found = culprit(name, 'the gradient towards', gradients(forward, params, 'z', z));
  if (found || !isInvertible(flow) || !ofInverse(flow, layer, z)) return found;
  const rows = invertibleRows(layer, z);
  return rows.length > 0 ? ofInverse(flow, atRows(layer, rows), tf.gather(z, rows)) : undefined;
}

/** The layer at some of the points, with these points' own parameters. */
function atRows({ params, ...layer }: Layer, rows: number[]): Layer {
  const given = Object.entries(params).map(
    ([name, value]) => [name, value.shape[0] === 1 ? value : tf.gather(value, rows)] as const,
  );
  return { ...layer, params: Object.fromEntries(given) };
}

function ofInverse(flow: InvertibleFlow, { name, params }: Layer, z: Tensor2D): string | undefined {
  const { y } = flow.forward(params, z);
  const inverse: PointMap = (given, points) => ({ ...flow.inverse(given, points) });
  return (
    culprit(name, "the inverse's", inverse(params, y)) ??
    culprit(name, "the inverse's gradient towards", gradients(inverse, params, 'y', y))
  );
}

/** Points at which J is not singular to float32. */
function invertibleRows({ flow, params }: Layer, z: Tensor2D): number[] {
  const inputs = Object.entries({ ...params, z }).map(([name, tensor]) => {
    return [name, { shape: tensor.shape, values: tensor.dataSync<'float32'>() }] as const;
  });
  return jacobiansOf(flow, [Object.fromEntries(inputs)])[0]!.flatMap(({ condition, inverse }, row) =>
    condition <= LARGEST_CONDITION && inverse.every((element) => Math.abs(element) <= LARGEST_INVERSE) ? [row] : [],
  );
}

function culprit(layer: string, kind: string, tensors: Tensors): string | undefined {
  for (const [name, tensor] of Object.entries(tensors)) {
    const value = tensor.dataSync().find((element) => !Number.isFinite(element));
    if (value !== undefined) return sentence(`${kind} ${name}`, layer, value);
  }
  return undefined;
}

/**
 * Gradients of the sum of all results with respect to the points and every parameter; empty if an operation has no
 * gradient.
 */
function gradients(map: PointMap, params: Params<ParamShapes>, pointName: string, points: Tensor2D): Tensors {
  const names = Object.keys(params);
  const loss = (...[at, ...values]: Tensor[]): Tensor => {
    const given = Object.fromEntries(names.map((name, i) => [name, values[i]!]));
    const sums = Object.values(map(given, at as Tensor2D)).map((result): Tensor => tf.sum(result));
    return sums.reduce((total, sum) => tf.add(total, sum));
  };
  const found = gradientsOf(loss, [points, ...names.map((name) => params[name]!)]);
  return found ? Object.fromEntries([pointName, ...names].map((name, i) => [name, found[i]!])) : {};
}
