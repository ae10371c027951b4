// The inverse of a planar layer: residual, error, implicit gradient, and densities at given points.
import { printGraph, traceGraph } from '@flowvae/compiler';
import { diagonalNormal, standardNormal } from '@flowvae/distributions';
import { type InvertibleFlow, type Params, type PlanarShapes, planar, pushForward } from '@flowvae/flows';
import { drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences, float64Gradient, gradientDifferences } from '../laws/comparison.ts';
import { compiled, eager, type Inputs, shaped, type Tensors, withGradients } from '../laws/evaluation.ts';
import { drawInputs } from '../laws/flow-inputs.ts';
import { constrainedDot, planarForward, planarInverse, planarLogDensity, planarLogDet } from '../reference/planar.ts';

const inverseOf =
  (flow: InvertibleFlow<PlanarShapes>) =>
  ({ y, ...params }: Tensors) =>
    flow.inverse(params as Params<PlanarShapes>, y as Tensor2D) as unknown as Record<'z' | 'logDet', Tensor2D>;

describe('one layer in one dimension with w = 1, so that α = z', () => {
  const dots = [-60, -40, -20, -17, -10, -5, -1, 0, 0.5, 1, 5, 20, 60];
  const targets = [-80, -30, -5, -1, -0.1, -1e-3, 0, 1e-4, 0.03, 0.7, 2, 12, 61];
  const biases = [0, -0.5, 3, -20];
  const points = dots.flatMap((a) => targets.flatMap((y) => biases.map((b) => ({ a, y, b }))));
  const column = (name: 'a' | 'y' | 'b') => points.map((point) => point[name]);
  const inputs: Inputs = {
    y: shaped(column('y'), [points.length, 1]),
    w: shaped([1], [1, 1, 1]),
    u: shaped(column('a'), [points.length, 1, 1]),
    b: shaped(column('b'), [points.length, 1]),
  };
  const layerAt = (i: number) => ({ w: [1], u: [inputs.u!.values[i]!], b: inputs.b!.values[i]! });
  const exact = points.map((_, i) => planarInverse([inputs.y!.values[i]!], [layerAt(i)])[0]!);
  const slopes = points.map(({ a }, i) => Math.exp(planarLogDet(a, exact[i]! + layerAt(i).b)));

  describe.each(['eager', 'compiled'] as const)('%s', (engine) => {
    const solve = () => (engine === 'eager' ? eager : compiled)(inverseOf(planar(1)), inputs);

    it('solves α + m·tanh(α + b) = wᵀy to 1e-5·(1 + |m|)', async () => {
      const { z } = await solve();
      const relative = points.map(({ a, y, b }, i) => {
        const m = constrainedDot(a);
        return Math.abs(z![i]! + m * Math.tanh(z![i]! + Math.fround(b)) - Math.fround(y)) / (1 + Math.abs(m));
      });
      expect(points.filter((_, i) => !(relative[i]! <= 1e-5))).toEqual([]);
    });

    it('finds z to 1e-5/slope', async () => {
      const { z } = await solve();
      expect(differences('z', z!, exact, (i) => 1e-5 * Math.max(1, 1 / slopes[i]!))).toEqual([]);
    });
  });

  it('would be missed by plain Newton steps from the target', () => {
    const newton = (c: number, m: number) => {
      let alpha = c;
      for (let i = 0; i < 25; i++) {
        const t = Math.tanh(alpha);
        alpha -= (alpha + m * t - c) / (1 + (1 - t * t) * m);
      }
      return Math.abs(alpha + m * Math.tanh(alpha) - c) / (1 + Math.abs(m));
    };
    expect(Math.max(...targets.map((c) => newton(c, constrainedDot(20))))).toBeGreaterThan(1e-2);
  });
});

