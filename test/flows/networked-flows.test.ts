// Laws of flows with networks inside: their inverses keep the laws as well, far points stay finite, and networks see
// only allowed inputs.
import {
  type InvertibleFlow,
  iaf,
  invert,
  isInvertible,
  maf,
  nice,
  type ParamShapes,
  type Params,
  realnvp,
  spline,
} from '@flowvae/flows';
import { key } from '@flowvae/random';
import { ExpectationError, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { autoregressiveMasks } from '../../packages/flows/src/frames/made-masks.ts';
import { networkedFlowCases } from '../cases/networked-flows.ts';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, shaped, type Tensors, withGradients } from '../laws/evaluation.ts';
import { gradientsCompileToTheSame, gradientsMatchDifferences, weightedLoss } from '../laws/flow-gradient-laws.ts';
import { drawInputs, forwardOf } from '../laws/flow-inputs.ts';
import * as laws from '../laws/flow-laws.ts';
import { replaced } from '../laws/planar-mutants.ts';

const rows = networkedFlowCases.filter(({ name }) => name.endsWith('with context'));

/** Laws of values and gradients, of the inverse as a flow. */
const ofInverse: Readonly<Record<string, laws.FlowLaw>> = {
  logDetIsTheJacobians: laws.logDetIsTheJacobians,
  rowsAreIndependent: laws.rowsAreIndependent,
  compilesToTheSame: laws.compilesToTheSame,
  refusesWrongShapes: laws.refusesWrongShapes,
  gradientsMatchDifferences,
  gradientsCompileToTheSame,
};

describe.each(rows.map((row) => [row.name, row] as const))('%s', (_, row) => {
  const flow = row.make(5) as InvertibleFlow;

  it.each(Object.entries(ofInverse))('its inverse keeps %s', async (__, law) => {
    expect(await law(invert(flow), row.scales.trained)).toEqual([]);
  });

  it.each([flow, invert(flow)])('stays finite when it is compiled, far out with large parameters', async (either) => {
    const { z, ...params } = drawInputs(either, { scale: 10 });
    const far = {
      ...params,
      z: shaped(
        z!.values.map((value) => 400 * value),
        z!.shape,
      ),
    };
    for (const values of Object.values(await compiled(withGradients(weightedLoss(either)), far))) {
      expect(values.every(Number.isFinite)).toBe(true);
    }
  });

  it('equals its single layers one after the other', () => {
    const inputs = drawInputs(flow, { batch: 3, scale: row.scales.trained });
    const oneByOne = ({ z, ...params }: Tensors) => {
      let point = z as Tensor2D;
      const logDets = flow.layers!(params as Params<ParamShapes>).map((layer) => {
        const step = layer.flow.forward(layer.params, point);
        point = step.y;
        return step.logDet;
      });
      return { y: point, logDet: tf.addN(logDets) };
    };
    const [expected, actual] = [eager(forwardOf(flow), inputs), eager(oneByOne, inputs)];
    expect(differences('y', actual.y!, expected.y!, 1e-5)).toEqual([]);
    expect(differences('logDet', actual.logDet!, expected.logDet!, 1e-5)).toEqual([]);
  });

  it('sees its context', () => {
    const inputs = drawInputs(flow, { batch: 2, scale: 0.5 });
    const other = {
      ...inputs,
      context: shaped(
        inputs.context!.values.map((value) => value + 1),
        inputs.context!.shape,
      ),
    };
    expect(eager(forwardOf(flow), other).y).not.toEqual(eager(forwardOf(flow), inputs).y);
  });
});

it('staysFinite reports an overflow', () => {
  const given = realnvp(4, { hidden: 3 });
  expect(laws.staysFinite(given, 1)).toEqual([]);
  const scaled = replaced(given, ({ forward }) => ({
    forward(params, z) {
      const { y, logDet } = forward(params, z);
      return { y: tf.mul(y, tf.exp(tf.sum(tf.square(params.kernel2!)))) as Tensor2D, logDet };
    },
  }));
  expect(laws.staysFinite(scaled, 1)).not.toEqual([]);
});

