// Poisson counts, parameterised by the logarithm of their rate.
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { detach } from '../../detach.ts';
import type { Observation } from '../../distribution.ts';
import { boundedLogScale } from '../log-scale.ts';
import { besideTerms, observation } from '../observation.ts';
import { countTerms, excessOf, LOG_MEAN_RANGE, logFactorialRemainder, summedLike } from './count-terms.ts';
import { poissonDraw } from './poisson-draw.ts';

/**
 * Independent Poisson counts: log p(x) = Σ x·log μ − μ − log x!, x = 0, 1, 2, …; mean and variance μ.
 *
 * It is computed as −(μ − x − x·log(μ/x)) − (log x! − x·log x + x), whose terms stay of the size of their sum: for x =
 * 1e5 the terms of the first form are 1e6 and cost float32 0.05 nats. The gradient towards log μ is x − μ. log μ is
 * taken within ±20. A draw has no gradient. Shapes: logRate [B, P]; x [B or 1, P] → [B]; noise [B, P], normal. Units:
 * nats.
 * @throws ShapeError if x or noise has another shape
 * @see Loader 2000, Fast and accurate computation of binomial probabilities (the deviance form)
 */
export function poisson({ logRate }: { readonly logRate: Tensor2D }): Observation {
  const [rows, width] = logRate.shape;
  const bounded = boundedLogScale(logRate, LOG_MEAN_RANGE);
  return observation({
    name: 'poisson',
    rows,
    width,
    noise: { kind: 'normal', width },
    logProb: (x) => rowLogProb(x, bounded) as Tensor1D,
    logProbOfEach: (x) => eachLogProb(x, bounded) as Tensor2D,
    draw: (normal) => poissonDraw(normal, tf.exp(bounded)),
    mean: () => tf.exp(bounded),
    detached: () => poisson({ logRate: detach(logRate) }),
  });
}

/** log p(x_i), or its sum, with the gradient x − μ written out. */
const differentiated = (evaluate: (each: Tensor2D) => Tensor) =>
  tf.customGrad((...args) => {
    const [x, logRate, save] = args as unknown as [Tensor2D, Tensor2D, (tensors: Tensor[]) => void];
    save([x, logRate]);
    const terms = countTerms(x);
    const { logRatio, excess } = excessOf(terms, logRate);
    const deviance: Tensor2D = tf.sub(excess, tf.mul(x, logRatio));
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [givenX, givenRate] = saved as [Tensor2D, Tensor2D];
      const slope = tf.mul(besideTerms(dy), tf.neg(excessOf(countTerms(givenX), givenRate).excess));
      return [tf.zerosLike(givenX), summedLike(slope, givenRate)];
    };
    return { value: evaluate(tf.neg(tf.add(deviance, logFactorialRemainder(terms)))), gradFunc };
  });

const rowLogProb = differentiated((each) => tf.sum(each, 1));
const eachLogProb = differentiated((each) => each);
