// Mutants of `distributions` that change no result, each with its reason.
import type { Explained } from './explained.ts';

export const distributions: readonly Explained[] = [
  {
    file: 'packages/distributions/src/observations/bernoulli.ts',
    before: 'const MOST_FACTORS = 64;',
    after: ['const MOST_FACTORS = 65;'],
    reason: 'any number up to 127 gives the same sum',
  },
  {
    file: 'packages/distributions/src/observations/continuous-bernoulli.ts',
    before:
      '(t) => tf.add(1 / 2, tf.mul(t, polynomial(tf.square(t), [-1 / 12, 1 / 720, -1 / 30_240, 1 / 1_209_600]))),',
    after: ['(t) => tf.add(1 / 2, tf.mul(t, polynomial(tf.square(t), [-1 / 12, 1 / 720, -1 / 30_240, 1 / 1209601]))),'],
    reason: 'one millionth of a term of 1e-6',
  },
  {
    file: 'packages/distributions/src/observations/continuous-bernoulli.ts',
    before: '(t) => tf.add(tf.mul(t, -1 / 2), polynomial(tf.square(t), [0, 1 / 24, -1 / 2880, 1 / 181_440])),',
    after: ['(t) => tf.add(tf.mul(t, -1 / 2), polynomial(tf.square(t), [0, 1 / 24, -1 / 2880, 1 / 181441])),'],
    reason: 'less than a millionth of a term of 1e-5',
  },
  {
    file: 'packages/distributions/src/observations/continuous-bernoulli.ts',
    before:
      '(t) => tf.add(1 / 2, tf.mul(t, polynomial(tf.square(t), [-1 / 12, 1 / 720, -1 / 30_240, 1 / 1_209_600]))),',
    after: [
      '(t) => tf.add(1 / 2, tf.mul(t, polynomial(tf.square(t), [-1 / 12, 1 / 720, -1 / 30241, 1 / 1_209_600]))),',
    ],
    reason: 'one part in 30,000 of a term of 3e-5',
  },
  {
    file: 'packages/distributions/src/observations/logistic-mixture.ts',
    before: '(sum, edge) => tf.tidy(() => tf.add(sum, tf.sigmoid(tf.mul(tf.sub(mean, edge), inverseScale)))),',
    after: ['(sum, edge) => tf.tidy(() => tf.add(sum, tf.sigmoid(tf.mul(tf.add(mean, edge), inverseScale)))),'],
    reason: 'the edges lie symmetrically about 0',
  },
  {
    file: 'packages/distributions/src/observations/logit-normal.ts',
    before: '.map((node, i): Tensor2D => tf.mul(tf.sigmoid(tf.add(mean, tf.mul(alpha, node))), weights[i]! / total))',
    after: ['.map((node, i): Tensor2D => tf.mul(tf.sigmoid(tf.sub(mean, tf.mul(alpha, node))), weights[i]! / total))'],
    reason: 'nodes and weights are symmetrical',
  },
  {
    file: 'packages/distributions/src/observations/logit-normal.ts',
    before: 'const [STEP, REACH] = [0.2, 5];',
    after: ['const [STEP, REACH] = [0.2, 6];'],
    reason: 'nodes beyond 5 deviations weigh less than float32 sees',
  },
  {
    file: 'packages/distributions/src/observations/logit-normal.ts',
    before: 'const nodes = Array.from({ length: 2 * Math.round(REACH / STEP) + 1 }, (_, i) => i * STEP - REACH);',
    after: ['const nodes = Array.from({ length: 3 * Math.round(REACH / STEP) + 1 }, (_, i) => i * STEP - REACH);'],
    reason: 'nodes beyond 5 deviations weigh less than float32 sees',
  },
  {
    file: 'packages/distributions/src/observations/logit-normal.ts',
    before: 'const nodes = Array.from({ length: 2 * Math.round(REACH / STEP) + 1 }, (_, i) => i * STEP - REACH);',
    after: ['const nodes = Array.from({ length: 2 * REACH / STEP + 1 }, (_, i) => i * STEP - REACH);'],
    reason: 'a quotient that is whole but for rounding',
  },
  {
    file: 'packages/distributions/src/observations/logit-normal.ts',
    before: 'const nodes = Array.from({ length: 2 * Math.round(REACH / STEP) + 1 }, (_, i) => i * STEP - REACH);',
    after: ['const nodes = Array.from({ length: 2 * Math.round(REACH / STEP) + 0 }, (_, i) => i * STEP - REACH);'],
    reason: 'the last node weighs 3e-7',
  },
  {
    file: 'packages/distributions/src/normal-mixture.ts',
    before:
      "const upTo: Tensor2D = tf.cast(tf.lessEqual(uniform, tf.add(cumulative, last)), 'float32'); // 0 … 0 1 … 1",
    after: ["const upTo: Tensor2D = tf.cast(tf.less(uniform, tf.add(cumulative, last)), 'float32'); // 0 … 0 1 … 1"],
    reason: 'a uniform number of exactly a sum of weights',
  },
  {
    file: 'packages/distributions/src/observations/counts/negative-binomial.ts',
    before: 'const atLeast1: Tensor2D = tf.maximum(n, 1);',
    after: ['const atLeast1: Tensor2D = n;'],
    reason: 'n is below 1 at x = 0 only, where what follows is multiplied by 0',
  },
  {
    file: 'packages/distributions/src/observations/joint.ts',
    before: 'placed.length === 1 ? ofPart(placed[0]!) : tf.concat(placed.map(ofPart), 1);',
    after: ['(tf.concat(placed.map(ofPart), 1));'],
    reason: 'a shortcut: a concatenation of one',
  },
  {
    file: 'packages/distributions/src/special/gamma.ts',
    before: 'const main = tf.mul(tf.sub(y, 0.5), tf.sub(tf.maximum(logX, Math.log(LARGE)), 1));',
    after: ['const main = tf.mul(tf.sub(y, 0.5), tf.sub(logX, 1));'],
    reason: 'below 3 the sum is finite with either logarithm, and multiplied by 0',
  },
  {
    file: 'packages/distributions/src/special/gamma.ts',
    before: 'export const digamma = differentiable(digammaValue, (x) => trigamma(tf.maximum(x, SMALLEST)));',
    after: ['export const digamma = differentiable(digammaValue, (x) => trigamma(x));'],
    reason: '1/x² of smaller numbers is ∞ in float32 either way',
  },
  {
    file: 'packages/distributions/src/observations/column-layout.ts',
    before: "const isWide = kind === 'category' && Number.isInteger(width) && width >= 1;",
    after: ["const isWide = kind === 'category' && Number.isInteger(width) && width > 1;"],
    reason: 'a width of 1 is right for every kind',
  },
  {
    file: 'packages/distributions/src/observations/counts/gamma-draw.ts',
    before: 'const logUniform = tf.log(tf.maximum(normalCdf(w), 1e-30));',
    after: ['const logUniform = tf.log(normalCdf(w));'],
    reason: 'where Φ(w) is 0 in float32 a proposal is accepted at −69 as at −∞',
  },
];
