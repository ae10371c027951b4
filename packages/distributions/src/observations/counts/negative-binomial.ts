// Negative binomial counts, parameterised by mean and inverse dispersion.
import { ExpectationError, type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { detach } from '../../detach.ts';
import type { Observation } from '../../distribution.ts';
import { binetSlopeTerm, binetTerm, digammaRemainder, logGammaRemainder } from '../../special/stirling.ts';
import { boundedLogScale } from '../log-scale.ts';
import { besideTerms, observation } from '../observation.ts';
import { type CountTerms, countTerms, excessOf, LOG_MEAN_RANGE, summedLike } from './count-terms.ts';
import { gammaDraw, NORMALS_OF_GAMMA } from './gamma-draw.ts';
import { poissonDraw } from './poisson-draw.ts';

/** Parameters of {@link negativeBinomial}. */
export interface NegativeBinomialParams {
  /** log μ, [B, P]; taken within ±20. */
  readonly logMean: Tensor2D;
  /** log θ of the inverse dispersion, [1 or B, 1 or P]; taken within ±14. The variance is μ + μ²/θ. */
  readonly logDispersion: Tensor2D;
}

/** At θ = 1.2e6 the variance is that of a Poisson distribution but for μ/1.2e6 of it. */
const LOG_DISPERSION_RANGE = 14;

/**
 * Independent negative binomial counts by mean μ and inverse dispersion θ: log p(x) = Σ log Γ(x + θ) − log Γ(θ) − log
 * x! + θ·log(θ/(θ + μ)) + x·log(μ/(θ + μ)); mean μ, variance μ + μ²/θ. For θ → ∞ it is the Poisson distribution.
 *
 * With n = x + θ and s the remainder of Stirling's formula, log Γ(t) − t·log t + t, it is x·log(μ·n/(x·(θ + μ))) −
 * θ·log((θ + μ)/n) + s(n) − s(θ) − (log x! − x·log x + x): small terms where log Γ(n) and log Γ(θ) are 1e7. The
 * gradients are written out: θ·(x − μ)/(θ + μ) towards log μ, and θ·(ψ(n) − ψ(θ) + log(θ/(θ + μ)) + (μ − x)/(θ + μ))
 * towards log θ. A draw is a Poisson draw whose rate is a gamma draw; it has no gradient. Shapes: x [B or 1, P] → [B];
 * noise [B, 13P], normal. Units: nats.
 * @throws ShapeError if x or noise has another shape; ExpectationError for another shape of logDispersion
 * @see Lopez et al. 2018, Nature Methods 15, 1053-1058 (mean and inverse dispersion in a VAE)
 */
export function negativeBinomial({ logMean, logDispersion }: NegativeBinomialParams): Observation {
  const [rows, width] = logMean.shape;
  checkShared(logDispersion, [rows, width]);
  const mean = boundedLogScale(logMean, LOG_MEAN_RANGE);
  const dispersion = boundedLogScale(logDispersion, LOG_DISPERSION_RANGE);
  return observation({
    name: 'negativeBinomial',
    rows,
    width,
    noise: { kind: 'normal', width: (NORMALS_OF_GAMMA + 1) * width },
    logProb: (x) => rowLogProb(x, mean, dispersion) as Tensor1D,
    logProbOfEach: (x) => eachLogProb(x, mean, dispersion) as Tensor2D,
    draw: (noise) => drawn(noise, mean, dispersion),
    mean: () => tf.exp(mean),
    detached: () => negativeBinomial({ logMean: detach(logMean), logDispersion: detach(logDispersion) }),
  });
}

function checkShared({ shape }: Tensor2D, whole: readonly number[]): void {
  if (shape.length === 2 && shape.every((size, axis) => size === 1 || size === whole[axis])) return;
  throw new ExpectationError({
    where: 'negativeBinomial: logDispersion',
    expected: `[1 or ${whole[0]}, 1 or ${whole[1]}]`,
    received: `[${shape.join(', ')}]`,
  });
}

function drawn(noise: Tensor2D, logMean: Tensor2D, logDispersion: Tensor2D): Tensor2D {
  const [normal, ...others] = tf.split(noise, NORMALS_OF_GAMMA + 1, 1) as Tensor2D[];
  return poissonDraw(normal!, tf.mul(tf.exp(logMean), gammaDraw(others, tf.exp(logDispersion))));
}

/** The parts that value and gradients have in common. */
function partsOf(x: Tensor2D, logMean: Tensor2D, logDispersion: Tensor2D) {
  const terms = countTerms(x);
  const { excess } = excessOf(terms, logMean);
  const [mean, theta] = [tf.exp(logMean), tf.exp(logDispersion)];
  const [n, both] = [tf.add(x, theta), tf.add(theta, mean)] as [Tensor2D, Tensor2D]; // θ + x, θ + μ
  const logQuotient = logOf(tf.div(both, n), tf.div(excess, n));
  return { terms, excess, mean, theta, n, both, logQuotient };
}

/** log q of q = 1 + rest: above ½ from the rest, which keeps its digits near q = 1; below from q itself. */
const logOf = (q: Tensor2D, rest: Tensor2D): Tensor2D =>
  tf.add(tf.log1p(tf.maximum(rest, -0.5)), tf.log(tf.minimum(tf.mul(q, 2), 1)));

function valueAt(x: Tensor2D, logMean: Tensor2D, logDispersion: Tensor2D): Tensor2D {
  const { terms, excess, mean, theta, n, both, logQuotient } = partsOf(x, logMean, logDispersion);
  const positive: Tensor2D = tf.maximum(x, 1);
  const share: Tensor2D = tf.div(theta, both);
  const quotient: Tensor2D = tf.mul(tf.div(mean, both), tf.div(n, positive));
  const ofCount = tf.mul(x, logOf(quotient, tf.mul(share, tf.div(excess, positive))));
  return tf.add(tf.sub(ofCount, tf.mul(theta, logQuotient)), remaindersOf(terms, { n, positive, theta }));
}

/** Tensors of a count x: n = x + θ, and x itself, at least 1. */
interface Arguments {
  readonly n: Tensor2D;
  readonly positive: Tensor2D;
  readonly theta: Tensor2D;
}

/** s(n) − s(θ) − (log x! − x·log x + x); 0 at x = 0, so that n may count as 1 or more. ½ log 2π cancels. */
function remaindersOf({ isZero, logX }: CountTerms, { n, positive, theta }: Arguments): Tensor2D {
  const atLeast1: Tensor2D = tf.maximum(n, 1);
  const logarithms = tf.mul(tf.add(tf.log(atLeast1), logX), 0.5);
  const ofCounts = tf.sub(tf.sub(binetTerm(atLeast1), binetTerm(positive)), logarithms);
  return tf.mul(tf.sub(1, isZero), tf.sub(ofCounts, logGammaRemainder(theta)));
}

function slopesAt(x: Tensor2D, logMean: Tensor2D, logDispersion: Tensor2D) {
  const { terms, excess, theta, n, both, logQuotient } = partsOf(x, logMean, logDispersion);
  const share = tf.div(excess, both);
  const difference = tf.sub(digammaRemainder(theta), binetSlopeTerm(tf.maximum(n, 1)));
  const ofRemainders = tf.mul(tf.sub(1, terms.isZero), difference); // 0 at x = 0
  return {
    ofMean: tf.neg(tf.mul(share, theta)),
    ofDispersion: tf.mul(theta, tf.add(tf.sub(ofRemainders, logQuotient), share)),
  };
}

/** log p(x_i), or its sum, with both gradients written out. */
const differentiated = (evaluate: (each: Tensor2D) => Tensor) =>
  tf.customGrad((...args) => {
    const [x, mean, dispersion, save] = args as unknown as [Tensor2D, Tensor2D, Tensor2D, (tensors: Tensor[]) => void];
    save([x, mean, dispersion]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [givenX, givenMean, givenDispersion] = saved as [Tensor2D, Tensor2D, Tensor2D];
      const { ofMean, ofDispersion } = slopesAt(givenX, givenMean, givenDispersion);
      const column = besideTerms(dy);
      return [
        tf.zerosLike(givenX),
        summedLike(tf.mul(column, ofMean), givenMean),
        summedLike(tf.mul(column, ofDispersion), givenDispersion),
      ];
    };
    return { value: evaluate(valueAt(x, mean, dispersion)), gradFunc };
  });

const rowLogProb = differentiated((each) => tf.sum(each, 1));
const eachLogProb = differentiated((each) => each);
