// A flow of one's own, as a plug-in: the sinh-arcsinh transform of Jones & Pewsey 2009, doi:10.1093/biomet/asp053,
// y = sinh((asinh z + ε)/δ) element by element, with |ε| ≤ 2 and ½ ≤ δ ≤ 2.
import { type InvertibleFlow, type OwnFlowRow, type Tensor, type Tensor1D, type Tensor2D, tf } from 'flowvae';

/** log cosh u = |u| + softplus(−2|u|) − log 2, without overflow. */
const logCosh = (u: Tensor) => tf.sub(tf.add(tf.abs(u), tf.softplus(tf.mul(tf.abs(u), -2))), Math.LN2);

/** log |d sinh v / d sinh u| for v = a·u + b with log a = `factor`, summed over a row. */
const logSlope = (v: Tensor, u: Tensor, factor: Tensor): Tensor1D =>
  tf.sum(tf.add(tf.sub(logCosh(v), logCosh(u)), factor), 1);

function sinhArcsinh(dim: number): InvertibleFlow {
  const bounded = ({ skew, tail }: Readonly<Record<string, Tensor>>) => ({
    epsilon: tf.mul(tf.tanh(skew!), 2),
    logDelta: tf.mul(tf.tanh(tail!), Math.LN2),
  });
  return {
    name: 'sinh-arcsinh',
    dim,
    paramShapes: { skew: [dim], tail: [dim] },
    initialParams: () => ({ skew: new Float32Array(dim), tail: new Float32Array(dim) }),
    forward(params, z) {
      const { epsilon, logDelta } = bounded(params);
      const u = tf.asinh(z);
      const v = tf.mul(tf.add(u, epsilon), tf.exp(tf.neg(logDelta)));
      return { y: tf.sinh(v) as Tensor2D, logDet: logSlope(v, u, tf.neg(logDelta)) };
    },
    inverse(params, y) {
      const { epsilon, logDelta } = bounded(params);
      const v = tf.asinh(y);
      const u = tf.sub(tf.mul(v, tf.exp(logDelta)), epsilon);
      return { z: tf.sinh(u) as Tensor2D, logDet: logSlope(u, v, logDelta) };
    },
  };
}

export const flows: Record<string, OwnFlowRow> = { 'sinh-arcsinh': { make: ({ dim }) => sinhArcsinh(dim) } };
