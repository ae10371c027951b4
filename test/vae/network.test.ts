// Perceptrons and the maxout layer against sums written out in float64.
import { drawNormal, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { type Activation, MAXOUT_WINDOW, Maxout, mlp, type Network } from '@flowvae/vae';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, shaped } from '../laws/evaluation.ts';

const inputs = drawNormal(key(1), 3 * 5);
const x = { x: shaped(inputs, [3, 5]) };

const activations: Readonly<Record<Activation, (units: readonly number[]) => number[]>> = {
  relu: (units) => units.map((unit) => Math.max(unit, 0)),
  tanh: (units) => units.map(Math.tanh),
  linear: (units) => [...units],
  maxout: (units) =>
    Array.from({ length: units.length / MAXOUT_WINDOW }, (_, k) =>
      Math.max(...units.slice(k * MAXOUT_WINDOW, (k + 1) * MAXOUT_WINDOW)),
    ),
};

/** y = x·kernel + bias of one row. */
function dense(row: readonly number[], { variables }: Network, name: string): number[] {
  const [kernel, bias] = [variables[`${name}/kernel`]!.dataSync(), variables[`${name}/bias`]!.dataSync()];
  return Array.from(bias, (offset, unit) =>
    row.reduce((sum, value, i) => sum + value * kernel[i * bias.length + unit]!, offset),
  );
}

describe.each(Object.entries(activations))('%s', (activation, apply) => {
  const network = mlp({
    inputWidth: 5,
    hidden: [6, 4],
    activation: activation as Activation,
    output: { width: 2, bias: Float32Array.of(0.5, -3) },
    key: key(2),
  });
  for (const [name, variable] of Object.entries(network.variables)) {
    if (name.startsWith('hidden') && name.endsWith('bias')) {
      tf.tidy(() => variable.assign(tf.tensor1d(drawNormal(key(3), variable.size))));
    }
  }
  const expected = [0, 1, 2].flatMap((row) => {
    const given = Array.from(inputs.subarray(row * 5, (row + 1) * 5));
    const hidden1 = apply(dense(given, network, 'hidden1'));
    const hidden2 = apply(dense(hidden1, network, 'hidden2'));
    return dense(hidden2, network, 'output');
  });

  it('computes the function of its weights, eager and compiled', async () => {
    const eager = tf.tidy(() => network.apply(tf.tensor2d(inputs, [3, 5])));
    expect(differences('output', eager.dataSync(), expected, 1e-6)).toEqual([]);
    eager.dispose();
    const apply = ({ x: batch }: Record<string, unknown>) => ({ y: network.apply(batch as Tensor2D) });
    expect(differences('output', (await compiled(apply, x, network.variables)).y!, expected, 1e-5)).toEqual([]);
  });

  it('ends in its hidden layer where no output is asked for', () => {
    const features = mlp({ inputWidth: 5, hidden: [6, 4], activation: activation as Activation, key: key(2) });
    expect(features.outputWidth).toBe(4);
    expect(network.outputWidth).toBe(2);
    expect(tf.tidy(() => features.apply(tf.zeros([3, 5])).shape)).toEqual([3, 4]);
    tf.dispose({ ...features.variables });
  });
});

describe('Maxout', () => {
  const values = [1, 5, -2, 0, -7, -3, -1, -9];

  it('takes the maximum of each window of neighbours', () => {
    const result = tf.tidy(() => new Maxout({ window: 4 }).call(tf.tensor2d([values])));
    expect(Array.from(result.dataSync())).toEqual([5, -1]);
    result.dispose();
  });

  it('sends the gradient to the winner alone', () => {
    const gradient = tf.tidy(() => tf.grad((y) => new Maxout({ window: 4 }).call(y))(tf.tensor2d([values])));
    expect(Array.from(gradient.dataSync())).toEqual([0, 1, 0, 0, 0, 0, 1, 0]);
    gradient.dispose();
  });

  it('knows its shape and its configuration', () => {
    const layer = new Maxout({ window: 4, name: 'm' });
    expect(layer.computeOutputShape([null, 12])).toEqual([null, 3]);
    expect(layer.getConfig()).toMatchObject({ window: 4, name: 'm' });
  });
});

it('a network of no layer is refused', () => {
  expect(() => mlp({ inputWidth: 5, hidden: [], activation: 'relu', key: key(1) })).toThrowError(
    'mlp: expected a hidden layer or an output layer, got neither',
  );
});
