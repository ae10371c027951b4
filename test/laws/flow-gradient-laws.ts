// Laws of a flow's gradients, all through one loss: a weighted sum of y and logDet.
import { checkFlow, type Flow } from '@flowvae/flows';
import { drawNormal, fold, key } from '@flowvae/random';
import { type Scalar, tf } from '@flowvae/tensor';
import { gradientDifferences } from './comparison.ts';
import { compiled, eager, type Tensors, withGradients } from './evaluation.ts';
import { drawInputs, forwardOf, paramsOf } from './flow-inputs.ts';

/** Weights of y [B, D] and of logDet [B] in the loss. */
export function lossWeights(batch: number, dim: number) {
  return { ofY: drawNormal(fold(key(9), 'y'), batch * dim), ofLogDet: drawNormal(fold(key(9), 'logDet'), batch) };
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

/** Gradients agree with central differences, along the gradient itself and along a random direction. */
export const gradientsMatchDifferences = (flow: Flow, scale: number): string[] => [
  ...checkFlow(flow, { checks: ['gradients'], scale, draws: 1, points: 3 }).findings,
];

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
