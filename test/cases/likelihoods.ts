// Every likelihood, as data: the laws run over these rows. To test a new one, add a row; a test compares this list with
// the table of names.
import { bernoulliLogDensity, normalLogDensity } from '../reference/densities.ts';
import {
  categoricalLogProbability,
  continuousBernoulliLogDensity,
  laplaceLogDensity,
  logisticMixtureLogProbability,
  logitNormalLogDensity,
  negativeBinomialLogProbability,
  poissonLogProbability,
  studentTLogDensity,
  zeroInflatedLogProbability,
} from '../reference/likelihoods.ts';

/** A point of a sum or quadrature over all x. */
interface WeightedPoint {
  readonly x: number;
  readonly weight: number;
}

/** A likelihood, with the facts that the laws need. */
export interface LikelihoodCase {
  /** As the parser takes it. */
  readonly name: string;
  /** The export of `@flowvae/distributions` that makes it. */
  readonly madeBy: string;
  /** Where output n of pixel p stands among `count` outputs of each of `pixels` pixels. */
  readonly place: (n: number, p: number, count: number, pixels: number) => number;
  /** Outputs of a pixel, from standard normal numbers; pixels are numbered, so that some values can come in turn. */
  readonly outputs: (normal: () => number, pixel: number) => readonly number[];
  /** A few values of x for one pixel that the density takes. */
  readonly values: readonly number[];
  /** log p(x) in float64, from one pixel's outputs; `own` are the likelihood's own variables. */
  readonly logProb: (x: number, outputs: readonly number[], own: Readonly<Record<string, ArrayLike<number>>>) => number;
  /** Values of its own variables. */
  readonly own: Readonly<Record<string, number>>;
  /** All x, or enough of them: Σ weight·p(x) = 1. */
  readonly points: readonly WeightedPoint[];
}

const byOutput: LikelihoodCase['place'] = (n, p, _, pixels) => n * pixels + p;
const byPixel: LikelihoodCase['place'] = (n, p, count) => p * count + n;

const bits: readonly WeightedPoint[] = [0, 1].map((x) => ({ x, weight: 1 }));
const levels: readonly WeightedPoint[] = Array.from({ length: 256 }, (_, k) => ({ x: k / 255, weight: 1 }));

/** The trapezoidal rule in t for ∫ p(x) dx, x = x(t). */
const quadrature = (from: number, to: number, at: (t: number) => { x: number; slope: number }) => {
  const count = 1000;
  return Array.from({ length: count + 1 }, (_, i): WeightedPoint => {
    const { x, slope } = at(from + ((to - from) * i) / count);
    return { x, weight: ((slope * (to - from)) / count) * (i % count === 0 ? 0.5 : 1) };
  });
};
const unitInterval = quadrature(0, 1, (t) => ({ x: t, slope: 1 }));
const line = (reach: number) => quadrature(-reach, reach, (t) => ({ x: t, slope: 1 }));
/** Of y = σ(t), which is ε + (1 − 2ε)·x; the density is that of y. */
const squashedLine = quadrature(-12, 12, (t) => {
  const y = 1 / (1 + Math.exp(-t));
  return { x: (y - 1e-4) / (1 - 2e-4), slope: y * (1 - y) };
});

/** All numbers, for tails that fall as a power. */
const wideLine = quadrature(-11, 11, (t) => ({ x: Math.sinh(t), slope: Math.cosh(t) }));
const counts: readonly WeightedPoint[] = Array.from({ length: 3000 }, (_, x) => ({ x, weight: 1 }));

/** log means in turn, with counts beside them: some near their mean, one of them large; some far from it. */
const logMeans = [-3, 0.5, Math.log(2000), 2.2, 3, 1];
const someCounts = [0, 1, 2010, 12, 20, 7, 0];
const logMeanOf = (normal: () => number, pixel: number) => logMeans[pixel % logMeans.length]! + 0.003 * normal();

const greys = [0, 1 / 255, 0.25, 0.5, 200 / 255, 1];
const someLevels = [0, 1, 2, 127, 128, 254, 255].map((k) => k / 255);

const mixture = (components: number): LikelihoodCase => ({
  name: `logistic-mixture(${components})`,
  madeBy: 'logisticMixture',
  place: byOutput,
  outputs: (normal) => [
    ...Array.from({ length: components }, normal),
    ...Array.from({ length: components }, () => 0.6 * normal()),
    ...Array.from({ length: components }, () => normal() - 2.5),
  ],
  values: someLevels,
  logProb: (x, outputs) =>
    logisticMixtureLogProbability(
      x,
      Array.from({ length: components }, (_, m) => ({
        weight: Math.exp(outputs[m]!),
        mean: outputs[components + m]!,
        scale: Math.exp(outputs[2 * components + m]!),
      })),
    ),
  own: {},
  points: levels,
});

/**
 * Logits on both sides of where the continuous Bernoulli's series takes over from its closed form, and at its removable
 * singularity.
 */
const tilts = [0, 1e-8, -1e-4, -10, 0.02, 3, -0.3, 0.999, -0.999, 1.001, -1.001, 25, -80];

