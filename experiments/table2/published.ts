// Published numbers on statically binarised MNIST, nats, lower is better.

import type { Family } from './seeds.ts';

/** Bound and −ln p(x) (200 importance samples). */
interface Published {
  readonly negativeElbo: number;
  readonly nll: number;
  /** Standard error of `nll`, where it is published. */
  readonly nllError?: number;
}

type ByK = Readonly<Record<number, Published>>;

const row = (entries: readonly (readonly [k: number, negativeElbo: number, nll: number])[]): ByK =>
  Object.fromEntries(entries.map(([k, negativeElbo, nll]) => [k, { negativeElbo, nll }]));

/** The paper's NICE-perm, whose networks it does not describe: beside all kinds of ours. */
const niceOfPaper = row([
  [10, 94.89, 88.62],
  [20, 93.93, 87.92],
  [40, 93.01, 87.32],
  [80, 92.83, 87.27],
]);

/**
 * Rezende & Mohamed 2015, figures 4a and 4c, read off their vector paths (± 0.01); table 2 has the second to one
 * digit. 500,000 steps, 100 repetitions.
 */
export const paper: Readonly<Partial<Record<Family, ByK>>> = {
  none: { 0: { negativeElbo: 96.75, nll: 89.92, nllError: 0.33 } },
  planar: row([
    [10, 93.56, 87.53],
    [20, 91.96, 86.53],
    [40, 90.62, 85.76],
    [80, 89.58, 85.15],
  ]),
  'nice-planar': niceOfPaper,
  'nice-planar*K-affine': niceOfPaper,
  'nice-perm': niceOfPaper,
  'nice-perm(80), shared': niceOfPaper,
};

/**
 * andrehuang/normalizing-flows-reproduce, logs at 6a27493. Planar with eq. 20's annealing: 3 runs, 500,000 steps.
 * NICE: 250,000 steps.
 *
 * - Its `NICEperm` (4 runs) is near `nice-planar*K-affine`: a coupling is u·tanh(wᵀz_A + b), u, w, b and a last scale
 *   from the encoder (models/flows.py,
 *   `Coupling_amor`). Its halves are drawn for each layer by itself, its last layer has no shift, its heads are plain.
 * - Its `NICE_MLPperm` (3 runs) is near `nice-perm(80)` with `amortize: 'base'`: two hidden layers of 80 ReLU units,
 *   the same for all images; with a last scale, the same as well.
 */
export const oxford: Readonly<Partial<Record<Family, ByK>>> = {
  none: row([[0, 98.14, 92.58]]),
  planar: row([
    [10, 93.48, 88.95],
    [20, 92.28, 88.09],
    [40, 91.34, 87.45],
    [80, 90.86, 87.09],
  ]),
  'nice-planar*K-affine': row([
    [10, 94.57, 90.0],
    [20, 93.44, 89.1],
    [40, 92.51, 88.43],
    [80, 91.86, 87.97],
  ]),
  'nice-perm(80), shared': row([
    [10, 94.7, 89.98],
    [20, 93.9, 89.36],
    [40, 93.25, 88.94],
    [80, 92.73, 88.61],
  ]),
};

type Curve = Readonly<Record<number, number>>;

const curves = (
  rows: readonly (readonly [k: number, ...values: number[]])[],
): Readonly<Record<number, Curve | undefined>> =>
  Object.fromEntries(
    rows.map(([k, ...values]) => [
      k,
      Object.fromEntries(values.map((value, i) => [[10_000, 25_000, 50_000, 100_000, 250_000, 500_000][i], value])),
    ]),
  );

/** The same: validation −ELBO by flow, length and step; planar of one run, NICE the mean of its runs. */
export const oxfordCurves: Readonly<Partial<Record<Family, Readonly<Record<number, Curve | undefined>>>>> = {
  none: curves([[0, 123.9, 107.5, 101.8, 99.9, 98.9, 99.2]]),
  planar: curves([
    [10, 118.2, 103.0, 98.7, 96.4, 94.9, 94.4],
    [20, 123.6, 102.2, 97.7, 95.5, 93.8, 93.3],
    [40, 120.4, 101.7, 97.1, 94.5, 92.7, 92.1],
    [80, 121.8, 102.0, 96.9, 94.4, 92.4, 91.8],
  ]),
  'nice-planar*K-affine': curves([
    [10, 119.4, 103.5, 98.9, 96.8, 95.4],
    [20, 116.9, 102.4, 98.1, 95.9, 94.3],
    [40, 115.3, 101.8, 97.6, 95.2, 93.4],
    [80, 113.1, 100.7, 96.8, 94.5, 92.8],
  ]),
  'nice-perm(80), shared': curves([
    [10, 122.2, 104.8, 99.9, 97.4, 95.6],
    [20, 121.9, 104.4, 99.3, 96.8, 94.7],
    [40, 121.8, 103.8, 98.7, 96.2, 94.1],
    [80, 121.9, 103.5, 98.6, 95.7, 93.6],
  ]),
};
