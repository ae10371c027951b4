// Numbers of an estimate in words.

/** A number with a fixed count of decimals and a real minus sign. */
export const decimal = (value: number, digits: number): string =>
  Number.isNaN(value)
    ? 'unknown'
    : Number.isFinite(value)
      ? value.toFixed(digits).replace('-', '−')
      : value > 0
        ? '∞'
        : '−∞';

/** A judgement about importance weights. */
export interface Judgement {
  readonly isTrusted: boolean;
  readonly words: string;
}

/** The meaning of k̂ beside its threshold for S samples. */
export function judged(k: number, threshold: number): Judgement {
  if (Number.isNaN(k)) return { isTrusted: false, words: 'too few samples for k̂: take more.' };
  if (k <= Math.min(0.5, threshold))
    return {
      isTrusted: true,
      words: 'the weights are even enough (finite variance): the estimate and its error can be trusted.',
    };
  if (k <= threshold)
    return {
      isTrusted: true,
      words: 'some weights are large, but the estimate can still be used; its error is somewhat larger than it says.',
    };
  if (k < 1)
    return {
      isTrusted: false,
      words:
        'a few draws carry most of the weight: do not trust the estimate. log p(x) is probably higher; take more samples.',
    };
  return {
    isTrusted: false,
    words:
      'the weights have no finite mean, as far as the draws tell: q(z|x) misses a part of the posterior. The estimate is worthless.',
  };
}

/** The meaning of the gap between log p(x) and the ELBO, nats; without trusted weights it is only a lower bound. */
export function gapInWords(gap: number, isTrusted: boolean): string {
  if (!isTrusted) return `The gap is at least ${decimal(gap, 2)} nats, as far as these draws tell.`;
  const size =
    gap < 0.5
      ? 'q(z|x) is nearly the true posterior of this picture'
      : gap < 3
        ? 'q(z|x) is close to the true posterior, but not equal'
        : 'q(z|x) differs clearly from the true posterior';
  return `The gap is KL(q(z|x)‖p(z|x)), the price of an inexact posterior: ${size}.`;
}

/** Digits below the line. */
export const subscript = (number: number): string =>
  String(number).replace(/\d/g, (digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]!);

/** The mean of q(z|x) by its name. @param draws draws whose mean stands for it; absent: it is exact */
export const meanInWords = (draws: number | undefined): string =>
  draws === undefined ? 'the mean of q(z|x)' : `the mean of ${draws} draws of q(z|x)`;

/** Draws from the prior at a temperature. @param isNormal whether the prior is N(0, I) */
export const priorInWords = (isNormal: boolean): string =>
  isNormal
    ? 'z is drawn from the prior p(z) = N(0, I), its deviations times the temperature, and decoded. At 1 the model draws as it was trained to; below 1 pictures are more typical and more alike, at 0 all are the same.'
    : 'z is made from noise as a draw of the prior p(z), the normal noise times the temperature, and decoded. At 1 the model draws as it was trained to; this prior is not N(0, I), and at other temperatures z is not a draw of it.';
