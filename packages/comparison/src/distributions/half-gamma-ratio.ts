// Γ(a + ½)/Γ(a) in float64, without the difference of two large logarithms.

/** The series is used from here on. */
const FAR = 20;

/**
 * log(Γ(a + ½)/Γ(a)) for a > 0, to about 15 digits: Γ(a + ½)/Γ(a) = a/(a + ½)·Γ(a + 3/2)/Γ(a + 1) up to a = 20, and
 * from there ½·log a − 1/(8a) + 1/(192a³) − 1/(640a⁵) + 17/(14336a⁷).
 *
 * @see DLMF 5.11.8, the expansion of log Γ(a + h)
 */
export function logHalfGammaRatio(a: number): number {
  let factor = 1;
  let from = a;
  for (; from < FAR; from++) factor *= from / (from + 0.5);
  const inverse = 1 / (from * from);
  const series = (-1 / 8 + inverse * (1 / 192 + inverse * (-1 / 640 + (inverse * 17) / 14_336))) / from;
  return Math.log(factor) + 0.5 * Math.log(from) + series;
}
