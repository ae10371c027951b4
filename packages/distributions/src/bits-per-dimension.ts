// The usual unit of results on images of whole levels.

/**
 * Bits per dimension of a log-probability in nats: −log p / (P·ln 2).
 *
 * For probabilities of levels (categorical, discretised logistic mixture). A density of grey values in [0, 1] has no
 * such number without noise that fills each level.
 * @param nats log p(x), or a bound on it, of P dimensions together
 */
export const bitsPerDimension = (nats: number, dimensions: number): number => -nats / (dimensions * Math.LN2);
