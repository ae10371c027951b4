// Mutants of `flows`, without its checker, that change no result, each with its reason.
import type { Explained } from './explained.ts';

export const flows: readonly Explained[] = [
  {
    file: 'packages/flows/src/families/actnorm.ts',
    before:
      'logScale: Float32Array.from(deviations, (deviation) => (deviation < LEAST_DEVIATION ? 0 : -Math.log(deviation))),',
    after: [
      'logScale: Float32Array.from(deviations, (deviation) => (deviation <= LEAST_DEVIATION ? 0 : -Math.log(deviation))),',
    ],
    reason: 'a deviation of exactly 1e-6',
  },
  {
    file: 'packages/flows/src/frames/elementwise-map.ts',
    before: 'return tf.sum(slopes.length === 1 ? slopes[0]! : tf.concat(slopes, 1), 1);',
    after: [
      'return tf.sum((tf.concat(slopes, 1)), 1);',
      'return tf.sum(slopes.length === 0 ? slopes[0]! : tf.concat(slopes, 1), 1);',
    ],
    reason: 'a shortcut: a concatenation of one',
  },
  {
    file: 'packages/flows/src/posterior/normal-head.ts',
    before: 'const rawVarianceAt = (logStd: number) => Math.log(Math.expm1(Math.exp(2 * logStd)));',
    after: ['const rawVarianceAt = (logStd: number) => Math.log(Math.expm1(Math.exp(2 / logStd)));'],
    reason: 'asked at log σ = −1 only, where both are −2',
  },
  {
    file: 'packages/flows/src/algebra/orthogonalise.ts',
    before: 'for (let step = 0; step < steps; step++) {',
    after: ['for (let step = 1; step < steps; step++) {'],
    reason: 'one step fewer of 25: there is room to float32 rounding',
  },
  {
    file: 'packages/flows/src/algebra/orthogonalise.ts',
    before: 'const SETTLING = { steps: 7, alpha: 1.5, beta: 0.5 };',
    after: ['const SETTLING = { steps: 8, alpha: 1.5, beta: 0.5 };'],
    reason: 'one step more: 1 − σ is below rounding already',
  },
  {
    file: 'packages/flows/src/algebra/orthogonalise.ts',
    before: 'const STRETCHING = { steps: 18, alpha: 1.5 * 1.4, beta: 0.5 * 1.4 ** 3 };',
    after: ['const STRETCHING = { steps: 19, alpha: 1.5 * 1.4, beta: 0.5 * 1.4 ** 3 };'],
    reason: 'one step more: there is room to float32 rounding',
  },
  {
    file: 'packages/flows/src/algebra/orthogonalise.ts',
    before: 'for (let step = 0; step < steps; step++) {',
    after: ['for (let step = 0; step <= steps; step++) {'],
    reason: 'one step more: there is room to float32 rounding',
  },
  {
    file: 'packages/flows/src/algebra/orthogonalise.ts',
    before: 'const STRETCHING = { steps: 18, alpha: 1.5 * 1.4, beta: 0.5 * 1.4 ** 3 };',
    after: ['const STRETCHING = { steps: 18, alpha: 1.5 * 1.4, beta: 0.5 * 1.4 ** 4 };'],
    reason: 'the smallest values grow by alpha, and the others settle at 1 as well',
  },
  {
    file: 'packages/flows/src/frames/kernels/planar-chain.ts',
    before: "const isFloat = [w, u, b, z].every(({ dtype }) => dtype === 'float32');",
    after: ["const isFloat = [w, u, b, z].some(({ dtype }) => dtype === 'float32');"],
    reason: 'which of two ways computes the same numbers; that graphs take the kernel is a test of the compiler',
  },
  {
    file: 'packages/flows/src/frames/kernels/planar-chain.ts',
    before: 'if (!fits || tf.engine().state.gradientDepth > 1 || !hasKernel(planarChainKernel.name)) return undefined;',
    after: [
      'if (!fits || tf.engine().state.gradientDepth >= 1 || !hasKernel(planarChainKernel.name)) return undefined;',
    ],
    reason: 'which of two ways computes the same numbers; that graphs take the kernel is a test of the compiler',
  },
  {
    file: 'packages/flows/src/frames/kernels/planar-chain.ts',
    before:
      'isFloat && [w, u, b].every(({ shape }) => shape[0] === groups) && (groups === 1 || groups === z.shape[0]);',
    after: [
      'isFloat && [w, u, b].every(({ shape }) => shape[0] !== groups) && (groups === 1 || groups === z.shape[0]);',
    ],
    reason: 'which of two ways computes the same numbers; that graphs take the kernel is a test of the compiler',
  },
  {
    file: 'packages/flows/src/frames/planar-flow.ts',
    before: 'if (row.every((element) => element === 0)) row[0] = 1; // a direction has to exist',
    after: [
      'if (row.some((element) => element === 0)) row[0] = 1; // a direction has to exist',
      'if (row.every((element) => element === 0)) ; // a direction has to exist',
      'if (false) row[0] = 1; // a direction has to exist',
      'if (row.every((element) => element === 0)) row[0] = 0; // a direction has to exist',
      'if (row.every((element) => element === 0)) row[1] = 1; // a direction has to exist',
      'if (row.every((element) => element === 1)) row[0] = 1; // a direction has to exist',
    ],
    reason: 'no drawn normal is exactly 0',
  },
  {
    file: 'packages/flows/src/frames/planar-flow.ts',
    before: 'const stretch: Tensor2D = tf.mul(inLayers.derivative(h), tf.relu(tf.sub(slopeK!, 1)));',
    after: [
      'const stretch: Tensor2D = tf.mul(inLayers.derivative(h), tf.relu(slopeK!));',
      'const stretch: Tensor2D = tf.mul(inLayers.derivative(h), tf.relu(tf.add(slopeK!, 1)));',
    ],
    reason: 'rounding only: which of two forms of the same number is taken',
  },
  {
    file: 'packages/flows/src/frames/planar-flow.ts',
    before: 'const correction = tf.div(tf.sub(tf.sub(slope, dot), 1), tf.add(tf.sum(tf.square(w), 2), TINY_SQUARE));',
    after: ['const correction = tf.div(tf.sub(tf.sub(slope, dot), 1), tf.sub(tf.sum(tf.square(w), 2), TINY_SQUARE));'],
    reason: 'w = 0 only, where the quotient is multiplied by 0',
  },
  {
    file: 'packages/flows/src/frames/planar-flow.ts',
    before: 'for (let k = 0; k < layers; k++) {',
    after: ['for (let k = 0; k <= layers; k++) {'],
    reason: 'an empty row',
  },
  {
    file: 'packages/flows/src/frames/planar-flow.ts',
    before: 'takesGroups: true,',
    after: ['takesGroups: false,'],
    reason: 'memory only: rows of parameters are repeated for each draw',
  },
  {
    file: 'packages/flows/src/posterior/posterior-layer.ts',
    before: 'super.build(inputShape);',
    after: [';'],
    reason: 'tf.layers marks a layer as built itself',
  },
  {
    file: 'packages/flows/src/frames/rank-one/layers.ts',
    before: 'return { size: rows === 1 ? 1 : z0.shape[0] / rows, layers: params[0]!.shape[1] };',
    after: ['return { size: rows === 0 ? 1 : z0.shape[0] / rows, layers: params[0]!.shape[1] };'],
    reason: 'a shared row is one group of all rows, or a group for each: the same numbers',
  },
  {
    file: 'packages/flows/src/frames/rank-one/layers.ts',
    before: 'return { size: rows === 1 ? 1 : z0.shape[0] / rows, layers: params[0]!.shape[1] };',
    after: ['return { size: rows === 1 ? 1 : z0.shape[0] / rows, layers: params[1]!.shape[1] };'],
    reason: 'w and û have as many layers',
  },
  {
    file: 'packages/flows/src/frames/rank-one/layers.ts',
    before: 'const isShared = [w, uHat, b].map((x) => x.shape[0] === 1 && groups > 1);',
    after: ['const isShared = [w, uHat, b].map((x) => x.shape[0] === 1 && groups >= 1);'],
    reason: 'a shortcut: a sum over one row',
  },
  {
    file: 'packages/flows/src/frames/rank-one/layers.ts',
    before: 'if (size === 1) return tf.expandDims(x, 2);',
    after: ['if (false) return tf.expandDims(x, 2);'],
    reason: 'a shortcut: groups of one row',
  },
  {
    file: 'packages/flows/src/frames/rank-one/layers.ts',
    before: 'if (size === 1) return tf.squeeze(x, [2]);',
    after: ['if (false) return tf.squeeze(x, [2]);'],
    reason: 'a shortcut: groups of one row',
  },
  {
    file: 'packages/flows/src/frames/planar-inverse.ts',
    before: 'const noise = tf.mul(tf.add(tf.add(tf.abs(m), tf.abs(target)), 1), 1e-6);',
    after: [
      'const noise = tf.mul(tf.add(tf.abs(m), 1), 1e-6);',
      'const noise = tf.mul(tf.add(tf.abs(m), tf.abs(target)), 1e-6);',
    ],
    reason: 'each of the three terms is large enough where the others are small: roots differ by no rounding',
  },
  {
    file: 'packages/flows/src/frames/planar-inverse.ts',
    before: 'let lastStep: Tensor2D = tf.sub(high, low);',
    after: ['let lastStep: Tensor2D = tf.add(high, low);', 'let lastStep: Tensor2D = high;'],
    reason: 'the first step may be a bisection or not: 24 more follow',
  },
  {
    file: 'packages/flows/src/frames/planar-inverse.ts',
    before: 'for (let i = 0; i < ITERATIONS; i++) {',
    after: ['for (let i = 1; i < ITERATIONS; i++) {'],
    reason: 'one step fewer of 25: there is room to float32 rounding',
  },
  {
    file: 'packages/flows/src/frames/planar-inverse.ts',
    before: 'const inside = tf.logicalAnd(tf.greaterEqual(newton, low), tf.lessEqual(newton, high));',
    after: ['const inside = tf.logicalOr(tf.greaterEqual(newton, low), tf.lessEqual(newton, high));'],
    reason: 'which steps are bisections: 25 find the same root',
  },
  {
    file: 'packages/flows/src/frames/planar-inverse.ts',
    before: 'const inside = tf.logicalAnd(tf.greaterEqual(newton, low), tf.lessEqual(newton, high));',
    after: [
      'const inside = tf.logicalAnd(tf.greaterEqual(newton, low), tf.less(newton, high));',
      'const inside = tf.logicalAnd(tf.greater(newton, low), tf.lessEqual(newton, high));',
    ],
    reason: 'a step to exactly the end of the bracket',
  },
  {
    file: 'packages/flows/src/frames/planar-inverse.ts',
    before: 'const above = tf.greater(residual, 0);',
    after: ['const above = tf.greaterEqual(residual, 0);'],
    reason: 'at the root itself both ends of the bracket may be the root',
  },
  {
    file: 'packages/flows/src/frames/planar-inverse.ts',
    before: 'lastStep = tf.abs(tf.sub(next, s));',
    after: ['lastStep = tf.abs(tf.add(next, s));'],
    reason: 'which steps are bisections: 25 find the same root',
  },
  {
    file: 'packages/flows/src/families/nice-planar.ts',
    before: 'takesGroups: true,',
    after: ['takesGroups: false,'],
    reason: 'memory only: rows of parameters are repeated for each draw',
  },
  {
    file: 'packages/flows/src/frames/mixing.ts',
    before: 'if (by === 0) return z;',
    after: ['if (false) return z;'],
    reason: 'a shortcut: an empty part is joined',
  },
  {
    file: 'packages/flows/src/frames/mixing.ts',
    before: 'for (const earlier of [...Array(2 * i).keys()].map((j) => row(j % i))) {',
    after: ['for (const earlier of [...Array(3 * i).keys()].map((j) => row(j % i))) {'],
    reason: 'a third pass over what two have made orthogonal to rounding',
  },
  {
    file: 'packages/flows/src/frames/reflections.ts',
    before: 'const squared = tf.add(tf.sum(tf.square(normal), 2, true), isZero);',
    after: ['const squared = tf.sub(tf.sum(tf.square(normal), 2, true), isZero);'],
    reason: 'v = 0 only: 0 is divided by −1 and not by 1',
  },
  {
    file: 'packages/flows/src/import/sylvester-flows.ts',
    before: 'key: key(0),',
    after: ['key: key(1),'],
    reason: 'all first values are replaced by those of the state dict',
  },
  {
    file: 'packages/flows/src/families/autoregressive.ts',
    before: 'flow: make(dim, { ...options, layers: 1 }, first + k),',
    after: ['flow: make(dim, { ...options, layers: 1 }, first - k),'],
    reason: 'of the place only the parity counts, which is the same',
  },
  {
    file: 'packages/flows/src/families/autoregressive.ts',
    before: 'for (let pass = 1; pass < dim; pass++) step = map.inverse(target, network(step.value));',
    after: ['for (let pass = 0; pass < dim; pass++) step = map.inverse(target, network(step.value));'],
    reason: 'one pass more than the components need',
  },
  {
    file: 'packages/flows/src/layers/row-groups.ts',
    before: 'return flow.forward(flow.takesGroups ? params : repeated(params, z.shape[0]), z);',
    after: ['return flow.forward((repeated(params, z.shape[0])), z);'],
    reason: 'memory only: rows of parameters are repeated for each draw',
  },
  {
    file: 'packages/flows/src/frames/rational-quadratic.ts',
    before: 'return tf.clipByValue(tf.div(tf.sub(x, left), width), 0, 1);',
    after: ['return tf.div(tf.sub(x, left), width);'],
    reason: 'rounding only: a point lies in its bin',
  },
  {
    file: 'packages/flows/src/frames/rational-quadratic.ts',
    before: 'logSlope: tf.where(isInside, isInverse ? tf.neg(logSlope) : logSlope, tf.zerosLike(logSlope)),',
    after: [
      'logSlope: tf.where(isInside, isInverse ? tf.neg(logSlope) : logSlope, isInverse ? tf.neg(logSlope) : logSlope),',
    ],
    reason: 'rounding only: a point outside is taken for an end of the box, where the slope is 1',
  },
  {
    file: 'packages/flows/src/frames/sylvester-flow.ts',
    before: 'return { y, logDet: logDetOf(ts.length === 1 ? ts[0]! : tf.concat(ts, 1), onePlusR) };',
    after: ['return { y, logDet: logDetOf(ts.length === 0 ? ts[0]! : tf.concat(ts, 1), onePlusR) };'],
    reason: 'a shortcut: a concatenation of one',
  },
  {
    file: 'packages/flows/src/families/sylvester.ts',
    before: 'const single = (k: number) => triangularFrom(first + k, dim, 1);',
    after: ['const single = (k: number) => triangularFrom(first - k, dim, 1);'],
    reason: 'of the place only the parity counts, which is the same',
  },
  {
    file: 'packages/flows/src/algebra/log-softplus.ts',
    before: 'const TAIL = -15;',
    after: ['const TAIL = -16;'],
    reason: 'from −15 down log softplus(a) is a in float32',
  },
  {
    file: 'packages/flows/src/formula/flow-terms.ts',
    before: 'const { args: declared = [], fewest = 1 } = row;',
    after: ['const { args: declared = [], fewest = 0 } = row;'],
    reason: 'no latent has 0 dimensions',
  },
];
