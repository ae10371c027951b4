// Names of the latent's dimensions.

/** Dimensions are counted from 1, as in formulas. */
export const subscript = (d: number): string => String(d + 1).replace(/\d/g, (digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]!);
