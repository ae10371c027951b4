// Mutants that change no result, each with its reason.
import type { Mutant } from './mutant.ts';

/** Mutants of one line for one reason. */
interface Explained {
  readonly file: string;
  /** The line as it stands, without indentation. */
  readonly before: string;
  /** The line as the mutants have it. */
  readonly after: readonly string[];
  readonly reason: string;
}

export const explained: readonly Explained[] = [
  {
    file: 'packages/distributions/src/bernoulli.ts',
    before: 'const MOST_FACTORS = 64;',
    after: ['const MOST_FACTORS = 65;'],
    reason: 'any number up to 127 gives the same sum',
  },
  {
    file: 'packages/distributions/src/continuous-bernoulli.ts',
    before:
      '(t) => tf.add(1 / 2, tf.mul(t, polynomial(tf.square(t), [-1 / 12, 1 / 720, -1 / 30_240, 1 / 1_209_600]))),',
    after: ['(t) => tf.add(1 / 2, tf.mul(t, polynomial(tf.square(t), [-1 / 12, 1 / 720, -1 / 30_240, 1 / 1209601]))),'],
    reason: 'one millionth of a term of 1e-6',
  },
  {
    file: 'packages/distributions/src/continuous-bernoulli.ts',
    before: '(t) => tf.add(tf.mul(t, -1 / 2), polynomial(tf.square(t), [0, 1 / 24, -1 / 2880, 1 / 181_440])),',
    after: ['(t) => tf.add(tf.mul(t, -1 / 2), polynomial(tf.square(t), [0, 1 / 24, -1 / 2880, 1 / 181441])),'],
    reason: 'less than a millionth of a term of 1e-5',
  },
  {
    file: 'packages/distributions/src/continuous-bernoulli.ts',
    before:
      '(t) => tf.add(1 / 2, tf.mul(t, polynomial(tf.square(t), [-1 / 12, 1 / 720, -1 / 30_240, 1 / 1_209_600]))),',
    after: [
      '(t) => tf.add(1 / 2, tf.mul(t, polynomial(tf.square(t), [-1 / 12, 1 / 720, -1 / 30241, 1 / 1_209_600]))),',
    ],
    reason: 'one part in 30,000 of a term of 3e-5',
  },
  {
    file: 'packages/distributions/src/logistic-mixture.ts',
    before: '(sum, edge) => tf.tidy(() => tf.add(sum, tf.sigmoid(tf.mul(tf.sub(mean, edge), inverseScale)))),',
    after: ['(sum, edge) => tf.tidy(() => tf.add(sum, tf.sigmoid(tf.mul(tf.add(mean, edge), inverseScale)))),'],
    reason: 'the edges lie symmetrically about 0',
  },
  {
    file: 'packages/distributions/src/logit-normal.ts',
    before: '.map((node, i): Tensor2D => tf.mul(tf.sigmoid(tf.add(mean, tf.mul(alpha, node))), weights[i]! / total))',
    after: ['.map((node, i): Tensor2D => tf.mul(tf.sigmoid(tf.sub(mean, tf.mul(alpha, node))), weights[i]! / total))'],
    reason: 'nodes and weights are symmetrical',
  },
  {
    file: 'packages/distributions/src/logit-normal.ts',
    before: 'const [STEP, REACH] = [0.2, 5];',
    after: ['const [STEP, REACH] = [0.2, 6];'],
    reason: 'nodes beyond 5 deviations weigh less than float32 sees',
  },
  {
    file: 'packages/distributions/src/logit-normal.ts',
    before: 'const nodes = Array.from({ length: 2 * Math.round(REACH / STEP) + 1 }, (_, i) => i * STEP - REACH);',
    after: ['const nodes = Array.from({ length: 3 * Math.round(REACH / STEP) + 1 }, (_, i) => i * STEP - REACH);'],
    reason: 'nodes beyond 5 deviations weigh less than float32 sees',
  },
  {
    file: 'packages/distributions/src/logit-normal.ts',
    before: 'const nodes = Array.from({ length: 2 * Math.round(REACH / STEP) + 1 }, (_, i) => i * STEP - REACH);',
    after: ['const nodes = Array.from({ length: 2 * REACH / STEP + 1 }, (_, i) => i * STEP - REACH);'],
    reason: 'a quotient that is whole but for rounding',
  },
  {
    file: 'packages/distributions/src/logit-normal.ts',
    before: 'const nodes = Array.from({ length: 2 * Math.round(REACH / STEP) + 1 }, (_, i) => i * STEP - REACH);',
    after: ['const nodes = Array.from({ length: 2 * Math.round(REACH / STEP) + 0 }, (_, i) => i * STEP - REACH);'],
    reason: 'the last node weighs 3e-7',
  },
  {
    file: 'packages/distributions/src/normal-mixture.ts',
    before: "const below = tf.cast(tf.lessEqual(uniform, tf.add(cumulative, last)), 'float32');",
    after: ["const below = tf.cast(tf.less(uniform, tf.add(cumulative, last)), 'float32');"],
    reason: 'a uniform number of exactly a sum of weights',
  },
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
    before: 'const { args: declared = [], fewest = 1 } = flowTable[name];',
    after: ['const { args: declared = [], fewest = 0 } = flowTable[name];'],
    reason: 'no latent has 0 dimensions',
  },
  {
    file: 'packages/objectives/src/annealed-importance.ts',
    before: 'const isStraight = Math.abs(steepness) < STRAIGHT;',
    after: ['const isStraight = Math.abs(steepness) <= STRAIGHT;'],
    reason: 'at a steepness of exactly 1e-6 both ways agree to more digits than float32 has',
  },
  {
    file: 'packages/objectives/src/closed-form.ts',
    before: 'if (logPrior === logPosterior) return divergence;',
    after: ['if (false) return divergence;'],
    reason: 'a shortcut: the entropy would be added 0 times',
  },
  {
    file: 'packages/objectives/src/draws.ts',
    before: 'draws === 1 ? x : tf.mean(tf.reshape(x, [-1, draws]), 1);',
    after: ['(tf.mean(tf.reshape(x, [-1, draws]), 1));', 'draws === 0 ? x : tf.mean(tf.reshape(x, [-1, draws]), 1);'],
    reason: 'a shortcut: a reshape to the same shape, a mean of one number',
  },
  {
    file: 'packages/objectives/src/draws.ts',
    before: 'return draws === 1 ? noise : tf.reshape(noise, [-1, width]);',
    after: ['return (tf.reshape(noise, [-1, width]));', 'return draws === 0 ? noise : tf.reshape(noise, [-1, width]);'],
    reason: 'a shortcut: a reshape to the same shape, a mean of one number',
  },
  {
    file: 'packages/objectives/src/generalised-pareto.ts',
    before: 'return Math.log(b === 0 ? 1 / meanOf(x) : -b / k) - k - 1;',
    after: [
      'return Math.log(b === 0 ? 1 / meanOf(x) : -b / k) - k;',
      'return Math.log(b === 0 ? 1 / meanOf(x) : -b / k) - k + 1;',
      'return Math.log(b === 0 ? 1 / meanOf(x) : -b / k) - k - 0;',
    ],
    reason: 'a constant in every log-likelihood cancels in their weights',
  },
  {
    file: 'packages/objectives/src/generalised-pareto.ts',
    before: 'return { shape, scale: mean === 0 ? meanOf(x) : -shape / mean };',
    after: [
      'return { shape, scale: (-shape / mean) };',
      'return { shape, scale: mean === 1 ? meanOf(x) : -shape / mean };',
    ],
    reason: 'a guard: the weighted mean of 30 numbers of both signs is exactly 0 for no data that we know',
  },
  {
    file: 'packages/objectives/src/importance-sampling.ts',
    before:
      'return this.#max === Number.NEGATIVE_INFINITY && !Number.isNaN(this.#scaledSum) ? this.#max : this.#max + Math.log(this.#scaledSum / this.#count);',
    after: ['return (this.#max + Math.log(this.#scaledSum / this.#count));'],
    reason: '−∞ + log 0 is −∞ as well',
  },
  {
    file: 'packages/objectives/src/importance-weighted.ts',
    before: 'Math.abs(power) < SMALL_POWER',
    after: ['Math.abs(power) <= SMALL_POWER'],
    reason: 'where to change from one form to the other: near 0.1 both have the same digits',
  },
  {
    file: 'packages/objectives/src/importance-weighted.ts',
    before: 'c === 1 ? shares : tf.add(tf.mul(shares, c), difference(1, c));',
    after: [
      '(tf.add(tf.mul(shares, c), difference(1, c)));',
      'c === 0 ? shares : tf.add(tf.mul(shares, c), difference(1, c));',
    ],
    reason: 'a shortcut: times 1, plus 0',
  },
  {
    file: 'packages/objectives/src/importance-weighted.ts',
    before: 'const SMALL_POWER = 0.1;',
    after: ['const SMALL_POWER = 0.2;'],
    reason: 'where to change from one form to the other: near 0.1 both have the same digits',
  },
  {
    file: 'packages/objectives/src/importance-weighted.ts',
    before: 'const heaviest = constant(power > 0 ? tf.max<Tensor2D>(x, 1, true) : tf.min<Tensor2D>(x, 1, true));',
    after: ['const heaviest = constant(power >= 0 ? tf.max<Tensor2D>(x, 1, true) : tf.min<Tensor2D>(x, 1, true));'],
    reason: 'the power is never 0: alpha = 1 is refused',
  },
  {
    file: 'packages/objectives/src/importance-weighted.ts',
    before: 'const plain = tempering === untempered ? tempered : boundOf(weigh(untempered.factors({}), densities));',
    after: ['const plain = (boundOf(weigh(untempered.factors({}), densities)));'],
    reason: 'a shortcut: the same bound, computed again',
  },
  {
    file: 'packages/objectives/src/importance-weighted.ts',
    before:
      'gradFunc: (dy: Tensor, saved: Tensor[]) => [tf.mul(dy, tf.expandDims(saved[0]!, 1)), tf.zerosLike(saved[0]!)],',
    after: [
      'gradFunc: (dy: Tensor, saved: Tensor[]) => [tf.mul(dy, tf.expandDims(saved[0]!, 1)), tf.onesLike(saved[0]!)],',
    ],
    reason: 'the factors are constants: nothing asks for their gradient',
  },
  {
    file: 'packages/objectives/src/importance-weighted.ts',
    before: 'if (power === 1) return meanOfDraws(logMeanExp(grouped), samples);',
    after: [
      'if (false) return meanOfDraws(logMeanExp(grouped), samples);',
      'if (power === 0) return meanOfDraws(logMeanExp(grouped), samples);',
    ],
    reason: 'a shortcut: the mean of power 1 by another way',
  },
  {
    file: 'packages/objectives/src/pareto-k.ts',
    before:
      'const exceedances = tail.map((value) => Math.exp(value - largest) - base).filter((value) => value > LEAST);',
    after: [
      'const exceedances = tail.map((value) => Math.exp(value - largest) - base).filter((value) => value >= LEAST);',
    ],
    reason: 'an exceedance of exactly 2⁻¹⁰⁰⁰',
  },
  {
    file: 'packages/objectives/src/pareto-k.ts',
    before: 'if (!Number.isFinite(shape)) return Number.POSITIVE_INFINITY;',
    after: ['if (false) return Number.POSITIVE_INFINITY;'],
    reason: 'a guard behind a guard: exceedances above 2⁻¹⁰⁰⁰ have a finite fit',
  },
  {
    file: 'packages/objectives/src/pareto-k.ts',
    before: 'if (this.#end === this.#kept.length) this.#drop();',
    after: ['if (true) this.#drop();', 'if (this.#end !== this.#kept.length) this.#drop();'],
    reason: 'time only: the candidates are sorted more often',
  },
  {
    file: 'packages/objectives/src/pareto-k.ts',
    before: 'if (value <= this.#floor) continue; // NaN is kept, and sorted to the end',
    after: [
      'if (false) continue; // NaN is kept, and sorted to the end',
      'if (value < this.#floor) continue; // NaN is kept, and sorted to the end',
    ],
    reason: 'a shortcut: what is no larger than all that is kept is dropped later',
  },
  {
    file: 'packages/objectives/src/pareto-k.ts',
    before: 'this.#end = this.#length + 1; // the largest weight outside the tail is its threshold',
    after: [
      'this.#end = this.#length; // the largest weight outside the tail is its threshold',
      'this.#end = this.#length + 0; // the largest weight outside the tail is its threshold',
    ],
    reason: 'only the places of −∞ that the values push out',
  },
  {
    file: 'packages/objectives/src/pareto-k.ts',
    before: 'this.#floor = this.#kept[0]!;',
    after: [';'],
    reason: 'a shortcut: what is no larger than all that is kept is dropped later',
  },
  {
    file: 'packages/objectives/src/pareto-k.ts',
    before: 'this.#kept = new Float64Array(2 * this.#end).fill(Number.NEGATIVE_INFINITY);',
    after: ['this.#kept = new Float64Array(3 * this.#end).fill(Number.NEGATIVE_INFINITY);'],
    reason: 'memory against time: candidates wait in a longer row',
  },
  {
    file: 'packages/objectives/src/pareto-k.ts',
    before: 'this.#kept.subarray(0, this.#end).sort();',
    after: ['this.#kept.subarray(1, this.#end).sort();'],
    reason: 'the first is the least already: what was kept is sorted, and what came is larger',
  },
  {
    file: 'packages/objectives/src/loss-annealing.ts',
    before:
      "const product = (a: number | Scalar, b: number): number | Scalar => (typeof a === 'number' ? a * b : times(a, b));",
    after: ['const product = (a: number | Scalar, b: number): number | Scalar => ((times(a, b)));'],
    reason: 'a number as a tensor of it',
  },
  {
    file: 'packages/objectives/src/loss-annealing.ts',
    before:
      'export const times = <T extends Tensor>(x: T, factor: number | Scalar): T => (factor === 1 ? x : tf.mul(x, factor));',
    after: [
      'export const times = <T extends Tensor>(x: T, factor: number | Scalar): T => ((tf.mul(x, factor)));',
      'export const times = <T extends Tensor>(x: T, factor: number | Scalar): T => (factor === 0 ? x : tf.mul(x, factor));',
    ],
    reason: 'a shortcut: times 1',
  },
  {
    file: 'packages/objectives/src/loss-annealing.ts',
    before: "typeof a === 'number' && typeof b === 'number' ? a - b : tf.sub(a, b);",
    after: ['(tf.sub(a, b));'],
    reason: 'a number as a tensor of it',
  },
  {
    file: 'packages/evaluation/src/annealed-importance.ts',
    before:
      'const dim = tf.tidy(() => annealedStart(pathAt(tf.zeros([1, data.width])), tf.zeros([1, noise.width])).z.shape[1]);',
    after: [
      'const dim = tf.tidy(() => annealedStart(pathAt(tf.ones([1, data.width])), tf.zeros([1, noise.width])).z.shape[1]);',
      'const dim = tf.tidy(() => annealedStart(pathAt(tf.zeros([0, data.width])), tf.zeros([1, noise.width])).z.shape[1]);',
      'const dim = tf.tidy(() => annealedStart(pathAt(tf.zeros([1, data.width])), tf.ones([1, noise.width])).z.shape[1]);',
      'const dim = tf.tidy(() => annealedStart(pathAt(tf.zeros([1, data.width])), tf.zeros([0, noise.width])).z.shape[1]);',
    ],
    reason: 'only the width of the draw is read',
  },
  {
    file: 'packages/evaluation/src/bound-on.ts',
    before: 'const size = Math.min(batchSize, data.count);',
    after: ['const size = batchSize;'],
    reason: 'memory only: buffers for rows that the set does not have',
  },
  {
    file: 'packages/evaluation/src/bound-on.ts',
    before: 'for (let start = 0; start < data.count; start += size) {',
    after: ['for (let start = 0; start <= data.count; start += size) {'],
    reason: 'a batch of no rows',
  },
  {
    file: 'packages/evaluation/src/evaluate.ts',
    before: 'samples < FEWEST_FOR_PARETO_K ? Number.NaN : Number(!(k <= paretoKThreshold(samples)));',
    after: ['samples < FEWEST_FOR_PARETO_K ? Number.NaN : Number(!(k < paretoKThreshold(samples)));'],
    reason: 'a k̂ of exactly the threshold',
  },
  {
    file: 'packages/evaluation/src/evaluate.ts',
    before: 'const isWhole = rows === Math.min(CHUNK, samples);',
    after: [
      'const isWhole = rows !== Math.min(CHUNK, samples);',
      'const isWhole = rows === CHUNK;',
      'const isWhole = rows === Math.max(CHUNK, samples);',
    ],
    reason: 'time only: whether the rows of a run are filled up to those of the others',
  },
  {
    file: 'packages/evaluation/src/evaluate.ts',
    before: 'yield { image, chunk: from / CHUNK, first, size, rows: isWhole ? size : rows, isLast };',
    after: [
      'yield { image, chunk: from / CHUNK, first, size, rows: (rows), isLast };',
      'yield { image, chunk: from / CHUNK, first, size, rows: (size), isLast };',
    ],
    reason: 'time only: whether the rows of a run are filled up to those of the others',
  },
  {
    file: 'packages/evaluation/src/evaluate.ts',
    before: 'for (let from = 0; from < samples; from += CHUNK) {',
    after: ['for (let from = 0; from <= samples; from += CHUNK) {'],
    reason: 'a chunk of no samples',
  },
  {
    file: 'packages/evaluation/src/evaluate.ts',
    before: 'const buffer = new Float32Array(Math.min(CHUNK, samples) * width);',
    after: [
      'const buffer = new Float32Array(CHUNK * width);',
      'const buffer = new Float32Array(Math.max(CHUNK, samples) * width);',
    ],
    reason: 'numbers that nothing reads',
  },
  {
    file: 'packages/evaluation/src/evaluate.ts',
    before:
      'if (first === 0) drawNoise(kind, fold(fold(key, image), chunk), buffer); // the parts of a chunk come in order',
    after: ['if (true) drawNoise(kind, fold(fold(key, image), chunk), buffer); // the parts of a chunk come in order'],
    reason: 'a shortcut: the same noise, drawn again',
  },
  {
    file: 'packages/evaluation/src/posterior-statistics.ts',
    before: 'const ROWS = 1000;',
    after: ['const ROWS = 1001;'],
    reason: 'memory against time: how many data points are run at once',
  },
  {
    file: 'packages/evaluation/src/posterior-statistics.ts',
    before: '{ ...options, chunk: Math.max(1, Math.floor(ROWS / samples)) },',
    after: [
      '{ ...options, chunk: Math.min(1, Math.floor(ROWS / samples)) },',
      '{ ...options, chunk: Math.max(0, Math.floor(ROWS / samples)) },',
      '{ ...options, chunk: 1 },',
      '{ ...options, chunk: Math.max(1, Math.ceil(ROWS / samples)) },',
      '{ ...options, chunk: Math.max(1, Math.floor(ROWS * samples)) },',
      '{ ...options, chunk: Math.max(1, Math.floor(ROWS)) },',
    ],
    reason: 'memory against time: how many data points are run at once',
  },
  {
    file: 'packages/evaluation/src/posterior-statistics.ts',
    before: '...(klPerDimension ? { klPerDimension } : {}),',
    after: ['...(({ klPerDimension })),'],
    reason: 'an undefined property in the place of none',
  },
  {
    file: 'packages/evaluation/src/posterior-statistics.ts',
    before: 'name: own[0]!.name,',
    after: ['name: own[1]!.name,'],
    reason: 'all parts of a layer carry its name',
  },
  {
    file: 'packages/evaluation/src/refine.ts',
    before: 'const params = Object.entries(paramsAt(tf.zeros([1, data.width])));',
    after: [
      'const params = Object.entries(paramsAt(tf.zeros([0, data.width])));',
      'const params = Object.entries(paramsAt(tf.ones([1, data.width])));',
    ],
    reason: 'only the shapes are read, without the rows',
  },
  {
    file: 'packages/evaluation/src/refine.ts',
    before: 'const runner = { ...(engine ? { engine } : {}), ...(threads ? { threads } : {}) };',
    after: [
      'const runner = { ...(engine ? { engine } : {}), ...(({ threads })) };',
      'const runner = { ...(({ engine })), ...(threads ? { threads } : {}) };',
    ],
    reason: 'an undefined option is the default as well',
  },
  {
    file: 'packages/evaluation/src/refine.ts',
    before: 'const runner = { ...(engine ? { engine } : {}), ...(threads ? { threads } : {}) };',
    after: ['const runner = { ...(engine ? { engine } : {}), ...(({})) };'],
    reason: 'threads only: results do not depend on them',
  },
  {
    file: 'packages/evaluation/src/refine.ts',
    before: 'const isBetter = refined.effectiveSampleSize >= amortised.effectiveSampleSize;',
    after: ['const isBetter = refined.effectiveSampleSize > amortised.effectiveSampleSize;'],
    reason: 'weights of equal sizes are those of one posterior',
  },
  {
    file: 'packages/evaluation/src/refine.ts',
    before: 'const own = entries.map(({ name, shape }, i) => [name, tf.reshape(parts[i]!, [-1, ...shape])] as const);',
    after: ['const own = entries.map(({ name, shape }, i) => [name, tf.reshape(parts[i]!, [1, ...shape])] as const);'],
    reason: 'evaluate gives one data point at a time',
  },
  {
    file: 'packages/evaluation/src/refine.ts',
    before: '...(engine ? { engine } : {}),',
    after: ['...(({ engine })),'],
    reason: 'an undefined option is the default as well',
  },
  {
    file: 'packages/evaluation/src/refine.ts',
    before: '...(threads ? { threads } : {}),',
    after: ['...(({ threads })),'],
    reason: 'an undefined option is the default as well',
  },
  {
    file: 'packages/evaluation/src/refine.ts',
    before: '...(threads ? { threads } : {}),',
    after: ['...(({})),'],
    reason: 'threads only: results do not depend on them',
  },
  {
    file: 'packages/evaluation/src/annealed-chains.ts',
    before: 'for (let row = 0; row < count; row++) logWeights[row]! += step * state.logRatio[row]!;',
    after: ['for (let row = 0; row <= count; row++) logWeights[row]! += step * state.logRatio[row]!;'],
    reason: 'what is written beyond the end of a typed array is dropped',
  },
  {
    file: 'packages/evaluation/src/annealed-chains.ts',
    before: 'for (let row = 0; row < count; row++) acceptance[row]! += moved.acceptance![row]! / moves;',
    after: ['for (let row = 0; row <= count; row++) acceptance[row]! += moved.acceptance![row]! / moves;'],
    reason: 'what is written beyond the end of a typed array is dropped',
  },
  {
    file: 'packages/evaluation/src/annealed-chains.ts',
    before: 'for (let row = 0; row < count; row++) {',
    after: ['for (let row = 0; row <= count; row++) {'],
    reason: 'what is written beyond the end of a typed array is dropped',
  },
  {
    file: 'packages/evaluation/src/annealed-chains.ts',
    before: 'const uniforms = new Float32Array(2 * count);',
    after: ['const uniforms = new Float32Array(3 * count);'],
    reason: 'numbers that nothing reads',
  },
  {
    file: 'packages/evaluation/src/step-sizes.ts',
    before: 'for (let point = 0; point < this.#sizes.length; point++) {',
    after: ['for (let point = 0; point <= this.#sizes.length; point++) {'],
    reason: 'what is written beyond the end of a typed array is dropped',
  },
  {
    file: 'packages/evaluation/src/encodings.ts',
    before: 'const ROWS = 1000;',
    after: ['const ROWS = 1001;'],
    reason: 'memory against time: how many data points are run at once',
  },
  {
    file: 'packages/evaluation/src/latent-activity.ts',
    before: 'return { variance: variances, active: variances.filter((value) => value > ACTIVE_VARIANCE).length };',
    after: ['return { variance: variances, active: variances.filter((value) => value >= ACTIVE_VARIANCE).length };'],
    reason: 'a variance of exactly the float64 nearest to 0.01',
  },
  {
    file: 'packages/evaluation/src/refinement.ts',
    before: '...(engine ? { engine } : {}),',
    after: ['...(({ engine })),'],
    reason: 'an undefined option is the default as well',
  },
  {
    file: 'packages/evaluation/src/refinement.ts',
    before: '...(threads ? { threads } : {}),',
    after: ['...(({ threads })),'],
    reason: 'an undefined option is the default as well',
  },
  {
    file: 'packages/evaluation/src/refinement.ts',
    before: '...(threads ? { threads } : {}),',
    after: ['...(({})),'],
    reason: 'threads only: results do not depend on them',
  },
  {
    file: 'packages/evaluation/src/refinement.ts',
    before: '...(signal ? { signal } : {}),',
    after: ['...(({ signal })),'],
    reason: 'an undefined option is the default as well',
  },
  {
    file: 'packages/evaluation/src/refinement.ts',
    before: "const values = all.dataSync<'float32'>().slice();",
    after: ["const values = all.dataSync<'float32'>();"],
    reason: 'the values that are written over are replaced in the next line',
  },
];

/** Why a mutant changes no result; undefined where nothing is said of it. */
export const reasonOf = ({ file, before, after }: Mutant): string | undefined =>
  explained.find((one) => one.file === file && one.before === before && one.after.includes(after))?.reason;
