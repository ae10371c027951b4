// Every flow that a formula can name, as data. To add one: a row.
import { key } from '@flowvae/random';
import { chain } from '../compose/chain.ts';
import { actnorm } from '../families/actnorm.ts';
import { affine } from '../families/affine.ts';
import { iaf, maf } from '../families/autoregressive.ts';
import { full } from '../families/full.ts';
import { householder } from '../families/householder.ts';
import { lu } from '../families/lu.ts';
import { nice } from '../families/nice.ts';
import { nicePlanar } from '../families/nice-planar.ts';
import { permutation } from '../families/permutation.ts';
import { planar } from '../families/planar.ts';
import { planarLeaky } from '../families/planar-leaky.ts';
import { radial } from '../families/radial.ts';
import { realnvp } from '../families/realnvp.ts';
import { DEFAULT_BINS, spline } from '../families/spline.ts';
import { sylvesterHouseholder, sylvesterOrthogonal, sylvesterTriangular } from '../families/sylvester.ts';
import type { Flow } from '../flow.ts';
import { type NetworkOptions, networkDefaults } from '../frames/conditioner.ts';

/** A whole number that a formula may give in parentheses; bounds and default may depend on the latent's width. */
export interface FlowArgument {
  readonly name: string;
  readonly fallback: number | ((dim: number) => number);
  readonly from: number;
  readonly to: number | ((dim: number) => number);
}

/** What a term of a formula asks for. */
interface FlowTerm {
  readonly dim: number;
  /** The number after `*`, 1 where there is none. */
  readonly count: number;
  /** A value for every declared argument. */
  readonly args: Readonly<Record<string, number>>;
  /** Layers that stand before the term in its formula. */
  readonly before: number;
  /** Width C of the features that networks inside the flow may take; 0 for none. */
  readonly contextWidth: number;
}

/** A row: the arguments in the order of the formula, and what makes the layers. */
interface FlowRow {
  readonly args?: readonly FlowArgument[];
  /** The narrowest latent that it takes. Default 1. */
  readonly fewest?: number;
  readonly make: (term: FlowTerm) => Flow;
}

/** A row of a flow that is one layer: `*n` makes a chain of n. `place` counts the layers of the whole formula from 0. */
const repeated = (make: (term: FlowTerm, place: number) => Flow): FlowRow => ({
  make(term) {
    const flows = Array.from({ length: term.count }, (_, layer) => make(term, term.before + layer));
    return flows.length === 1 ? flows[0]! : chain(flows);
  },
});

/** Sizes of the networks inside a flow, e.g. `realnvp(32,1)*4`. */
const networkArgs: readonly FlowArgument[] = [
  { name: 'hidden', fallback: networkDefaults.hidden, from: 1, to: 4096 },
  { name: 'depth', fallback: networkDefaults.depth, from: 1, to: 8 },
];

/** What the flows with networks inside take from a term. */
const sizesOf = ({ count, args, contextWidth }: FlowTerm): NetworkOptions => ({
  layers: count,
  hidden: args.hidden!,
  depth: args.depth!,
  contextWidth,
});

/** A row of a flow whose networks' sizes are its only arguments. */
const networked = (make: (dim: number, options: NetworkOptions) => Flow): FlowRow => ({
  args: networkArgs,
  fewest: 2,
  make: (term) => make(term.dim, sizesOf(term)),
});

export const flowTable: Readonly<Record<string, FlowRow>> = {
  planar: { make: ({ dim, count }) => planar(dim, count) },
  'planar-leaky': { make: ({ dim, count }) => planarLeaky(dim, count) },
  householder: { make: ({ dim, count }) => householder(dim, count) },
  radial: { make: ({ dim, count }) => radial(dim, count) },
  affine: repeated(({ dim }) => affine(dim)),
  full: { ...repeated(({ dim }) => full(dim)), fewest: 2 },
  lu: { ...repeated(({ dim }, place) => lu(dim, { key: key(place) })), fewest: 2 },
  permutation: repeated(({ dim }, place) => permutation(dim, { key: key(place) })),
  actnorm: repeated(({ dim }) => actnorm(dim)),
  'sylvester-o': {
    args: [{ name: 'columns', fallback: (dim) => Math.min(dim, 8), from: 2, to: (dim) => dim }],
    fewest: 2,
    make: ({ dim, count, args }) => sylvesterOrthogonal(dim, args.columns!, count),
  },
  'sylvester-h': {
    args: [{ name: 'mirrors', fallback: 8, from: 1, to: 1024 }],
    fewest: 2,
    make: ({ dim, count, args }) => sylvesterHouseholder(dim, args.mirrors!, count),
  },
  'sylvester-t': { fewest: 2, make: ({ dim, count }) => sylvesterTriangular(dim, count) },
  'nice-perm': networked((dim, options) => nice(dim, { ...options, mixing: 'permutation' })),
  'nice-orth': networked((dim, options) => nice(dim, { ...options, mixing: 'orthogonal' })),
  'nice-planar': { fewest: 2, make: ({ dim, count }) => nicePlanar(dim, count) },
  realnvp: networked(realnvp),
  iaf: networked(iaf),
  maf: networked(maf),
  spline: {
    args: [{ name: 'bins', fallback: DEFAULT_BINS, from: 2, to: 128 }, ...networkArgs],
    fewest: 2,
    make: (term) => spline(term.dim, { ...sizesOf(term), bins: term.args.bins! }),
  },
};
