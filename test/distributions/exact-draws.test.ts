// Draws by hand: which component, which level, which value a given noise stands for.
import {
  categorical,
  continuousBernoulli,
  logisticMixture,
  logitNormal,
  normalMixture,
  standardNormal,
  uniformBox,
} from '@flowvae/distributions';
import { type Tensor, type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';

const numbersOf = (make: () => Tensor): number[] => tf.tidy(() => Array.from(make().dataSync()));

/** Weights 0.2, 0.3, 0.5. */
const mixture = () =>
  normalMixture({
    logits: tf.log(tf.tensor2d([[0.2, 0.3, 0.5]])),
    mean: tf.tensor2d([-10, 1, 0, 2, 10, 3], [3, 2]),
    logStd: tf.log(tf.tensor2d([0.5, 1, 2, 3, 4, 5], [3, 2])),
  });

it.each([
  ['first', 0.1, [-10 + 0.5 * 0.7, 1 - 1.1]],
  ['first', 0.199, [-10 + 0.5 * 0.7, 1 - 1.1]],
  ['second', 0.201, [2 * 0.7, 2 - 3 * 1.1]],
  ['second', 0.499, [2 * 0.7, 2 - 3 * 1.1]],
  ['third', 0.501, [10 + 4 * 0.7, 3 - 5 * 1.1]],
  ['third', 1, [10 + 4 * 0.7, 3 - 5 * 1.1]],
])('normalMixture draws from its %s component where exp(−(n² + m²)/2) is %d', (_, uniform, expected) => {
  const radius = Math.sqrt(-2 * Math.log(uniform));
  const z = numbersOf(() => {
    const noise = tf.tensor2d([[0.7, -1.1, 0.6 * radius, 0.8 * radius]]);
    return mixture().sampleAndLogProb(noise).z;
  });
  expect(differences('z', z, expected, 1e-6)).toEqual([]);
});

it('normalMixture takes two normals more than it has dimensions', () => {
  expect(mixture().noise).toEqual({ kind: 'normal', width: 4 });
});

/** 256 equal levels, or all of one. */
const levels = (only?: number) =>
  categorical({
    logits: tf.tensor3d(
      Array.from({ length: 256 }, (_, k) => (only === undefined || k === only ? 0 : -1e4)),
      [1, 1, 256],
    ),
  });

it.each([
  [0, 0],
  [0.5, 128],
  [0.4999, 127],
  [1 - 2 ** -24, 255],
  [1, 255], // as rounding may have it
])('categorical draws at u = %d level %i of 256 equal ones', (u, level) => {
  expect(numbersOf(() => levels().sampleAndLogProb(tf.tensor2d([[u]])).z)[0]).toBeCloseTo(level / 255, 7);
});

it.each([0, 1, 77, 254, 255])('categorical is sure of level %i: density, mean and draw', (level) => {
  const found = numbersOf(() => {
    const sure = levels(level);
    const x = tf.tensor2d([[level / 255]]);
    return tf.concat([
      sure.logProb(x),
      ...[sure.mean(), sure.sampleAndLogProb(tf.tensor2d([[0.5]])).z].map((each) => tf.reshape(each, [1])),
    ]);
  });
  expect(differences('found', found, [0, level / 255, level / 255], 1e-6)).toEqual([]);
});

/** Two components of weights ¼ and ¾ for one pixel. */
const logistic = (means: readonly [number, number], scale: number) =>
  logisticMixture({
    logits: tf.reshape(tf.log(tf.tensor1d([0.25, 0.75])), [1, 2, 1]) as Tensor3D,
    mean: tf.tensor3d([...means], [1, 2, 1]),
    logScale: tf.fill([1, 2, 1], Math.log(scale)) as Tensor3D,
  });

const levelAt = (value: number) => Math.min(255, Math.max(0, Math.round(127.5 * (value + 1)))) / 255;

it.each([
  [0.2, 0.5, -0.5],
  [0.2499, 0.9, -0.5 + 0.01 * Math.log(9)],
  [0.2501, 0.9, 0.3 + 0.01 * Math.log(9)],
  [0.99, 0.5, 0.3],
  [1, 0.5, 0.3], // as rounding may have it
  [0.9, 0, 0.3 - 0.01 * 24 * Math.LN2],
  [0.9, 1, 0.3 + 0.01 * 24 * Math.LN2],
])('logisticMixture draws at the noise (%d, %d) the level nearest to %d', (chooser, u, value) => {
  const z = numbersOf(() => logistic([-0.5, 0.3], 0.01).sampleAndLogProb(tf.tensor2d([[chooser, u]])).z);
  expect(z[0]).toBeCloseTo(levelAt(value), 7);
});

it('logisticMixture has the mean of its levels, however broad it is', () => {
  const sigmoid = (a: number) => 1 / (1 + Math.exp(-a));
  const meanAt = (mu: number, s: number) => {
    const edges = Array.from({ length: 255 }, (_, j) => (2 * j + 1) / 255 - 1);
    return edges.reduce((sum, edge) => sum + sigmoid((mu - edge) / s), 0) / 255;
  };
  for (const scale of [0.003, 0.5, 5]) {
    const expected = 0.25 * meanAt(-0.5, scale) + 0.75 * meanAt(0.9, scale);
    const mean = numbersOf(() => logistic([-0.5, 0.9], scale).mean());
    expect(differences('mean', mean, [expected], 1e-5)).toEqual([]);
  }
});

it('uniformBox lets rounding carry a point a millionth of a side out, and no further', () => {
  const inside = numbersOf(() => {
    const box = uniformBox([-100, 0], [300, 0.01]);
    const points = [
      [-100.0003, 0],
      [-100.0006, 0],
      [300.0003, 0],
      [300.0006, 0],
      [0, 0.01 + 5e-9],
      [0, 0.01 + 2e-8],
      [0, -5e-9],
      [0, -2e-8],
    ];
    return box.logProb(tf.tensor2d(points));
  }).map(Number.isFinite);
  expect(inside).toEqual([true, false, true, false, true, false, true, false]);
});

it('uniformBox holds its ends also where float32 knows no rounding of them', () => {
  const found = numbersOf(() => uniformBox([1000], [1000.5]).logProb(tf.tensor2d([[1000], [1000.5], [1000.6]])));
  expect(found).toEqual([expect.closeTo(Math.LN2, 6), expect.closeTo(Math.LN2, 6), Number.NEGATIVE_INFINITY]);
});

it('normalMixture leaves no draw without a component where its weights sum to less than 1', () => {
  const z = numbersOf(() => {
    const base = Array.from({ length: 40 }, (_, seed) =>
      normalMixture({
        logits: tf.tensor2d([Array.from({ length: 11 }, (__, k) => Math.sin(3.7 * k + seed))]),
        mean: tf.fill([11, 1], 5) as Tensor2D,
        logStd: tf.zeros([11, 1]) as Tensor2D,
      }),
    );
    return tf.concat(base.map((each) => each.sampleAndLogProb(tf.tensor2d([[0, 0, 0]])).z));
  });
  expect(differences('z', z, new Array(40).fill(5), 1e-6)).toEqual([]);
});

it('logitNormal draws σ(μ + α·ε), shown within [0, 1], and scores the draw', () => {
  const [mean, logStd, epsilon] = [0.4, -0.3, 1.2];
  const make = () => logitNormal({ mean: tf.tensor2d([[mean]]), logStd: tf.tensor2d([[logStd]]) });
  const logit = mean + Math.exp(logStd) * epsilon;
  const y = 1 / (1 + Math.exp(-logit));
  const logProb = -0.5 * epsilon ** 2 - logStd - 0.5 * Math.log(2 * Math.PI) - Math.log(y * (1 - y));
  const found = numbersOf(() => {
    const draw = make().sampleAndLogProb(tf.tensor2d([[epsilon]]));
    return tf.concat([tf.reshape(draw.z, [1]), draw.logProb]);
  });
  expect(differences('draw', found, [(y - 1e-4) / (1 - 2e-4), logProb], 1e-6)).toEqual([]);
});

it.each([0.5, 3, 8])('logitNormal has the mean of σ(μ + α·ε) at α = %d', (alpha) => {
  const step = 0.001;
  let [sum, total] = [0, 0];
  for (let node = -9; node <= 9; node += step) {
    const weight = Math.exp(-0.5 * node ** 2);
    sum += weight / (1 + Math.exp(-(0.7 + alpha * node)));
    total += weight;
  }
  const mean = numbersOf(() =>
    logitNormal({ mean: tf.tensor2d([[0.7]]), logStd: tf.tensor2d([[Math.log(alpha)]]) }).mean(),
  );
  expect(differences('mean', mean, [(sum / total - 1e-4) / (1 - 2e-4)], 2e-5)).toEqual([]);
});

it.each([1e-3, 0.5, 0.99999, 1.00001, 4])(
  'continuousBernoulli has mean and normaliser of its formula at l = ±%d',
  (l) => {
    const found = numbersOf(() => {
      const { mean, logProb } = continuousBernoulli({ logits: tf.tensor2d([[-l], [l]]) });
      return tf.concat([tf.reshape(mean(), [2]), logProb(tf.tensor2d([[0]]))]);
    });
    // by series in float64 near 0: A(l) = log((e^l − 1)/l), A′(l) = 1/(1 − e^−l) − 1/l
    const meanAt = (t: number) => (Math.abs(t) < 0.01 ? 0.5 + t / 12 : 1 / -Math.expm1(-t) - 1 / t);
    const normaliserAt = (t: number) => Math.log(Math.expm1(t) / t);
    const expected = [meanAt(-l), meanAt(l), -normaliserAt(-l), -normaliserAt(l)];
    expect(differences('found', found, expected, 1.5e-7)).toEqual([]);
  },
);

it('categorical counts a value that is no level as the nearest, without a gradient', () => {
  const found = numbersOf(() => {
    const logits: Tensor3D = tf.reshape(tf.range(0, 256), [1, 1, 256]);
    const scores = [-0.5, 0, 1, 1.5].map((x) => categorical({ logits }).logProb(tf.tensor2d([[x]])));
    const slope = tf.grad((x: Tensor) => tf.sum(categorical({ logits }).logProb(x as Tensor2D)))(tf.tensor2d([[0.4]]));
    return tf.concat([...scores, tf.reshape(slope, [1])]);
  });
  expect([found[0], found[2], found[4]]).toEqual([found[1], found[3], 0]);
  expect(found[2]! - found[1]!).toBeCloseTo(255, 3);
});

it('the noise is as wide as draws need it', () => {
  const three = logisticMixture({
    logits: tf.zeros([1, 2, 3]),
    mean: tf.zeros([1, 2, 3]),
    logScale: tf.zeros([1, 2, 3]),
  });
  expect(three.noise).toEqual({ kind: 'uniform', width: 6 });
});

it('standardNormal declares its width and noise', () => {
  expect(standardNormal(2).isStandardNormal).toBe(true);
});
