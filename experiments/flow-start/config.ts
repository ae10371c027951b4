// The protocol of table 2 in its fragile form, and the ways to start it.
import type { TrainConfig } from 'flowvae';
import { protocol } from '../table2/config.ts';

/** The ways to start, by name: the settings in which they differ. `plain` is the published code's. */
export const ways = {
  plain: { heads: 'plain' },
  scaled: { heads: 'scaled' },
  'slow rate': { heads: 'plain', lr: 1e-6 },
  'warm-up': { heads: 'plain', lrWarmup: 500 },
  clip: { heads: 'plain', clip: 10 },
  bound: { heads: 'plain', architecture: 'oxford-bounded' },
  'bound, scaled': { heads: 'scaled', architecture: 'oxford-bounded' },
} as const satisfies Readonly<Record<string, Partial<TrainConfig>>>;

/** A way to start. */
export type Way = keyof typeof ways;

/** One run: a way, a flow and a seed. */
export interface Case {
  readonly way: Way;
  readonly layers: number;
  readonly seed: number;
}

/** Its settings. */
export const settingsOf = ({ way, layers, seed }: Case): Partial<TrainConfig> => ({
  ...protocol,
  architecture: 'oxford', // no bound on σ²
  ...ways[way],
  flow: `planar*${layers}`,
  seed,
});

/** A part of the experiment: its cases and their lengths. */
export interface Part {
  readonly cases: readonly Case[];
  readonly steps: number;
  /** Steps from one look, or validation, to the next. */
  readonly every: number;
}

const seeds = [0, 1, 2, 3, 4];

const casesOf = (chosen: readonly Way[], layers: readonly number[], from = seeds): Case[] =>
  from.flatMap((seed) => layers.flatMap((k) => chosen.map((way) => ({ way, layers: k, seed }))));

export const parts = {
  /** The first steps, looked at closely. */
  starts: { cases: casesOf(Object.keys(ways) as Way[], [40]), steps: 500, every: 25 },
  /** Where runs end: whether each seed comes near the best. */
  ends: { cases: casesOf(['bound, scaled', 'plain'], [40, 80]), steps: 25_000, every: 2500 },
  /** Seconds: that it runs. */
  smoke: { cases: casesOf(['plain', 'scaled'], [2], [0]), steps: 4, every: 2 },
  'smoke-ends': { cases: casesOf(['plain'], [2], [0]), steps: 4, every: 2 },
} as const satisfies Readonly<Record<string, Part>>;
