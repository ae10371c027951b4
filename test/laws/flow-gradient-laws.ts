// Laws of a flow's gradients, all through one loss: a weighted sum of y and logDet.
import type { Flow } from '@flowvae/flows';
import { fold, key, normal } from '@flowvae/random';
import { type Scalar, tf } from '@flowvae/tensor';
import { gradientDifferences } from './comparison.ts';
import { compiled, eager, type Inputs, type Tensors, withGradients } from './evaluation.ts';
import { drawInputs, forwardOf, paramsOf } from './flow-inputs.ts';

/** Weights of y [B, D] and of logDet [B] in the loss. */
export function lossWeights(batch: number, dim: number) {
  return { ofY: normal(fold(key(9), 'y'), batch * dim), ofLogDet: normal(fold(key(9), 'logDet'), batch) };
}

/** Σ weight·y + Σ weight·logDet. */
export function weightedLoss(flow: Flow): (inputs: Tensors) => Scalar {
  return (inputs) => {
    const { y, logDet } = forwardOf(flow)(inputs);
    const [batch, dim] = y.shape;
    const { ofY, ofLogDet } = lossWeights(batch, dim);
    const weightedY = tf.sum(tf.mul(y, tf.tensor2d(ofY, [batch, dim])));
    return tf.add(weightedY, tf.sum(tf.mul(logDet, tf.tensor1d(ofLogDet))));
  };
}

/** The same from arrays, summed in float64. */
function lossOf(flow: Flow, inputs: Inputs): number {
  const { y, logDet } = eager(forwardOf(flow), inputs);
  const { ofY, ofLogDet } = lossWeights(logDet!.length, flow.dim);
  const dot = (a: Float32Array, b: Float32Array) => Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);
  return dot(ofY, y!) + dot(ofLogDet, logDet!);
}

/** A gradient arrives at every parameter; along its first axis (layers) at every part of it. */
export function gradientReachesEveryParameter(flow: Flow, scale: number): string[] {
  const inputs = drawInputs(flow, { scale, paramRows: 1 });
  const gradients = eager(withGradients(weightedLoss(flow)), inputs);
  return Object.entries(paramsOf(inputs)).flatMap(([name, { shape }]) => {
    const gradient = gradients[`gradient:${name}`]!;
    const size = gradient.length / shape[1]!;
    const silent = Array.from({ length: shape[1]! }, (_, part) => part).filter((part) =>
      gradient.subarray(part * size, (part + 1) * size).every((value) => value === 0),
    );
    return silent.map((part) => `${name}[${part}] gets no gradient`);
  });
}

/** Gradients agree with central differences (h = 1e-2, less for small parameters), along the gradient itself and along a random direction. */
export function gradientsMatchDifferences(flow: Flow, scale: number): string[] {
  const step = 1e-2 * Math.min(1, scale);
  const inputs = drawInputs(flow, { batch: 3, scale });
  const gradients = eager(withGradients(weightedLoss(flow)), inputs);
  return Object.entries(inputs).flatMap(([name, array]) => {
    const gradient = gradients[`gradient:${name}`]!;
    const directions = { gradient, random: normal(fold(key(10), name), gradient.length) };
    return Object.entries(directions).flatMap(([kind, direction]) => {
      const norm = Math.hypot(...direction);
      const moved = (by: number) => array.values.map((value, i) => value + (by * direction[i]!) / norm);
      const at = (by: number) => lossOf(flow, { ...inputs, [name]: { ...array, values: moved(by) } });
      const measured = (at(step) - at(-step)) / (2 * step);
      const claimed = gradient.reduce((sum, value, i) => sum + (value * direction[i]!) / norm, 0);
      const allowed = 1e-2 * Math.max(1, Math.hypot(...gradient));
      return Math.abs(measured - claimed) <= allowed
        ? []
        : [`${name} along ${kind}: ${claimed} instead of ${measured}`];
    });
  });
}

/** Loss and gradients of the compiled graph are the eager ones. */
export async function gradientsCompileToTheSame(flow: Flow, scale: number): Promise<string[]> {
  const inputs = drawInputs(flow, { scale });
  const fn = withGradients(weightedLoss(flow));
  const expected = eager(fn, inputs);
  const actual = await compiled(fn, inputs);
  return Object.keys(expected).flatMap((name) => gradientDifferences(name, actual[name]!, expected[name]!, 1e-4));
}

/** The laws of this file by name. */
export const lawsOfGradients = { gradientReachesEveryParameter, gradientsMatchDifferences, gradientsCompileToTheSame };
