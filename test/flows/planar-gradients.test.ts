// Planar gradients, eager and compiled, against float64 differences of the reference program.
import { type InvertibleFlow, planar } from '@flowvae/flows';
import { drawNormal, key } from '@flowvae/random';
import { tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { float64Gradient, gradientDifferences } from '../laws/comparison.ts';
import { compiled, eager, type Inputs, shaped, withGradients } from '../laws/evaluation.ts';
import { lossWeights, weightedLoss } from '../laws/flow-gradient-laws.ts';
import { drawInputs } from '../laws/flow-inputs.ts';
import { plainPlanar } from '../laws/planar-mutants.ts';
import { planarForward } from '../reference/planar.ts';

interface Setting {
  readonly name: string;
  readonly dim: number;
  readonly layers: number;
  readonly inputs: Inputs;
}

const planarOf = (dim: number, layers: number) => planar(dim, layers);

const drawn = (name: string, [dim, layers]: readonly [number, number], scale: number, paramRows: number): Setting => ({
  name,
  dim,
  layers,
  inputs: drawInputs(planarOf(dim, layers), { batch: 3, paramRows, scale }),
});

/** Some parameters shared by the batch, some not. */
function mixed(name: string): Setting {
  const shared = drawn(name, [3, 2], 1, 1);
  return { ...shared, inputs: { ...shared.inputs, u: drawn(name, [3, 2], 1, 3).inputs.u! } };
}

/** One layer with wᵀu = a and preactivations s that float32 holds exactly. */
function targeted(a: number): Setting {
  const preactivations = [0.125, -0.5, 1, -2, 4];
  const batch = preactivations.length;
  const z = drawNormal(key(30), 2 * batch).map((value) => Math.round(8 * value) / 8);
  const inputs = {
    z: shaped(z, [batch, 2]),
    w: shaped([1, -0.5], [1, 1, 2]),
    u: shaped([a + 0.25, 0.5], [1, 1, 2]),
    b: shaped(
      preactivations.map((s, i) => s - z[2 * i]! + 0.5 * z[2 * i + 1]!),
      [batch, 1],
    ),
  };
  return { name: `one layer, wᵀu = ${a}`, dim: 2, layers: 1, inputs };
}

const settings: readonly Setting[] = [
  drawn('small, shared', [5, 2], 0.1, 1),
  drawn('unit, shared', [5, 2], 1, 1),
  drawn('unit, one dimension', [1, 2], 1, 3),
  drawn('half, ten layers, own parameters', [5, 10], 0.5, 3),
  mixed('w and b shared, u own'),
  drawn('large, own parameters', [2, 2], 3, 3),
  ...[-60, -20, -10, -1, 0, 5, 60].map(targeted),
];

/** The weighted loss of flow-gradient-laws.ts in float64. */
function referenceLoss({ dim, layers, inputs }: Setting) {
  const batch = inputs.z!.shape[0]!;
  const { ofY, ofLogDet } = lossWeights(batch, dim);
  return (at: Readonly<Record<string, Float64Array>>) => {
    const slice = (name: string, row: number, size: number) => {
      const start = inputs[name]!.shape[0] === 1 ? 0 : row * size;
      return at[name]!.subarray(start, start + size);
    };
    const lossOfRow = (row: number) => {
      const [w, u, b] = [slice('w', row, layers * dim), slice('u', row, layers * dim), slice('b', row, layers)];
      const layer = (k: number) => ({
        w: w.subarray(k * dim, (k + 1) * dim),
        u: u.subarray(k * dim, (k + 1) * dim),
        b: b[k]!,
      });
      const { y, logDet } = planarForward(
        slice('z', row, dim),
        Array.from({ length: layers }, (_, k) => layer(k)),
      );
      return y.reduce((sum, value, i) => sum + value * ofY[row * dim + i]!, logDet * ofLogDet[row]!);
    };
    return Array.from({ length: batch }, (_, row) => lossOfRow(row)).reduce((sum, value) => sum + value, 0);
  };
}

/** Where a flow's gradients, as an engine computes them, are not those of the reference. */
function violations(setting: Setting, results: Readonly<Record<string, Float32Array>>): string[] {
  const arrays = Object.entries(setting.inputs).map(([name, { values }]) => [name, values] as const);
  const expected = float64Gradient(referenceLoss(setting), Object.fromEntries(arrays));
  return Object.entries(expected).flatMap(([name, gradient]) =>
    gradientDifferences(name, results[`gradient:${name}`]!, gradient, 1e-4),
  );
}

describe.each(settings.map((setting) => [setting.name, setting] as const))('%s', (_, setting) => {
  const gradients = withGradients(weightedLoss(planarOf(setting.dim, setting.layers)));

  it('eager', () => {
    expect(violations(setting, eager(gradients, setting.inputs))).toEqual([]);
  });

  it('compiled', async () => {
    expect(violations(setting, await compiled(gradients, setting.inputs))).toEqual([]);
  });
});

it('a gradient that ignores how û depends on w is reported', () => {
  const setting = targeted(-1);
  const found = (flow: InvertibleFlow) => violations(setting, eager(withGradients(weightedLoss(flow)), setting.inputs));
  expect(found(plainPlanar(2))).toEqual([]);
  const frozen = plainPlanar(2, {
    correction: ({ w, u }, dot, softplus) => {
      const correction = tf.mul(tf.div(tf.sub(tf.sub(softplus(dot), dot), 1), tf.sum(tf.square(w), 1, true)), w);
      const cut = tf.customGrad((x) => ({
        value: tf.clone(x as typeof u),
        gradFunc: () => tf.zerosLike(x as typeof u),
      }));
      return cut(correction);
    },
  });
  expect(found(frozen)).not.toEqual([]);
});
