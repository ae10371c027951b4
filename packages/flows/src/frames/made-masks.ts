// Masks of MADE: the weights that a network may use so that its i-th outputs depend on earlier inputs only.
import { drawPermutation, fold, key } from '@flowvae/random';

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
  /** Default `'reversed'`. */
  readonly order?: ComponentOrder;
}

/**
 * The order of the components in network k: `'reversed'` is 1 … D for even k and D … 1 for odd k; `'drawn'` takes
 * another permutation for each pair of networks, 1 … D for the first, and reverses it for the odd k.
 *
 * Networks with fewer hidden units than components cannot tell all of them apart: other orders join other components.
 */
export type ComponentOrder = 'reversed' | 'drawn';

/**
 * Masks of the kernels [from, to] of K networks with `depth` hidden layers, each [K, from, to] row-major.
 *
 * Inputs have the degrees 1 … D in the network's order ({@link ComponentOrder}); the degrees of hidden units are spread
 * evenly over 1 … D − 1. A weight into a hidden unit is used if the degree does not fall, a weight into an output if
 * the output's degree is larger. With a context, the degrees of hidden units begin with 0: such units see the context
 * alone, and only they feed the first component.
 * @see Germain et al. 2015, arXiv:1502.03509, eqs. 12-14
 */
export function autoregressiveMasks(
  dim: number,
  { layers, hidden, depth, outputs, hasContext, first = 0, order = 'reversed' }: MaskSizes,
): Float32Array[] {
  const least = hasContext ? 0 : 1;
  const inner = Array.from({ length: hidden }, (_, unit) => least + Math.floor((unit * (dim - least)) / hidden));
  const networks = Array.from({ length: layers }, (_, k) => {
    const inputs = degreesOfInputs(dim, first + k, order);
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

function degreesOfInputs(dim: number, network: number, order: ComponentOrder): number[] {
  const pair = Math.floor(network / 2);
  const ranks =
    order === 'reversed' || pair === 0
      ? Array.from({ length: dim }, (_, i) => i)
      : [...drawPermutation(fold(key(0), 'order', dim, pair), dim)];
  return ranks.map((rank) => (network % 2 === 0 ? rank + 1 : dim - rank));
}

const maskOf = (from: readonly number[], to: readonly number[], used: (from: number, to: number) => boolean) =>
  from.flatMap((a) => to.map((b) => Number(used(a, b))));
