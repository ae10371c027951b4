// Every flow as the posterior of one VAE, with one budget; and a few of them again with another, and with several
// seeds.
import type { TrainConfig } from 'flowvae';

/** Formulas in the order of the table; `none` is the plain VAE that the others are held against. */
const formulas = [
  'none',
  'affine',
  'full',
  'planar*10',
  'planar-leaky*10',
  'radial*10',
  'planar*8-radial*2',
  'householder*10',
  'sylvester-o(8)*4',
  'sylvester-h(8)*4',
  'sylvester-t*4',
  'nice-perm*10',
  'nice-orth*10',
  'nice-planar*10',
  'realnvp*4',
  'iaf*4',
  'maf*2',
  'spline*2',
  'actnorm-lu*2',
] as const;

/** The settings that all cases share; the others are the command's defaults. */
export const shared = { binarize: 'dynamic', evalSamples: 200 } as const;

/** The settings that distinguish runs of a scale. */
export type Case = Pick<TrainConfig, 'flow' | 'heads' | 'seed'>;

/** A list of runs with one budget. */
export interface Scale {
  readonly steps: number;
  readonly evalImages: number;
  readonly cases: readonly Case[];
}

const cases = (flows: readonly string[], others: Partial<Case> = {}): Case[] =>
  flows.map((flow) => ({ flow, heads: 'scaled', seed: 0, ...others }));

export const scales: Readonly<Record<'smoke' | 'full' | 'seeds', Scale>> = {
  /** Seconds: checks that it runs, not the flows. */
  smoke: { steps: 20, evalImages: 4, cases: cases(['none', 'radial*2']) },
  full: { steps: 3000, evalImages: 1000, cases: cases(formulas) },
  /** The budget of the command's defaults. */
  seeds: {
    steps: 10_000,
    evalImages: 10_000,
    cases: [0, 1, 2].flatMap((seed) => [
      ...cases(['none', 'planar*10'], { seed }),
      ...cases(['planar*10'], { seed, heads: 'plain' }),
    ]),
  },
};
