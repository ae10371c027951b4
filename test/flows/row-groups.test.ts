// Several draws for each row of parameters: the same as with repeated rows, in values and gradients, for every flow.
import { diagonalNormal } from '@flowvae/distributions';
import { type InvertibleFlow, isInvertible, parseFlow, pushForward } from '@flowvae/flows';
import { drawNormal, key } from '@flowvae/random';
import { repeatRows, type Scalar, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { formulasAt } from '../cases/table-formulas.ts';
import { differences, gradientDifferences } from '../laws/comparison.ts';
import { compiled, eager, type Inputs, shaped, type Tensors, withGradients } from '../laws/evaluation.ts';
import { drawInputs } from '../laws/flow-inputs.ts';

const [rows, draws, dim] = [3, 4, 4];

/** Parameters of a flow and its base for `rows` data points, and noise for `draws` of each. */
function inputsOf(formula: string) {
  const flow = parseFlow(formula, dim, { contextWidth: 2 });
  const { z: _, ...params } = drawInputs(flow, { batch: rows, scale: 0.5 });
  const own = (seed: number, count: number) => shaped(drawNormal(key(seed), count * dim), [count, dim]);
  const inputs: Inputs = { ...params, mean: own(1, rows), logStd: own(2, rows), noise: own(3, rows * draws) };
  return { flow, inputs };
}

type Bounds = (inputs: Tensors) => Tensors;

/** Draws and their densities; with `isRepeated`, from parameters that were repeated. */
function drawsOf(flow: ReturnType<typeof parseFlow>, isRepeated: boolean): Bounds {
  return ({ noise, ...given }) => {
    const fit = Object.entries(given).map(([name, param]) => {
      const isShared = param.shape[0] === 1 || !isRepeated;
      return [name, isShared ? param : repeatRows(param, draws)] as const;
    });
    const { mean, logStd, ...params } = Object.fromEntries(fit) as Record<string, Tensor2D>;
    const base = diagonalNormal({ mean: mean!, logStd: logStd! });
    const distribution = pushForward(base, flow as InvertibleFlow, params);
    const { z, logProb } = distribution.sampleAndLogProb(noise as Tensor2D);
    if (!isInvertible(flow)) return { z, logProb };
    const others = distribution.sampleAndLogProb(tf.mul(noise!, 0.9)).z; // points of the flow's image
    return { z, logProb, scored: distribution.logProb(others as Tensor2D) };
  };
}

/** One number that every output bears upon. */
const lossOf = (fn: Bounds) => (inputs: Tensors) =>
  tf.addN(Object.values(fn(inputs)).map((value, i) => tf.sum(tf.mul(value, tf.sin(tf.add(i, value)))))) as Scalar;

describe.each(formulasAt(dim))('%s', (formula) => {
  it('draws and scores groups of rows', () => {
    const { flow, inputs } = inputsOf(formula);
    const expected = eager(drawsOf(flow, true), inputs);
    for (const [name, values] of Object.entries(eager(drawsOf(flow, false), inputs))) {
      expect(differences(name, values, expected[name]!, 1e-4)).toEqual([]);
    }
  });
});

it.each(['planar*3', 'planar-leaky', 'nice-planar*3', 'radial-planar*2', 'realnvp(4)*2'])(
  '%s: gradients, compiled too',
  async (formula) => {
    const { flow, inputs } = inputsOf(formula);
    const expected = eager(withGradients(lossOf(drawsOf(flow, true))), inputs);
    const grouped = withGradients(lossOf(drawsOf(flow, false)));
    for (const results of [eager(grouped, inputs), await compiled(grouped, inputs)]) {
      for (const [name, values] of Object.entries(expected)) {
        expect(gradientDifferences(name, results[name]!, values, 2e-4)).toEqual([]);
      }
    }
  },
);

it('a posterior refuses draws that do not form equal groups', () => {
  const { flow, inputs } = inputsOf('planar*2');
  const uneven = { ...inputs, noise: shaped(drawNormal(key(4), 4 * dim), [4, dim]) };
  expect(() => eager(drawsOf(flow, false), uneven)).toThrow(
    'diagonalNormal.sampleAndLogProb: expected a multiple of 3 rows, as many for each row of parameters, got 4 rows',
  );
});
