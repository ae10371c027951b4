// One number for each point, Σ weight·y + weight·logDet: what gradients are checked of, its gradients, and its values at moved inputs.
import { drawNormal, fold } from '@flowvae/random';
import { type Tensor, tf } from '@flowvae/tensor';
import { evaluate, forwardOf, type Inputs, repeatRows } from './drawn-inputs.ts';
import type { ForwardResult, Probe } from './probe.ts';

/** Weights of y [B, D] and of logDet [B]. */
interface LossWeights {
  readonly ofY: Float32Array;
  readonly ofLogDet: Float32Array;
}

/**
 * Random weights, smaller for points where the loss is steep: where points are added up, none of them decides alone. A point's weights are
 * divided by the norm of its own gradient towards z where that exceeds 1.
 */
export function lossWeights(probe: Probe): LossWeights {
  const { dim } = probe.flow;
  const [points] = probe.inputs.z!.shape as [number];
  const plain = {
    ofY: drawNormal(fold(probe.key, 'weights of y'), points * dim),
    ofLogDet: drawNormal(fold(probe.key, 'weights of logDet'), points),
  };
  const gradient = lossGradients(probe, probe.inputs, plain, ['z']).z!;
  const share = Array.from({ length: points }, (_, point) => {
    const steepness = normOf(gradient.subarray(point * dim, (point + 1) * dim));
    return steepness > 1 ? 1 / steepness : 1; // 1 also for NaN
  });
  return {
    ofY: plain.ofY.map((weight, i) => weight * share[Math.floor(i / dim)]!),
    ofLogDet: plain.ofLogDet.map((weight, point) => weight * share[point]!),
  };
}

export const normOf = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));

/** Gradients of the sum over all points with respect to some of the inputs. */
export function lossGradients(
  { flow }: Probe,
  inputs: Inputs,
  { ofY, ofLogDet }: LossWeights,
  names: readonly string[] = Object.keys(inputs),
): Record<string, Float32Array> {
  const [points] = inputs.z!.shape as [number];
  return evaluate((tensors) => {
    const loss = (...list: Tensor[]) => {
      const given = Object.fromEntries(names.map((name, i) => [name, list[i]!]));
      const { y, logDet } = forwardOf(flow)({ ...tensors, ...given });
      const weightedY = tf.sum(tf.mul(y, tf.tensor2d(ofY, [points, flow.dim])));
      return tf.add(weightedY, tf.sum(tf.mul(logDet, tf.tensor1d(ofLogDet))));
    };
    const found = tf.grads(loss)(names.map((name) => tensors[name]!));
    return Object.fromEntries(names.map((name, i) => [name, found[i]!]));
  }, inputs);
}

/** Each point's loss in float64, of results whose rows are every point `count` times in a row; of the `variant`-th of them. */
export function pointLosses(
  { y, logDet }: ForwardResult,
  { ofY, ofLogDet }: LossWeights,
  { count = 1, variant = 0 } = {},
): number[] {
  const dim = ofY.length / ofLogDet.length;
  return Array.from(ofLogDet, (weight, point) => {
    const row = point * count + variant;
    let sum = weight * logDet[row]!;
    for (let d = 0; d < dim; d++) sum += ofY[point * dim + d]! * y[row * dim + d]!;
    return sum;
  });
}

/**
 * Each point's loss for each of several values of one input. Rows of a batch do not depend on each other, so that all are rows of one batch;
 * only what the flow always shares takes one batch each.
 */
export function lossesOf(
  { flow, inputs }: Probe,
  weights: LossWeights,
  { name, variants }: { readonly name: string; readonly variants: readonly Float32Array[] },
): number[][] {
  const run = (given: Inputs) => evaluate(forwardOf(flow), given) as unknown as ForwardResult;
  if (flow.shared?.includes(name)) {
    const { shape } = inputs[name]!;
    return variants.map((values) => pointLosses(run({ ...inputs, [name]: { shape, values } }), weights));
  }
  const result = run(besideEachOther(inputs, name, variants));
  return variants.map((_, variant) => pointLosses(result, weights, { count: variants.length, variant }));
}

/** Every point as many times in a row as an input has variants, each time with another of them. */
function besideEachOther(inputs: Inputs, name: string, variants: readonly Float32Array[]): Inputs {
  const count = variants.length;
  const [points] = inputs.z!.shape as [number];
  const [rows, ...rest] = inputs[name]!.shape as [number, ...number[]];
  const size = inputs[name]!.values.length / rows;
  const values = new Float32Array(points * count * size);
  for (let row = 0; row < points; row++) {
    const from = rows === 1 ? 0 : row * size;
    variants.forEach((variant, i) => {
      values.set(variant.subarray(from, from + size), (row * count + i) * size);
    });
  }
  const repeated = Object.entries(inputs).map(([other, array]) => {
    const stays = other !== 'z' && array.shape[0] === 1;
    return [other, stays ? array : repeatRows(array, count)] as const;
  });
  return { ...Object.fromEntries(repeated), [name]: { shape: [points * count, ...rest], values } };
}
