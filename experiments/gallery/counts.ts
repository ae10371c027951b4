// Counts of genes in cells as scVI models them (Lopez et al. 2018, doi:10.1038/s41592-018-0229-2): negative binomial
// with the cell's total as library size, and a mixture prior in place of its N(0, I). The cells are simulated: three
// types, whose rates differ in 20 of 60 genes each, gamma noise, and a library of its own for each cell.
import { dataSet, defineExperiment, drawNormal, drawUniform, fold, key, z } from 'flowvae';

const [TYPES, GENES] = [3, 60];

function simulated(cells: number, seed: number) {
  const draw = (purpose: string, count: number) => drawUniform(fold(key(seed), purpose), count);
  const [base, gene, cell] = [draw('base', GENES), draw('gene', cells * GENES), draw('poisson', cells * GENES)];
  const sizes = drawNormal(fold(key(seed), 'library'), cells);
  const type = Int32Array.from({ length: cells }, (_, i) => i % TYPES);
  const rate = (i: number, g: number) => {
    const isMarker = Math.floor((g * TYPES) / GENES) === type[i];
    const noise = -Math.log(1 - gene[i * GENES + g]!); // exponential: dispersion 1
    return 4 * base[g]! * (isMarker ? 5 : 1) * noise * Math.exp(0.4 * sizes[i]!);
  };
  const values = Int32Array.from({ length: cells * GENES }, (_, at) =>
    poissonAt(rate(Math.floor(at / GENES), at % GENES), cell[at]!),
  );
  const classes = Array.from({ length: TYPES }, (_, t) => `type ${t + 1}`);
  return { x: { values, shape: [cells, GENES] }, y: { values: type, shape: [cells] }, classes };
}

/** The smallest k whose cumulated Poisson probability exceeds u. */
function poissonAt(rate: number, u: number): number {
  let [k, term, sum] = [0, Math.exp(-rate), Math.exp(-rate)];
  while (sum < u && k < 10_000) {
    k++;
    term *= rate / k;
    sum += term;
  }
  return k;
}

export default defineExperiment({
  settings: { cells: z.number().int().min(30).default(3000), seed: z.number().int().default(0) },
  options: {
    likelihood: 'zero-inflated-negative-binomial(library)',
    prior: 'mixture(10)',
    flow: 'none',
    latent: 5,
    hidden: [64],
    steps: 3000,
  },
  data: ({ settings: { cells, seed } }) => dataSet({ name: 'cells', ...simulated(cells, seed) }, { counts: true }),
});
