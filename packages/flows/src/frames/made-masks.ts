// Masks of MADE: the weights that a network may use so that its i-th outputs depend on earlier inputs only.

/** Sizes of the masked networks. */
interface MaskSizes {
  readonly layers: number;
  readonly hidden: number;
  readonly depth: number;
  /** Numbers for each component. */
  readonly outputs: number;
  /** Whether the hidden units know more than the inputs: a context. */
  readonly hasContext: boolean;
  /** Index of the first network, which decides its order; default 0. */
  readonly first?: number;
}

/**
 * Masks of the kernels [from, to] of K networks with `depth` hidden layers, each [K, from, to] row-major.
 *
 * Inputs have the degrees 1 … D (reversed in every other network); the degrees of hidden units are spread evenly over 1
 * … D − 1. A weight into a hidden unit is used if the degree does not fall, a weight into an output if the output's
 * degree is larger. With a context, the degrees of hidden units begin with 0: such units see the context alone, and
 * only they feed the first component.
 * @see Germain et al. 2015, arXiv:1502.03509, eqs. 12-14
 */
export function autoregressiveMasks(
  dim: number,
  { layers, hidden, depth, outputs, hasContext, first = 0 }: MaskSizes,
): Float32Array[] {
  const least = hasContext ? 0 : 1;
  const inner = Array.from({ length: hidden }, (_, unit) => least + Math.floor((unit * (dim - least)) / hidden));
  const networks = Array.from({ length: layers }, (_, k) => {
    const inputs = Array.from({ length: dim }, (_, i) => ((first + k) % 2 === 0 ? i + 1 : dim - i));
    const last = Array.from({ length: outputs }, () => inputs).flat();
    const degrees = [inputs, ...Array.from({ length: depth }, () => inner), last];
    return degrees
      .slice(1)
      .map((to, stage) => maskOf(degrees[stage]!, to, stage === depth ? (a, b) => a < b : (a, b) => a <= b));
  });
  return Array.from({ length: depth + 1 }, (_, stage) =>
    Float32Array.from(networks.flatMap((network) => network[stage]!)),
  );
}

const maskOf = (from: readonly number[], to: readonly number[], used: (from: number, to: number) => boolean) =>
  from.flatMap((a) => to.map((b) => Number(used(a, b))));
