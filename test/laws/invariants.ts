// The quantities that keep a flow invertible, computed from outside on wide draws: a log-det that agrees with the
// Jacobian does not show them.
import type { Flow, ParamShapes, Params } from '@flowvae/flows';
import { fold, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { softplus } from '../reference/flow-cases.ts';
import { differences } from './comparison.ts';
import { eager, type Inputs, shaped, type Tensors } from './evaluation.ts';
import { drawInputs, forwardOf } from './flow-inputs.ts';

const DRAWS = 1000;

/**
 * The sign of det ∂y/∂z never changes: along a segment between two points the determinant of a map that folds passes 0.
 */
export function neverFolds(flow: Flow): string[] {
  const { dim } = flow;
  return [0.3, 1, 3].flatMap((scale) => {
    const inputs = drawInputs(flow, { batch: 200, scale, seed: fold(key(60), flow.name) });
    const column = ({ z, ...params }: Tensors) => {
      const map = (at: Tensor2D) => flow.forward(params as Params<ParamShapes>, at).y;
      const gradients = Array.from({ length: dim }, (_, i) => {
        const pick = tf.oneHot(tf.fill([z!.shape[0]!], i, 'int32'), dim);
        return [`row${i}`, tf.grad((at) => tf.sum(tf.mul(map(at as Tensor2D), pick)))(z!)] as const;
      });
      return Object.fromEntries(gradients);
    };
    const rows = eager(column, inputs);
    return Array.from({ length: 200 }, (_, point) => {
      const matrix = Array.from({ length: dim }, (__, i) =>
        Array.from(rows[`row${i}`]!.subarray(point * dim, (point + 1) * dim)),
      );
      return determinant(matrix);
    }).flatMap((value, point) => (value > -1e-4 ? [] : [`scale ${scale}, point ${point}: determinant ${value}`]));
  });
}

/** By expansion along the first row: with its sign. */
function determinant(matrix: readonly (readonly number[])[]): number {
  const [first, ...others] = matrix;
  if (others.length === 0) return first![0]!;
  return first!.reduce(
    (sum, entry, j) => sum + (j % 2 === 0 ? 1 : -1) * entry * determinant(others.map((row) => row.toSpliced(j, 1))),
    0,
  );
}

/** At r the points of one radial layer move by (r + σ)/(α + r) > 0, and at its centre the log-det is D·log(σ/α). */
export function radialSlopes(flow: Flow): string[] {
  const { dim } = flow;
  const drawn = drawInputs(flow, { batch: DRAWS, scale: 10, seed: key(61) });
  const centred = { ...drawn, z0: shaped(new Float32Array(DRAWS * dim), [DRAWS, 1, dim]) };
  const { y } = eager(forwardOf(flow), centred);
  const atCentre = eager(forwardOf(flow), { ...centred, z: shaped(new Float32Array(DRAWS * dim), [DRAWS, dim]) });
  const rows = Array.from({ length: DRAWS }, (_, row) => {
    const z = Array.from(drawn.z!.values.subarray(row * dim, (row + 1) * dim));
    const [alpha, sigma] = [softplus(drawn.alpha!.values[row]!), softplus(drawn.beta!.values[row]!)];
    const r = Math.hypot(...z);
    return { moved: z.map((zi) => (zi * (r + sigma)) / (alpha + r)), logDet: dim * Math.log(sigma / alpha) };
  });
  const moved = rows.flatMap((row) => row.moved);
  return [
    ...differences('y', y!, moved, 2e-6),
    ...differences(
      'logDet at the centre',
      atCentre.logDet!,
      rows.map(({ logDet }) => logDet),
      2e-7 * (dim + 10), // D logarithms of about 1 each may nearly cancel
    ),
  ];
}

/** With b = 0, at z = 0, one triangular Sylvester layer has the log-det Σ log(1 + r₁r₂) = Σ log softplus(product). */
export function sylvesterSlopes(flow: Flow): string[] {
  const { dim } = flow;
  const { z, b, ...drawn } = drawInputs(flow, { batch: DRAWS, scale: 10, seed: key(62) });
  const zero = (values: Inputs[string]) =>
    shaped(
      values.values.map(() => 0),
      values.shape,
    );
  const { logDet } = eager(forwardOf(flow), { z: zero(z!), b: zero(b!), ...drawn });
  const expected = Array.from({ length: DRAWS }, (_, row) =>
    Array.from(drawn.product!.values.subarray(row * dim, (row + 1) * dim)).reduce(
      (sum, product) => sum + Math.log(softplus(product)),
      0,
    ),
  );
  return differences('logDet', logDet!, expected, 2e-6);
}
