// Monte Carlo standard errors of estimates from chains.
import { type Chains, mapped, mean, pooled, variance } from './chains.ts';
import { meanEss } from './effective-sample-size.ts';

/**
 * Standard error of the mean of all draws: their standard deviation over √ESS. Special values and errors are those of
 * `bulkEss`.
 *
 * @see Vehtari et al. 2021, arXiv:1903.08008, section 4.4
 */
export const meanError = (chains: Chains): number => Math.sqrt(variance(pooled(chains)) / meanEss(chains));

/**
 * Standard error of the standard deviation σ of all draws: √((μ₄ − σ⁴)/ESS)/(2σ), ESS that of the squared distances
 * from the mean. Special values and errors are those of `bulkEss`; NaN for a constant.
 *
 * @see Vehtari et al. 2021, arXiv:1903.08008, section 4.4; Kenney & Keeping 1951, p. 141
 */
export function deviationError(chains: Chains): number {
  const centre = mean(pooled(chains));
  const squares = mapped(chains, (value) => (value - centre) ** 2);
  const all = pooled(squares);
  const spread = mean(all);
  const fourth = mean(all.map((square) => square * square));
  return Math.sqrt((fourth - spread * spread) / meanEss(squares) / spread) / 2;
}
