// Gradients with respect to z and every parameter against central differences.
import { fold, type Key, normal } from '@flowvae/random';
import { type Tensor, tf } from '@flowvae/tensor';
import { evaluate, forwardOf, type Inputs, repeatRows } from './drawn-inputs.ts';
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
    Object.entries(inputs).flatMap(([name, { values }]) => {
      const gradient = found[name]!;
      const step = Math.min(longest, MOST_CHANGE / normOf(gradient));
      const moves = [step, -step, step / 4, -step / 4];
      const directions = directionsOf(probe, name, gradient);
      const losses = lossesOf(
        probe,
        name,
        directions.flatMap(({ unit }) => moves.map((by) => values.map((value, i) => value + by * unit[i]!))),
      );
      return directions.map(({ kind, unit, norm }, at): Comparison | undefined => {
        if (norm === 0) return undefined; // no gradient, or none that is 0
        const [up, down, littleUp, littleDown] = losses.slice(4 * at, 4 * at + 4) as [number, number, number, number];
        const fine = (littleUp - littleDown) / (step / 2);
        const spread = Math.abs((up - down) / (2 * step) - fine);
        const claimed = gradient.reduce((sum, value, i) => sum + value * unit[i]!, 0);
        return {
          error: Math.abs(fine - claimed),
          allowed: TOLERANCE * Math.max(1, normOf(gradient)) + spread,
          finding: () => `the derivative towards ${name} along ${kind} is ${claimed}, by differences ${fine}`,
        };
      });
    }),
  );
}

/** Along what an input is moved: unit vectors, all 0 where there is nothing to look at. */
function directionsOf(probe: Probe, name: string, gradient: Float32Array) {
  const random = normal(fold(probe.key, name), gradient.length);
  const directions = {
    'its gradient': gradient,
    'a random direction': random,
    'another random direction': normal(fold(probe.key, name, 'another'), gradient.length),
    'coordinates without a gradient': random.map((value, i) => (gradient[i] === 0 ? value : 0)),
  };
  return Object.entries(directions).map(([kind, direction]) => {
    const norm = normOf(direction);
    return { kind, norm, unit: Float64Array.from(direction, (value) => (norm === 0 ? 0 : value / norm)) };
  });
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

/**
 * The same sum from the flow's results, in float64, for each of several values of one input. Rows of a batch do not depend on each other, so that
 * all are rows of one batch; only what the flow always shares takes one batch each.
 */
function lossesOf(probe: Probe, name: string, variants: readonly Float32Array[]): number[] {
  const { flow, inputs } = probe;
  const { shape } = inputs[name]!;
  if (!flow.shared?.includes(name)) return sumsOf(probe, besideEachOther(probe, name, variants), variants.length);
  return variants.flatMap((values) => sumsOf(probe, { ...inputs, [name]: { shape, values } }, 1));
}

/** Every point as many times in a row as an input has variants, each time with another of them. */
function besideEachOther({ inputs }: Probe, name: string, variants: readonly Float32Array[]): Inputs {
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

/** The weighted sums of rows 0, count, 2·count, …; of rows 1, count + 1, …; and so on. */
function sumsOf({ flow, key, inputs }: Probe, given: Inputs, count: number): number[] {
  const { y, logDet } = evaluate(forwardOf(flow), given);
  const [points] = inputs.z!.shape as [number];
  const { dim } = flow;
  const { ofY, ofLogDet } = weightsOf(key, points, dim);
  return Array.from({ length: count }, (_, variant) => {
    let sum = 0;
    for (let point = 0; point < points; point++) {
      const row = point * count + variant;
      sum += ofLogDet[point]! * logDet![row]!;
      for (let d = 0; d < dim; d++) sum += ofY[point * dim + d]! * y![row * dim + d]!;
    }
    return sum;
  });
}
