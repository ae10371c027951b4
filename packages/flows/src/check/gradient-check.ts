// Gradients with respect to z and every parameter against central differences.
import { fold, type Key, normal } from '@flowvae/random';
import { type Tensor, tf } from '@flowvae/tensor';
import { evaluate, forwardOf, type Inputs } from './drawn-inputs.ts';
import type { Probe } from './probe.ts';
import { type Comparison, type Tally, tally } from './tally.ts';

/** Step of the differences for parameters of scale 1 and more. */
const STEP = 1e-2;

/** The change that a gradient may foretell for one step: where it is steep, what it describes is narrower than the step above. */
const MOST_CHANGE = 2;

/** Error that is allowed, as a share of the gradient's norm (at least 1). */
const TOLERANCE = 1e-2;

/**
 * The derivative of Σ weight·y + Σ weight·logDet along the gradient, along random directions, and along one of those coordinates alone whose
 * gradient is claimed to be exactly 0, for each input: what was cut off is a small share of a direction of all coordinates.
 *
 * Differences with steps h and h/4 tell how far the differences themselves can be trusted: what they differ by is allowed as well.
 */
export function gradients(probe: Probe): Tally {
  const { inputs, scale } = probe;
  const longest = STEP * Math.min(1, scale);
  const found = gradientsOf(probe);
  return tally(
    Object.entries(inputs).flatMap(([name, { shape, values }]) => {
      const gradient = found[name]!;
      const step = Math.min(longest, MOST_CHANGE / normOf(gradient));
      const random = normal(fold(probe.key, name), values.length);
      const directions = {
        'its gradient': gradient,
        'a random direction': random,
        'another random direction': normal(fold(probe.key, name, 'another'), values.length),
        'coordinates without a gradient': random.map((value, i) => (gradient[i] === 0 ? value : 0)),
      };
      return Object.entries(directions).map(([kind, direction]): Comparison | undefined => {
        const norm = normOf(direction);
        if (norm === 0) return undefined; // no gradient, or none that is 0
        const at = (by: number) =>
          lossOf(probe, {
            ...inputs,
            [name]: { shape, values: values.map((v, i) => v + (by * direction[i]!) / norm) },
          });
        const slope = (h: number) => (at(h) - at(-h)) / (2 * h);
        const slopes = [step, step / 4].map(slope);
        const fine = slopes.at(-1)!;
        const spread = Math.abs(slopes[0]! - fine);
        const claimed = gradient.reduce((sum, value, i) => sum + (value * direction[i]!) / norm, 0);
        return {
          error: Math.abs(fine - claimed),
          allowed: TOLERANCE * Math.max(1, normOf(gradient)) + spread,
          finding: () => `the derivative towards ${name} along ${kind} is ${claimed}, by differences ${fine}`,
        };
      });
    }),
  );
}

const normOf = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

function weightsOf(key: Key, size: number, dim: number) {
  return { ofY: normal(fold(key, 'weights of y'), size * dim), ofLogDet: normal(fold(key, 'weights of logDet'), size) };
}

function gradientsOf({ flow, key, inputs }: Pick<Probe, 'flow' | 'key' | 'inputs'>): Record<string, Float32Array> {
  const names = Object.keys(inputs);
  const [size] = inputs.z!.shape as [number];
  const { ofY, ofLogDet } = weightsOf(key, size, flow.dim);
  return evaluate((tensors) => {
    const loss = (...list: Tensor[]) => {
      const { y, logDet } = forwardOf(flow)(Object.fromEntries(names.map((name, i) => [name, list[i]!])));
      const weightedY = tf.sum(tf.mul(y, tf.tensor2d(ofY, [size, flow.dim])));
      return tf.add(weightedY, tf.sum(tf.mul(logDet, tf.tensor1d(ofLogDet))));
    };
    const found = tf.grads(loss)(names.map((name) => tensors[name]!));
    return Object.fromEntries(names.map((name, i) => [name, found[i]!]));
  }, inputs);
}

/** The same sum from the flow's results, in float64. */
function lossOf({ flow, key }: Probe, inputs: Inputs): number {
  const { y, logDet } = evaluate(forwardOf(flow), inputs);
  const { ofY, ofLogDet } = weightsOf(key, logDet!.length, flow.dim);
  const dot = (a: Float32Array, b: Float32Array) => {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
    return sum;
  };
  return dot(ofY, y!) + dot(ofLogDet, logDet!);
}
