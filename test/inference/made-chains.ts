// Chains made by exact operations, the same numbers as in test/reference/chain_diagnostics.py.

/** The recipe of chains. */
export interface ChainRecipe {
  readonly seed: number;
  readonly kind: string;
  readonly chains: number;
  readonly draws: number;
  /** Autoregression of a draw on its predecessor. */
  readonly phi: number;
}

/** Sums of twelve uniforms less 6, from a linear congruential generator. */
function madeNormals(seed: number): () => number {
  let state = seed;
  return () => {
    let total = 0;
    for (let i = 0; i < 12; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      total += (state + 0.5) / 2 ** 32;
    }
    return total - 6;
  };
}

type Distortion = (x: number, place: { i: number; last: number; next: () => number }) => number;

/** How a kind of chain differs from plain autoregression. */
const distortion = ({ kind, draws }: ChainRecipe, index: number): Distortion => {
  const kinds: Readonly<Record<string, Distortion>> = {
    plain: (x) => x,
    heavy: (x, { next }) => x / next(),
    rounded: Math.floor,
    constant: () => 3.5,
    stuck: (x, { i, last }) => (index === 1 && i > Math.floor(draws / 3) ? last : x),
    nan: (x, { i }) => (index === 1 && i === 7 ? Number.NaN : x),
    shifted: (x) => x + index,
    scaled: (x) => x * (1 + 2 * index),
    infinite: (x, { i }) => (index === 0 && i === 5 ? Number.POSITIVE_INFINITY : x),
  };
  return kinds[kind]!;
};

/** The chains of a recipe, [chains][draws]. */
export function madeChains(recipe: ChainRecipe): Float64Array[] {
  return Array.from({ length: recipe.chains }, (_, index) => {
    const next = madeNormals(1000 * recipe.seed + index);
    const distort = distortion(recipe, index);
    const chain = new Float64Array(recipe.draws);
    let x = 0;
    for (let i = 0; i < recipe.draws; i++) {
      x = recipe.phi * x + next();
      chain[i] = distort(x, { i, last: chain[i - 1] ?? 0, next });
    }
    return chain;
  });
}