export const likelihoodCases: readonly LikelihoodCase[] = [
  {
    name: 'bernoulli',
    madeBy: 'bernoulli',
    place: byOutput,
    outputs: (normal) => [2 * normal()],
    values: [0, 1],
    logProb: (x, [logit]) => bernoulliLogDensity(x, logit!),
    own: {},
    points: bits,
  },
  {
    name: 'continuous-bernoulli',
    madeBy: 'continuousBernoulli',
    place: byOutput,
    outputs: (_, pixel) => [tilts[pixel % tilts.length]!],
    values: greys,
    logProb: (x, [logit]) => continuousBernoulliLogDensity(x, logit!),
    own: {},
    points: unitInterval,
  },
  {
    name: 'gaussian',
    madeBy: 'gaussian',
    place: byOutput,
    outputs: (normal) => [normal()],
    values: [...greys, -0.3, 2],
    logProb: (x, [mean], { logStd }) => normalLogDensity(x, mean!, Math.exp(logStd![0]!)),
    own: { logStd: -0.7 },
    points: line(8),
  },
  {
    name: 'gaussian(0.1)',
    madeBy: 'gaussian',
    place: byOutput,
    outputs: (normal) => [normal()],
    values: [...greys, -0.3, 2],
    logProb: (x, [mean]) => normalLogDensity(x, mean!, 0.1),
    own: {},
    points: line(6),
  },
  {
    name: 'logit-normal',
    madeBy: 'logitNormal',
    place: byOutput,
    outputs: (normal) => [normal(), 0.4 * normal()],
    values: greys,
    logProb: (x, [mean, logStd]) => logitNormalLogDensity(x, mean!, Math.exp(logStd!)),
    own: {},
    points: squashedLine,
  },
  {
    name: 'categorical',
    madeBy: 'categorical',
    place: byPixel,
    outputs: (normal) => Array.from({ length: 256 }, () => 2 * normal()),
    values: someLevels,
    logProb: (x, logits) => categoricalLogProbability(x, logits),
    own: {},
    points: levels,
  },
  mixture(1),
  mixture(3),
  {
    name: 'student-t',
    madeBy: 'studentT',
    place: byOutput,
    outputs: (normal) => [normal()],
    values: [...greys, -0.3, 2, 1e3, -1e6],
    logProb: (x, [location], { logScale, logDof }) =>
      studentTLogDensity(x, location!, Math.exp(logScale![0]!), Math.exp(logDof![0]!)),
    own: { logScale: -0.7, logDof: 1.7 },
    points: wideLine,
  },
  {
    name: 'student-t(8)',
    madeBy: 'studentT',
    place: byOutput,
    outputs: (normal) => [normal()],
    values: [...greys, -0.3, 2, 1e3, -1e6],
    logProb: (x, [location], { logScale }) => studentTLogDensity(x, location!, Math.exp(logScale![0]!), 8),
    own: { logScale: 0.2 },
    points: wideLine,
  },
  {
    name: 'laplace',
    madeBy: 'laplace',
    place: byOutput,
    outputs: (normal) => [normal()],
    values: [...greys, -0.3, 2, 1e3],
    logProb: (x, [location], { logScale }) => laplaceLogDensity(x, location!, Math.exp(logScale![0]!)),
    own: { logScale: -0.3 },
    points: line(14),
  },
  {
    name: 'poisson',
    madeBy: 'poisson',
    place: byOutput,
    outputs: (normal, pixel) => [logMeanOf(normal, pixel)],
    values: someCounts,
    logProb: (x, [logRate]) => poissonLogProbability(x, Math.exp(logRate!)),
    own: {},
    points: counts,
  },
  {
    name: 'negative-binomial',
    madeBy: 'negativeBinomial',
    place: byOutput,
    outputs: (normal, pixel) => [logMeanOf(normal, pixel)],
    values: someCounts,
    logProb: (x, [logMean], { logDispersion }) =>
      negativeBinomialLogProbability(x, Math.exp(logMean!), Math.exp(logDispersion![0]!)),
    own: { logDispersion: 0.4 },
    points: counts,
  },
  {
    name: 'zero-inflated-poisson',
    madeBy: 'zeroInflated',
    place: byOutput,
    outputs: (normal, pixel) => [logMeanOf(normal, pixel), normal()],
    values: someCounts,
    logProb: (x, [logRate, logit]) =>
      zeroInflatedLogProbability(x, poissonLogProbability(x, Math.exp(logRate!)), logit!),
    own: {},
    points: counts,
  },
  {
    name: 'zero-inflated-negative-binomial',
    madeBy: 'zeroInflated',
    place: byOutput,
    outputs: (normal, pixel) => [logMeanOf(normal, pixel), normal()],
    values: someCounts,
    logProb: (x, [logMean, logit], { logDispersion }) => {
      const own = negativeBinomialLogProbability(x, Math.exp(logMean!), Math.exp(logDispersion![0]!));
      return zeroInflatedLogProbability(x, own, logit!);
    },
    own: { logDispersion: 1.1 },
    points: counts,
  },
];
