// Mutants of `flows` that change no result, each with its reason.
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
    file: 'packages/flows/src/frames/planar-chain.ts',
    before: "const isFloat = [w, u, b, z].every(({ dtype }) => dtype === 'float32');",
    after: ["const isFloat = [w, u, b, z].some(({ dtype }) => dtype === 'float32');"],
    reason: 'which of two ways computes the same numbers; that graphs take the kernel is a test of the compiler',
  },
  {
    file: 'packages/flows/src/frames/planar-chain.ts',
    before: 'if (!fits || tf.engine().state.gradientDepth > 1 || !hasKernel(planarChainKernel.name)) return undefined;',
    after: [
      'if (!fits || tf.engine().state.gradientDepth >= 1 || !hasKernel(planarChainKernel.name)) return undefined;',
    ],
    reason: 'which of two ways computes the same numbers; that graphs take the kernel is a test of the compiler',
  },
  {
    file: 'packages/flows/src/frames/planar-chain.ts',
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
    file: 'packages/flows/src/frames/rank-one-layers.ts',
    before: 'return { size: rows === 1 ? 1 : z0.shape[0] / rows, layers: params[0]!.shape[1] };',
    after: ['return { size: rows === 0 ? 1 : z0.shape[0] / rows, layers: params[0]!.shape[1] };'],
    reason: 'a shared row is one group of all rows, or a group for each: the same numbers',
  },
  {
    file: 'packages/flows/src/frames/rank-one-layers.ts',
    before: 'return { size: rows === 1 ? 1 : z0.shape[0] / rows, layers: params[0]!.shape[1] };',
    after: ['return { size: rows === 1 ? 1 : z0.shape[0] / rows, layers: params[1]!.shape[1] };'],
    reason: 'w and û have as many layers',
  },
  {
    file: 'packages/flows/src/frames/rank-one-layers.ts',
    before: 'const isShared = [w, uHat, b].map((x) => x.shape[0] === 1 && z.shape[0] > 1);',
    after: ['const isShared = [w, uHat, b].map((x) => x.shape[0] === 1 && z.shape[0] >= 1);'],
    reason: 'a shortcut: a sum over one row',
  },
  {
    file: 'packages/flows/src/frames/rank-one-layers.ts',
    before: 'if (size === 1) return tf.expandDims(x, 2);',
    after: ['if (false) return tf.expandDims(x, 2);'],
    reason: 'a shortcut: groups of one row',
  },
  {
    file: 'packages/flows/src/frames/rank-one-layers.ts',
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
    before: 'for (let pass = 1; pass < dim; pass++) step = affineMap.inverse(target, network(step.value));',
    after: ['for (let pass = 0; pass < dim; pass++) step = affineMap.inverse(target, network(step.value));'],
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
    file: 'packages/flows/src/frames/made-masks.ts',
    before: 'const inputs = Array.from({ length: dim }, (_, i) => ((first + k) % 2 === 0 ? i + 1 : dim - i));',
    after: ['const inputs = Array.from({ length: dim }, (_, i) => ((first - k) % 2 === 0 ? i + 1 : dim - i));'],
    reason: 'of the place only the parity counts, which is the same',
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
  {
    file: 'packages/flows/src/check/gradients/gradient-questions.ts',
    before: 'if (coin < 0.5) return Math.min(gradient.length - 1, Math.floor(place * gradient.length));',
    after: [
      'if (coin < 0.5) return Math.min(gradient.length + 1, Math.floor(place * gradient.length));',
      'if (coin < 0.5) return Math.min(gradient.length - 0, Math.floor(place * gradient.length));',
    ],
    reason: 'a uniform number is below 1',
  },
  {
    file: 'packages/flows/src/check/gradients/gradient-questions.ts',
    before: 'return gradient.reduce((best, value, i) => (Math.abs(value) > Math.abs(gradient[best]!) ? i : best), 0);',
    after: [
      'return gradient.reduce((best, value, i) => (Math.abs(value) >= Math.abs(gradient[best]!) ? i : best), 0);',
    ],
    reason: 'either of two equal elements',
  },
  {
    file: 'packages/flows/src/check/gradients/gradient-check.ts',
    before: 'const ATTEMPTS = [1, 1 / 8, 1 / 64];',
    after: ['const ATTEMPTS = [1, 1 / 8, 1 / 65];'],
    reason: 'a step that is shorter by one part in 65',
  },
  {
    file: 'packages/flows/src/check/gradients/gradient-check.ts',
    before: 'const at = list.findIndex((one, i) => !list.slice(i + 1).some((shorter) => contradict(one, shorter)));',
    after: ['const at = list.findIndex((one, i) => !list.slice(i + 0).some((shorter) => contradict(one, shorter)));'],
    reason: 'no difference contradicts itself',
  },
  {
    file: 'packages/flows/src/check/gradients/gradient-check.ts',
    before: 'const shows = attempt === 1 ? !isBlurred(difference) : isSharp(difference);',
    after: ['const shows = (isSharp(difference));'],
    reason: 'a shortcut: what is right and not blurred at the first step is confirmed at the end',
  },
  {
    file: 'packages/flows/src/check/gradients/gradient-check.ts',
    before: 'given = only(given, (question) => !answers.has(question) && !isBlurred(seen.get(question)!.at(-1)!));',
    after: ['given = only(given, (question) => !answers.has(question) && !isBlurred(seen.get(question)!.at(-0)!));'],
    reason: 'time only: a shorter step than a blurred one is blurred as well',
  },
  {
    file: 'packages/flows/src/check/check-flow.ts',
    before:
      'function checkOptions({ checks = allChecks, draws = 4, points = 8 }: CheckFlowOptions, scales: readonly number[]) {',
    after: [
      'function checkOptions({ checks = allChecks, draws = 5, points = 8 }: CheckFlowOptions, scales: readonly number[]) {',
    ],
    reason: 'any whole number is accepted',
  },
  {
    file: 'packages/flows/src/check/rows-check.ts',
    before: 'const COPIES = 3;',
    after: ['const COPIES = 4;'],
    reason: 'rounding is looked at once more',
  },
  {
    file: 'packages/flows/src/check/rows-check.ts',
    before: 'if (!(rounding <= LARGEST_ROUNDING)) return undefined;',
    after: ['if (!(rounding < LARGEST_ROUNDING)) return undefined;'],
    reason: 'a rounding of exactly 1e-2',
  },
  {
    file: 'packages/flows/src/check/finite-layers.ts',
    before: 'return sums.reduce((total, sum) => tf.add(total, sum));',
    after: ['return sums.reduce((total, sum) => tf.sub(total, sum));'],
    reason: 'gradients of a difference are finite where those of the sum are',
  },
  {
    file: 'packages/flows/src/check/finite-layers.ts',
    before: 'const LARGEST_POINT = 1e9;',
    after: ['const LARGEST_POINT = 1000000001;'],
    reason: 'one part in 10⁹ more',
  },
  {
    file: 'packages/flows/src/check/map-checks.ts',
    before: "if (Number.isNaN(largest)) return [...growths, 0].map(() => notFinite('y or its Jacobian', row));",
    after: ["if (Number.isNaN(largest)) return [...growths, 1].map(() => notFinite('y or its Jacobian', row));"],
    reason: 'only the number of items counts',
  },
  {
    file: 'packages/flows/src/check/gradients/gradient-check.ts',
    before: 'given = only(given, (question) => !answers.has(question) && !isBlurred(seen.get(question)!.at(-1)!));',
    after: ['given = only(given, (question) => !answers.has(question) || !isBlurred(seen.get(question)!.at(-1)!));'],
    reason: 'time only: a shorter step confirms what a longer one did, and one that is blurred decides nothing',
  },
  {
    file: 'packages/flows/src/check/map-checks.ts',
    before: 'if (error <= allowed && rounding > LARGEST_LOG_DET_ROUNDING) return undefined;',
    after: ['if (error <= allowed && rounding >= LARGEST_LOG_DET_ROUNDING) return undefined;'],
    reason: 'a rounding of exactly 2e-3',
  },
  {
    file: 'packages/flows/src/check/drawn-inputs.ts',
    before: 'for (let row = 0; row < rows * times; row++) {',
    after: ['for (let row = 0; row <= rows * times; row++) {'],
    reason: 'an empty row behind the last',
  },
  {
    file: 'packages/flows/src/check/jacobian.ts',
    before: 'for (let j = k; j < 2 * n; j++) top[j]! /= divisor;',
    after: [
      'for (let j = k; j <= 2 * n; j++) top[j]! /= divisor;',
      'for (let j = k; j < 3 * n; j++) top[j]! /= divisor;',
    ],
    reason: 'nothing lies behind the end of an array',
  },
  {
    file: 'packages/flows/src/check/jacobian.ts',
    before: 'if (factor !== 0) for (let j = k; j < 2 * n; j++) row[j]! -= factor * top[j]!;',
    after: [
      'if (factor !== 0) for (let j = k; j < 3 * n; j++) row[j]! -= factor * top[j]!;',
      'if (factor !== 0) for (let j = k; j <= 2 * n; j++) row[j]! -= factor * top[j]!;',
    ],
    reason: 'nothing lies behind the end of an array',
  },
  {
    file: 'packages/flows/src/check/probe.ts',
    before: "Array.from(drawUniform(fold(key, 'cotangent'), COPIES), (value) => Math.fround((1 + value) / 2));",
    after: ["Array.from(drawUniform(fold(key, 'cotangent'), COPIES), (value) => Math.fround((1 - value) / 2));"],
    reason: 'any factor that is no power of 2 rounds in another way',
  },
  {
    file: 'packages/flows/src/check/gradients/joint-differences.ts',
    before: 'const step = Math.min(...questions.map((question) => stepOf(question, probe.scale)));',
    after: ['const step = Math.max(...questions.map((question) => stepOf(question, probe.scale)));'],
    reason: 'time only: what a longer step does not confirm is asked by itself',
  },
  {
    file: 'packages/flows/src/check/jacobian.ts',
    before: 'Float64Array.from({ length: 2 * n }, (__, j) => (j < n ? matrix[i * n + j]! : Number(j - n === i))),',
    after: ['Float64Array.from({ length: 3 * n }, (__, j) => (j < n ? matrix[i * n + j]! : Number(j - n === i))),'],
    reason: 'columns that nobody reads',
  },
  {
    file: 'packages/flows/src/check/rows-check.ts',
    before: 'const copies = Array.from({ length: COPIES + 1 }, (_, copy) =>',
    after: ['const copies = Array.from({ length: COPIES + 0 }, (_, copy) =>'],
    reason: 'rounding is looked at twice, not three times',
  },
  {
    file: 'packages/flows/src/check/gradients/gradient-check.ts',
    before: 'if (shows && isRight(difference)) answers.set(question, comparisonOf(difference));',
    after: ['if (false) answers.set(question, comparisonOf(difference));'],
    reason: 'time only: the end confirms what is right at any step',
  },
  {
    file: 'packages/flows/src/check/gradients/gradient-questions.ts',
    before: 'const [coin, place] = drawUniform(key, 2) as unknown as [number, number];',
    after: ['const [coin, place] = drawUniform(key, 3) as unknown as [number, number];'],
    reason: 'a longer draw begins with the shorter one',
  },
  {
    file: 'packages/flows/src/check/autodiff.ts',
    before: 'if (!(error instanceof Error)) throw error;',
    after: ['if (false) throw error;'],
    reason: 'thrown at the end as well: it has no message that matches',
  },
  {
    file: 'packages/flows/src/check/map-checks.ts',
    before: 'if (largest > LARGEST_GROWTH) return [...growths, 0].map(() => undefined);',
    after: ['if (largest > LARGEST_GROWTH) return [...growths, 1].map(() => undefined);'],
    reason: 'only the number of items counts',
  },
  {
    file: 'packages/flows/src/check/gradients/gradient-check.ts',
    before: 'attempt * SECOND_LOOK,',
    after: ['attempt / SECOND_LOOK,'],
    reason: 'a second step beside the first, longer in place of shorter',
  },
  {
    file: 'packages/flows/src/check/gradients/probe-loss.ts',
    before: 'if (rows.length === size) return rows;',
    after: ['if (false) return rows;'],
    reason: 'a shortcut: sums of one number each',
  },
  {
    file: 'packages/flows/src/check/gradients/probe-loss.ts',
    before:
      'const results = isStackable ? evaluateEach(map, asIs, { shared, keepsBroadcast }) : asIs.map((inputs) => evaluate(map, inputs));',
    after: ['const results = (asIs.map((inputs) => evaluate(map, inputs)));'],
    reason: 'time only: one call for each input',
  },
  {
    file: 'packages/flows/src/check/finite-layers.ts',
    before:
      'condition <= LARGEST_CONDITION && inverse.every((element) => Math.abs(element) <= LARGEST_INVERSE) ? [row] : [],',
    after: [
      'condition < LARGEST_CONDITION && inverse.every((element) => Math.abs(element) <= LARGEST_INVERSE) ? [row] : [],',
    ],
    reason: 'a condition of exactly 1e6',
  },
];