/** ∂y_i/∂z_j that are not 0, as [i, j], in the direction of one pass; or of another input than z. */
function dependencies(flow: InvertibleFlow, of = 'z'): (readonly [number, number])[] {
  const { dim } = flow;
  const inputs = drawInputs(flow, { batch: 1, paramRows: 1, scale: 1 });
  const width = inputs[of]!.values.length;
  const jacobian = (tensors: Tensors) => {
    const row = (i: number) =>
      tf.grad((at) => tf.slice(forwardOf(flow)({ ...tensors, [of]: at }).y, [0, i], [1, 1]))(tensors[of]!);
    return { jacobian: tf.concat(Array.from({ length: dim }, (_, i) => row(i))) };
  };
  return Array.from(eager(jacobian, inputs).jacobian!).flatMap((value, index) =>
    value === 0 ? [] : [[Math.floor(index / width), index % width] as const],
  );
}

describe('one layer of IAF and of MAF’s inverse', () => {
  const dim = 6;
  const flows = { iaf: iaf(dim, { hidden: 9 }), 'inverse of maf': invert(maf(dim, { hidden: 9 })) };

  it.each(Object.entries(flows))('%s: y_i depends on all z_j with j ≤ i, and on no other', (_, flow) => {
    const triangle = Array.from({ length: dim }, (__, i) => Array.from({ length: i + 1 }, (___, j) => [i, j])).flat();
    expect(dependencies(flow)).toEqual(triangle);
  });

  it.each([
    ['iaf', iaf(dim, { hidden: 9, depth: 2, contextWidth: 3 })],
    ['inverse of maf', invert(maf(dim, { hidden: 9, depth: 2, contextWidth: 3 }))],
  ] as const)('%s: every component knows the context, the first one too, and order is kept', (_, flow) => {
    const triangle = Array.from({ length: dim }, (__, i) => Array.from({ length: i + 1 }, (___, j) => [i, j])).flat();
    expect(dependencies(flow)).toEqual(triangle);
    const all = Array.from({ length: dim }, (__, i) => [0, 1, 2].map((c) => [i, c])).flat();
    expect(dependencies(flow, 'context')).toEqual(all);
  });

  it('two layers go both ways', () => {
    expect(dependencies(iaf(dim, { hidden: 9, layers: 2 }))).toHaveLength(dim * dim);
  });

  it('a network whose mask leaks is no flow: its log-det is not the Jacobian’s', () => {
    const leaking = leakingIaf(4);
    expect(dependencies(leaking).some(([i, j]) => j > i)).toBe(true);
    expect(laws.logDetIsTheJacobians(leaking, 0.5)).not.toEqual([]);
    expect(laws.inverseUndoesForward(leaking, 0.5)).not.toEqual([]);
  });
});

/** IAF whose shift also sees the component after its own. */
function leakingIaf(dim: number): InvertibleFlow {
  const sound = iaf(dim, { hidden: 6 });
  const later = Float32Array.from({ length: dim * dim }, (_, i) => Number(i % dim === Math.floor(i / dim) - 1));
  return replaced(sound, ({ forward }) => ({
    forward(params, z) {
      const { y, logDet } = forward(params, z);
      return { y: tf.add(y, tf.tanh(tf.matMul(z, tf.tensor2d(later, [dim, dim])))) as Tensor2D, logDet };
    },
  }));
}

describe('MAF in dimension 40', () => {
  const flow = maf(40, { hidden: 6, depth: 1, contextWidth: 2 });

  it('has the log-det of its fast direction’s Jacobian, and a round trip that leads back', () => {
    expect(laws.logDetIsTheJacobians(invert(flow), 0.5)).toEqual([]);
    const inputs = drawInputs(flow, { batch: 4, scale: 0.5 });
    const thereAndBack = ({ z, ...params }: Tensors) => {
      const { y, logDet } = flow.forward(params as Params<ParamShapes>, z as Tensor2D);
      const back = flow.inverse(params as Params<ParamShapes>, y);
      return { z: back.z, sum: tf.add(logDet, back.logDet) };
    };
    const { z, sum } = eager(thereAndBack, inputs);
    expect(differences('z', z!, inputs.z!.values, 1e-4)).toEqual([]);
    expect(differences('log-dets together', sum!, new Float32Array(4), 1e-4)).toEqual([]);
  });

  it('compiles to the same, gradients included', async () => {
    expect(await laws.compilesToTheSame(flow, 0.5)).toEqual([]);
    expect(await gradientsCompileToTheSame(flow, 0.5)).toEqual([]);
  });
});

