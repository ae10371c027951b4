// The loss, one number for each point: Σ weight·y + weight·logDet. Checks differentiate it; this file has its gradients
// and its values at other inputs.
import { drawNormal, fold } from '@flowvae/random';
import { type Tensor, tf } from '@flowvae/tensor';
import type { Flow } from '../../flow.ts';
import { gradientsOf } from '../autodiff.ts';
import { evaluate, forwardOf, type Inputs } from '../drawn-inputs.ts';
import type { ForwardResult, Probe } from '../probe.ts';
import { evaluateEach, type Results, type RowMap, rowsOf } from '../stacked-inputs.ts';

/** Weights of y [B, D] and of logDet [B]. */
export interface LossWeights {
  readonly ofY: Float32Array;
  readonly ofLogDet: Float32Array;
}

/** Inputs for a probe, with the weights of its loss. */
export interface Weighted {
  readonly inputs: Inputs;
  readonly weights: LossWeights;
}

/**
 * Random weights, smaller for points with a steep loss, so that no point dominates a sum over points. A point's weights
 * are divided by the norm of its own gradient with respect to z if this exceeds 1. Undefined if the flow has no
 * gradients.
 */
export function lossWeights(probes: readonly Probe[]): LossWeights[] | undefined {
  const plain = probes.map(({ key, inputs }) => ({
    ofY: drawNormal(fold(key, 'weights of y'), inputs.z!.values.length),
    ofLogDet: drawNormal(fold(key, 'weights of logDet'), rowsOf(inputs)),
  }));
  const { flow } = probes[0]!;
  const weighted = probes.map(({ inputs }, i) => ({ inputs, weights: plain[i]! }));
  const gradients = lossGradients(flow, weighted, { names: ['z'] });
  return gradients?.map(({ z }, i) => {
    const { ofY, ofLogDet } = plain[i]!;
    const share = Array.from(ofLogDet, (_, point) => {
      const steepness = normOf(z!.subarray(point * flow.dim, (point + 1) * flow.dim));
      return steepness > 1 ? 1 / steepness : 1; // 1 also for NaN
    });
    return {
      ofY: ofY.map((weight, at) => weight * share[Math.floor(at / flow.dim)]!),
      ofLogDet: ofLogDet.map((weight, point) => weight * share[point]!),
    };
  });
}

export const normOf = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));

/** A request for gradients. */
interface GradientRequest {
  /** Default: towards all inputs. */
  readonly names?: readonly string[];
  /**
   * Whether parameters that all points share stay one row, so that TensorFlow.js adds their gradients. Default false.
   */
  readonly keepsBroadcast?: boolean;
}

/**
 * Gradients of the sum over all points with respect to inputs, each as large as its input; undefined if the flow has
 * none.
 */
export function lossGradients(
  flow: Flow,
  list: readonly Weighted[],
  { names = Object.keys(list[0]!.inputs), keepsBroadcast = false }: GradientRequest = {},
): Results[] | undefined {
  let isDifferentiable = true;
  const map: RowMap = ({ [OF_Y]: ofY, [OF_LOG_DET]: ofLogDet, ...tensors }) => {
    const loss = (...moved: Tensor[]): Tensor => {
      const given = Object.fromEntries(names.map((name, i) => [name, moved[i]!]));
      const { y, logDet } = forwardOf(flow)({ ...tensors, ...given });
      return tf.add(tf.sum(tf.mul(y, ofY!)), tf.sum(tf.mul(logDet, ofLogDet!)));
    };
    const found = gradientsOf(
      loss,
      names.map((name) => tensors[name]!),
    );
    isDifferentiable &&= found !== undefined;
    return Object.fromEntries(found?.map((gradient, i) => [names[i]!, gradient]) ?? []);
  };
  const asIs = list.map(({ inputs, weights: { ofY, ofLogDet } }) => ({
    ...inputs,
    [OF_Y]: { shape: inputs.z!.shape, values: ofY },
    [OF_LOG_DET]: { shape: [rowsOf(inputs)], values: ofLogDet },
  }));
  const { shared } = flow;
  // the gradient of an always shared parameter has one row: a stack of several inputs would add theirs
  const isStackable = !names.some((name) => shared?.includes(name));
  const results = isStackable
    ? evaluateEach(map, asIs, { shared, keepsBroadcast })
    : asIs.map((inputs) => evaluate(map, inputs));
  if (!isDifferentiable) return undefined;
  return results.map((result, i) =>
    Object.fromEntries(names.map((name) => [name, addedUp(result[name]!, list[i]!.inputs[name]!.values.length)])),
  );
}

/** Names of the weights among a map's inputs. */
const [OF_Y, OF_LOG_DET] = ['weights of y', 'weights of logDet'];

/** Rows that were repeated for every point, summed in float64. */
function addedUp(rows: Float32Array, size: number): Float32Array {
  if (rows.length === size) return rows;
  const sums = new Float64Array(size);
  rows.forEach((value, i) => {
    sums[i % size]! += value;
  });
  return Float32Array.from(sums);
}

/** Each point's loss in float64. */
export const pointLosses = (result: ForwardResult, weights: LossWeights) => termSums(result, weights, (term) => term);

/** The sum of the absolute terms of each point's loss, of which a float32 rounds a share of ε. */
export const pointMagnitudes = (result: ForwardResult, weights: LossWeights) => termSums(result, weights, Math.abs);

function termSums(
  { y, logDet }: ForwardResult,
  { ofY, ofLogDet }: LossWeights,
  of: (term: number) => number,
): number[] {
  const dim = ofY.length / ofLogDet.length;
  return Array.from(ofLogDet, (weight, point) => {
    let sum = of(weight * logDet[point]!);
    for (let d = 0; d < dim; d++) sum += of(ofY[point * dim + d]! * y[point * dim + d]!);
    return sum;
  });
}

/** Each point's loss at each of several inputs. */
export function lossesAt(flow: Flow, list: readonly Weighted[]): number[][] {
  const results = evaluateEach(
    forwardOf(flow),
    list.map(({ inputs }) => inputs),
    { shared: flow.shared },
  );
  return results.map((result, i) => pointLosses(result as unknown as ForwardResult, list[i]!.weights));
}
