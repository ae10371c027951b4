// A gradient's graph has as many operators for many rows, or many values of a row, as for few: tfjs's gradient of
// `tile` has one for each copy.
import { traceGraph } from '@flowvae/compiler';
import { flowTable, type InvertibleFlow, parseFlow } from '@flowvae/flows';
import { drawNormal, key } from '@flowvae/random';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { likelihoodTable, parseLikelihood } from '@flowvae/vae';
import { describe, expect, it } from 'vitest';

/** Operators of a scalar function's value and its gradient for its variables. */
function operators(value: (inputs: Readonly<Record<string, Tensor>>) => Tensor, shapes: Record<string, number[]>) {
  const names = Object.keys(shapes);
  const gradients = (inputs: Readonly<Record<string, Tensor>>) => {
    const of = tf.grads((...given: Tensor[]) => value(Object.fromEntries(names.map((name, i) => [name, given[i]!]))));
    return Object.fromEntries(of(names.map((name) => inputs[name]!)).map((d, i) => [names[i]!, d]));
  };
  return traceGraph(gradients, shapes).nodes.length;
}

describe('a flow whose parameters all rows share', () => {
  const DIM = 4;
  const lossOf = (flow: InvertibleFlow) => (inputs: Readonly<Record<string, Tensor>>) => {
    const { z, ...params } = inputs;
    const { y, logDet } = flow.forward(params, z as Tensor2D);
    return tf.add(tf.sum(tf.square(y)), tf.sum(logDet));
  };
  const formulas = Object.entries(flowTable).flatMap(([name, { isOfPictures }]) => (isOfPictures ? [] : [`${name}*2`]));

  it.each(formulas)('%s has as many operators for 40 rows as for 20', (formula) => {
    const flow = parseFlow(formula, DIM) as InvertibleFlow;
    const own = Object.entries(flow.paramShapes).map(([name, shape]) => [name, [1, ...shape]]);
    const at = (rows: number) => operators(lossOf(flow), { z: [rows, flow.dim], ...Object.fromEntries(own) });
    expect(at(40)).toBe(at(20));
  });
});

describe('a likelihood', () => {
  const names = Object.entries(likelihoodTable).flatMap(([name, { data }]) => (data === 'columns' ? [] : [name]));

  it.each(names)('%s has as many operators for 24 values as for 8', (name) => {
    const likelihood = parseLikelihood(name);
    const at = (values: number) => {
      const { params } = likelihood.start(new Float32Array(values).fill(0.4), new Float32Array(values).fill(1));
      const x = tf.tensor2d(
        drawNormal(key(1), 2 * values).map((number) => (likelihood.data === 'real' ? number : Number(number > 0))),
        [2, values],
      );
      const shapes = Object.entries(params).map(([param, start]) => [`own ${param}`, [1, start.length]]);
      return operators(
        ({ outputs, ...own }) => {
          const named = Object.entries(own).map(([param, value]) => [param.slice(4), value as Tensor2D]);
          return tf.sum(likelihood.at(outputs as Tensor2D, Object.fromEntries(named)).logProb(x));
        },
        { outputs: [2, values * likelihood.outputsPerPixel], ...Object.fromEntries(shapes) },
      );
    };
    expect(at(24)).toBe(at(8));
  });
});