describe('one layer in one dimension with w = 1, for every wᵀu from −60 to 60', () => {
  const dots = Array.from({ length: 241 }, (_, i) => -60 + i / 2);
  const rounds = 100;
  const count = rounds * dots.length;
  const [forTarget, forBias, forSize] = ['y', 'b', 'size'].map((name) => drawUniform(fold(key(42), name), count));
  /** Targets far away, across the steep part, very near its middle, and at both ends of the bracket. */
  const points = Array.from({ length: count }, (_, i) => {
    const a = dots[i % dots.length]!;
    const m = Math.abs(constrainedDot(a));
    const [place, size] = [2 * forTarget![i]! - 1, 10 ** (-6 * forSize![i]!)];
    const kind = Math.floor(i / dots.length) % 4;
    const b = Math.fround(kind === 3 ? 0 : (kind === 0 ? 40 : 4) * (forBias![i]! - 0.5));
    const y = [80 * place, place * (1 + m) - b, 1.5 * place * size - b, 1.02 * place * m][kind]!;
    return { a, b, y: Math.fround(y) };
  });
  const column = (name: 'a' | 'y' | 'b') =>
    shaped(
      points.map((point) => point[name]),
      [count, 1],
    );
  const inputs: Inputs = {
    y: column('y'),
    w: shaped([1], [1, 1, 1]),
    u: { ...column('a'), shape: [count, 1, 1] },
    b: column('b'),
  };
  const exact = points.map(({ a, y, b }) => planarInverse([y], [{ w: [1], u: [a], b }])[0]!);
  const slopes = points.map(({ a, b }, i) => Math.exp(planarLogDet(a, exact[i]! + b)));

  it.each(['eager', 'compiled'] as const)(
    '%s: residual 5e-6·(1 + |m|), error in z 6e-6·max(1, 1/slope)',
    async (engine) => {
      const { z } = await (engine === 'eager' ? eager : compiled)(inverseOf(planar(1)), inputs);
      const residuals = points.map(({ a, y, b }, i) => {
        const m = constrainedDot(a);
        return Math.abs(z![i]! + m * Math.tanh(z![i]! + b) - y) / (1 + Math.abs(m));
      });
      expect(points.filter((_, i) => !(residuals[i]! <= 5e-6))).toEqual([]);
      const errors = exact.map((right, i) => Math.abs(z![i]! - right) / Math.max(1, 1 / slopes[i]!));
      expect(points.filter((_, i) => !(errors[i]! <= 6e-6))).toEqual([]);
    },
  );

  it('takes at most 25 steps: one tanh each, and one of the root', () => {
    const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
    const graph = printGraph(traceGraph(inverseOf(planar(1)), shapes));
    expect(graph.match(/= Tanh\(/g)!.length).toBeLessThanOrEqual(26);
  });

  it('its implicit gradient is that of differences wherever the slope is above 1e-2', () => {
    const sum = withGradients((tensors) => tf.sum(inverseOf(planar(1))(tensors).z));
    const gradients = eager(sum, inputs);
    const step = 1e-4;
    const chosen = points.flatMap((point, i) => (i % 3 === 0 && slopes[i]! > 1e-2 ? [{ ...point, i }] : []));
    expect(chosen.length).toBeGreaterThan(count / 6);
    for (const [name, column] of Object.entries({ y: 'y', u: 'a', b: 'b' } as const)) {
      const measured = chosen.map((point) => {
        const at = (by: number) => {
          const { a, y, b }: Record<'a' | 'y' | 'b', number> = { ...point, [column]: point[column] + by };
          return planarInverse([y], [{ w: [1], u: [a], b }])[0]!;
        };
        return (at(step) - at(-step)) / (2 * step);
      });
      const claimed = chosen.map(({ i }) => gradients[`gradient:${name}`]![i]!);
      // the gradient is taken at the root that was found, whose error is 1/slope
      expect(differences(`∂z/∂${name}`, claimed, measured, (j) => 1e-4 + 5e-6 / slopes[chosen[j]!.i]! ** 2)).toEqual(
        [],
      );
    }
  });
});

it.each([
  [1, 1, 1],
  [5, 1, 1],
  [5, 3, 0.5],
  [2, 2, 1],
])(
  'the implicit gradient is that of float64 differences (dimension %i, %i layers, scale %d)',
  async (dim, layers, scale) => {
    const { z: _, ...params } = drawInputs(planar(dim, layers), { paramRows: 1, scale });
    const rows = 4;
    const inputs = { y: shaped(drawNormal(key(40), rows * dim), [rows, dim]), ...params };
    const ofZ = drawNormal(key(41), rows * dim);
    const gradients = withGradients((tensors) => {
      const { z, logDet } = inverseOf(planar(dim, layers))(tensors);
      return tf.add(tf.sum(tf.mul(z, tf.tensor2d(ofZ, [rows, dim]))), tf.sum(logDet));
    });
    const reference = ({ y, w, u, b }: Readonly<Record<string, Float64Array>>) => {
      const part = (array: Float64Array, i: number) => array.subarray(i * dim, (i + 1) * dim);
      const stack = Array.from({ length: layers }, (__, k) => ({ w: part(w!, k), u: part(u!, k), b: b![k]! }));
      return Array.from({ length: rows }, (__, row) => {
        const z = planarInverse(part(y!, row), stack);
        return z.reduce((sum, value, i) => sum + value * ofZ[row * dim + i]!, -planarForward(z, stack).logDet);
      }).reduce((sum, value) => sum + value, 0);
    };
    const values = Object.fromEntries(Object.entries(inputs).map(([name, array]) => [name, array.values]));
    const expected = float64Gradient(reference, values);
    for (const results of [eager(gradients, inputs), await compiled(gradients, inputs)]) {
      const found = Object.entries(expected).flatMap(([name, gradient]) =>
        gradientDifferences(name, results[`gradient:${name}`]!, gradient, 1e-3),
      );
      expect(found).toEqual([]);
    }
  },
);

describe('a push-forward of a normal through planar layers', () => {
  const flow: InvertibleFlow = planar(2, 2);
  const { z, ...params } = drawInputs(flow, { batch: 200, paramRows: 1, scale: 1 });

  it('scores its own draws as it did when it drew them', async () => {
    const scoredTwice = ({ noise, mean, logStd, ...given }: Tensors) => {
      const base = diagonalNormal({ mean: mean as Tensor2D, logStd: logStd as Tensor2D });
      const q = pushForward(base, flow, given);
      const draw = q.sampleAndLogProb(noise as Tensor2D);
      return { drawn: draw.logProb, scored: q.logProb(draw.z) };
    };
    const inputs = { noise: z!, mean: shaped([0.5, -1], [1, 2]), logStd: shaped([-0.5, 0.3], [1, 2]), ...params };
    for (const { drawn, scored } of [eager(scoredTwice, inputs), await compiled(scoredTwice, inputs)]) {
      expect(differences('logProb', scored!, drawn!, 2e-4)).toEqual([]);
    }
  });

  it('has a density that is the reference’s, and integrates to 1', async () => {
    const step = 0.1;
    const side = Array.from({ length: 180 }, (_, i) => -9 + step * (i + 0.5));
    const grid = side.flatMap((y0) => side.flatMap((y1) => [y0, y1]));
    const score = ({ y, ...given }: Tensors) => ({
      logDensity: pushForward(standardNormal(2), flow, given).logProb(y as Tensor2D),
    });
    const { logDensity } = await compiled(score, { y: shaped(grid, [grid.length / 2, 2]), ...params });
    const mass = logDensity!.reduce((sum, value) => sum + Math.exp(value) * step * step, 0);
    expect(Math.abs(mass - 1)).toBeLessThan(1e-3);

    const { w, u, b } = params as Record<'w' | 'u' | 'b', Inputs[string]>;
    const layers = [0, 1].map((k) => ({
      w: w.values.subarray(2 * k, 2 * k + 2),
      u: u.values.subarray(2 * k, 2 * k + 2),
      b: b.values[k]!,
    }));
    const sparse = Array.from(logDensity!, (_, i) => i).filter((i) => i % 97 === 0 && logDensity![i]! > -20);
    const expected = sparse.map((i) =>
      planarLogDensity([Math.fround(grid[2 * i]!), Math.fround(grid[2 * i + 1]!)], layers),
    );
    expect(sparse.length).toBeGreaterThan(50);
    expect(
      differences(
        'logDensity',
        sparse.map((i) => logDensity![i]!),
        expected,
        2e-4,
      ),
    ).toEqual([]);
  });
});
