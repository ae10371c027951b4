// Which flow is fitted to which energy, and for how long.
import type { energies } from 'flowvae';
import type { Entry, ScaleName } from '../reproduce/experiment.ts';

/** The name of an energy of table 1. */
export type EnergyName = keyof typeof energies;

/**
 * Flows of the figure; the paper gives no sizes of NICE's networks: they have one hidden layer of 32 units, nice-planar
 * one unit.
 */
export const flows = {
  planar: 'planar',
  radial: 'radial',
  'nice-perm': 'nice-perm(32,1)',
  'nice-orth': 'nice-orth(32,1)',
  'nice-planar': 'nice-planar',
} as const;

/** One of {@link flows}. */
type FlowName = keyof typeof flows;

/** Names of {@link flows}, in the figure's order. */
export const flowNames = Object.keys(flows) as readonly FlowName[];

/** Names of the energies, in the figure's order. */
export const energyNames: readonly EnergyName[] = ['U1', 'U2', 'U3', 'U4'];

/** One fit: the best of its restarts. */
export interface FitEntry extends Entry {
  readonly energy: EnergyName;
  readonly flow: FlowName;
  readonly k: number;
  readonly seed: number;
  readonly steps: number;
  readonly restarts: number;
  /** Draws of the final estimate. */
  readonly draws: number;
  /** Cells of the density map, each way. */
  readonly cells: number;
}

const lengths = [2, 8, 32] as const;

interface Size extends Pick<FitEntry, 'steps' | 'draws' | 'cells'> {
  readonly energies: readonly EnergyName[];
  readonly flows: readonly FlowName[];
  /** Restarts by number of layers. */
  readonly restarts: Readonly<Partial<Record<(typeof lengths)[number], number>>>;
}

const everything = { energies: energyNames, flows: flowNames, cells: 64 };

const sizes: Readonly<Record<ScaleName, Size>> = {
  smoke: {
    energies: ['U1'],
    flows: ['planar', 'nice-orth'],
    restarts: { 2: 2 },
    steps: 30,
    draws: 500,
    cells: 8,
  },
  quick: { ...everything, steps: 5000, restarts: { 2: 12, 8: 12, 32: 6 }, draws: 100_000 },
  paper: { ...everything, steps: 30_000, restarts: { 2: 24, 8: 24, 32: 12 }, draws: 400_000 },
};

/** The fits of a scale. */
export function entries(scale: ScaleName, seeds: number): FitEntry[] {
  const { energies: chosen, flows: ofScale, restarts: byLength, ...size } = sizes[scale];
  const ks = lengths.filter((k) => byLength[k] !== undefined);
  return Array.from({ length: seeds }, (_, seed) => seed).flatMap((seed) =>
    chosen.flatMap((energy) =>
      ofScale.flatMap((flow) =>
        ks.map((k) => {
          const slug = `${energy}-${flow}-${k}-${size.steps}-seed${seed}`;
          return { slug, energy, flow, k, seed, restarts: byLength[k]!, ...size };
        }),
      ),
    ),
  );
}

/** β of eq. 20 reaches 1 after this share of the steps: the paper's 10,000 would be longer than a quick fit. */
export const ANNEALING = 0.4;

/** Panels cover [−4, 4]². */
export const HALF_WIDTH = 4;

/** U2 to U4 do not grow along z₁: beyond |z₁| = 4 they get ½((|z₁| − 4)/0.1)². */
export const WALL = { at: HALF_WIDTH, width: 0.1 } as const;
