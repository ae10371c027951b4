// Layers along one direction, by the products of all directions: values and gradients of the form layer after layer.
import { Executable, type Traceable, traceGraph } from '@flowvae/compiler';
import { type InvertibleFlow, planar, planarLeaky } from '@flowvae/flows';
import { drawNormal, fold, key } from '@flowvae/random';
import { type Scalar, type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';

const DIM = 4;

/** Rows of z, and rows of w, u and b. */
interface Case {
  readonly layers: number;
  readonly rows: number;
  readonly groups: number;
}

const cases: readonly Case[] = [
  { layers: 1, rows: 3, groups: 3 },
  { layers: 2, rows: 3, groups: 3 },
  { layers: 9, rows: 5, groups: 5 },
  { layers: 3, rows: 5, groups: 1 },
  { layers: 3, rows: 1, groups: 1 },
  { layers: 4, rows: 6, groups: 2 },
];

const flows = { planar, planarLeaky } as const satisfies Readonly<
  Record<string, (dim: number, layers: number) => InvertibleFlow>
>;

/** y, log-det, a loss of both, and its gradients for w, u, b and z. */
function problem(flow: InvertibleFlow, { layers, rows, groups }: Case) {
  const shapes = { w: [groups, layers, DIM], u: [groups, layers, DIM], b: [groups, layers], z: [rows, DIM] };
  const values = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return [name, drawNormal(fold(key(layers + rows), name), size)] as const;
    }),
  );
  const variables = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, tf.variable(tf.tensor(values[name]!, shape))] as const),
  );
  const traced: Traceable = ({ a }) => {
    const { w, u, b, z } = variables;
    const outputs: Record<string, Tensor> = {};
    const loss = () => {
      const { y, logDet } = flow.forward({ w: w!, u: u!, b: b! } as never, z as unknown as Tensor2D);
      outputs.y = tf.keep(y);
      outputs.logDet = tf.keep(logDet);
      return tf.add(tf.sum(tf.mul(tf.square(y), a!)), tf.sum(tf.mul(logDet, tf.mean(y, 1)))) as Scalar;
    };
    const { value, grads } = tf.variableGrads(loss, Object.values(variables));
    for (const [name, variable] of Object.entries(variables)) outputs[`d:${name}`] = grads[variable.name]!;
    return { ...outputs, loss: value };
  };
  const a = Float32Array.from({ length: rows * DIM }, (_, i) => 0.3 + (i % 5) / 4);
  return { traced, variables, inputs: { a: [rows, DIM] }, values: { ...values, a } };
}

describe.each(Object.entries(flows))('%s', (_, make) => {
  it.each(cases)('of $layers layers on $rows rows, $groups of parameters', async (each) => {
    const { traced, variables, inputs, values } = problem(make(DIM, each.layers), each);
    const outputsOf = async (isForDevice: boolean) => {
      const executable = await Executable.create(traceGraph(traced, inputs, { variables, isForDevice }), {
        threads: 1,
      });
      const outputs = await executable.run(values);
      await executable.dispose();
      return outputs;
    };
    const [plain, products] = [await outputsOf(false), await outputsOf(true)];
    expect(Object.keys(products)).toEqual(Object.keys(plain));
    for (const [name, expected] of Object.entries(plain)) {
      const scale = Math.max(...expected.map(Math.abs));
      const worst = Math.max(...expected.map((value, i) => Math.abs(value - products[name]![i]!)));
      expect(worst / scale, name).toBeLessThan(3e-6);
    }
  });
});

it('a further layer and its gradient take eight nodes, where the other form takes thirteen', () => {
  const nodesAt = (layers: number, isForDevice: boolean) => {
    const { traced, variables, inputs } = problem(planar(DIM, layers), { layers, rows: 2, groups: 2 });
    return traceGraph(traced, inputs, { variables, isForDevice }).nodes.length;
  };
  expect(nodesAt(7, true) - nodesAt(6, true)).toBe(8);
  expect(nodesAt(7, false) - nodesAt(6, false)).toBe(13);
});