it('masks join every output with all components before it and no other, for any widths', () => {
  for (const [dim, hidden, depth, hasContext] of [
    [2, 1, 1, false],
    [5, 3, 2, false],
    [5, 16, 1, false],
    [40, 64, 2, false],
    [2, 2, 1, true],
    [5, 3, 2, true],
    [5, 5, 2, true],
    [40, 64, 1, true],
  ] as const) {
    const [first, ...rest] = autoregressiveMasks(dim, { layers: 1, hidden, depth, outputs: 1, hasContext });
    const product = rest.reduce((paths, mask) => times(paths, mask, hidden), Array.from(first!));
    product.forEach((paths, index) => {
      const [from, to] = [Math.floor(index / dim), index % dim];
      if (from >= to) expect(paths, `D=${dim}: ${from} → ${to}`).toBe(0);
      else if (hidden >= (hasContext ? dim : dim - 1)) expect(paths, `D=${dim}: ${from} → ${to}`).toBeGreaterThan(0);
    });
  }
});

/** The product of matrices [n, inner]·[inner, m]. */
function times(left: readonly number[], right: ArrayLike<number>, inner: number): number[] {
  const [n, m] = [left.length / inner, right.length / inner];
  return Array.from({ length: n * m }, (_, index) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += left[Math.floor(index / m) * inner + k]! * right[k * m + (index % m)]!;
    return sum;
  });
}

describe('log-dets that ignore a part', () => {
  const two = realnvp(4, { hidden: 5, layers: 2 });
  const firstLayer = realnvp(4, { hidden: 5 });
  const ofFirst = (params: Params<ParamShapes>) =>
    Object.fromEntries(
      Object.entries(params).map(([name, value]) => [
        name,
        tf.slice(
          value,
          0,
          [1, 1, ...value.shape.slice(2)].map((size, axis) => (axis < 2 ? 1 : size)),
        ),
      ]),
    );
  const mutants = {
    'the log-det of the first layer alone': replaced(two, ({ forward }) => ({
      forward: (params, z) => ({ y: forward(params, z).y, logDet: firstLayer.forward(ofFirst(params), z).logDet }),
    })),
    'a spline that forgets its bins': replaced(spline(4, { hidden: 5, bins: 4 }), ({ forward }) => ({
      forward: (params, z) => ({ y: forward(params, z).y, logDet: tf.zeros([z.shape[0]]) }),
    })),
    'NICE that scales': replaced(nice(4, { hidden: 5 }), ({ forward }) => ({
      forward(params, z) {
        const { y, logDet } = forward(params, z);
        return { y: tf.mul(y, 1.01) as Tensor2D, logDet };
      },
    })),
    'the log-det at a stale z': replaced(two, ({ forward }) => ({
      forward(params, z) {
        const { y } = forward(params, z);
        return { y, logDet: forward(params, y).logDet };
      },
    })),
  };

  it.each(Object.entries(mutants))('%s is no log-det', (_, mutant) => {
    expect(laws.logDetIsTheJacobians(mutant, 0.5)).not.toEqual([]);
  });
});

it.each(networkedFlowCases.map((row) => [row.name, row] as const))('%s refuses a single component', (_, { make }) => {
  expect(() => make(1)).toThrow(ExpectationError);
  expect(() => make(1)).toThrow('expected at least 2 components, got 1');
  expect(isInvertible(make(2))).toBe(true);
});

it('weights belong to all data: a row for each data point is refused', () => {
  const flow = realnvp(2, { hidden: 3 });
  const inputs = drawInputs(flow, { batch: 2, scale: 0.1 });
  const { values, shape } = inputs.kernel1!;
  const tiled = shaped([...values, ...values], [2, ...shape.slice(1)]);
  expect(() => eager(forwardOf(flow), { ...inputs, kernel1: tiled })).toThrow(
    'realnvp.forward: kernel1: expected [1, 1, 1, 3], got [2, 1, 1, 3]',
  );
});

it('mixing and initial weights do not depend on earlier draws', () => {
  const initial = () => nice(5, { layers: 2, mixing: 'orthogonal' }).initialParams(key(1));
  expect(initial()).toEqual(initial());
  expect(initial().kernel1).not.toEqual(nice(5, { layers: 2, mixing: 'orthogonal' }).initialParams(key(2)).kernel1);
});
