// Published numbers on statically binarised MNIST, nats, lower is better.

/** Bound and −ln p(x) (200 importance samples). */
interface Published {
  readonly negativeElbo: number;
  readonly nll: number;
}

type ByK = Readonly<Record<number, Published>>;

const row = (entries: readonly (readonly [k: number, negativeElbo: number, nll: number])[]): ByK =>
  Object.fromEntries(entries.map(([k, negativeElbo, nll]) => [k, { negativeElbo, nll }]));

/** Of the paper's NICE-perm, whose networks it does not describe: beside ours with one unit and with two layers of 64. */
const niceOfPaper = row([
  [10, 94.89, 88.62],
  [20, 93.93, 87.92],
  [40, 93.01, 87.32],
  [80, 92.83, 87.27],
]);

/** Rezende & Mohamed 2015, figures 4a and 4c, read off their vector paths (± 0.01); table 2 has the second to one digit. 500,000 steps, 100 repetitions. */
export const paper: Readonly<Record<string, ByK>> = {
  none: row([[0, 96.75, 89.92]]),
  planar: row([
    [10, 93.56, 87.53],
    [20, 91.96, 86.53],
    [40, 90.62, 85.76],
    [80, 89.58, 85.15],
  ]),
  'nice-planar': niceOfPaper,
  'nice-perm': niceOfPaper,
};

/**
 * andrehuang/normalizing-flows-reproduce: planar with eq. 20's annealing, 3 runs, 500,000 steps; NICE with scaling, 4 runs, 250,000 steps.
 *
 * Its NICE is `nice-planar*K-affine`: a coupling is u·tanh(wᵀz_A + b), u, w and b from the encoder (models/flows.py, `Coupling_amor`), but with a
 * permutation drawn anew for every batch and no shift in the last layer.
 */
export const oxford: Readonly<Record<string, ByK>> = {
  none: row([[0, 98.14, 92.58]]),
  planar: row([
    [10, 93.48, 88.95],
    [20, 92.28, 88.09],
    [40, 91.34, 87.45],
    [80, 90.86, 87.09],
  ]),
  'nice-planar-affine': row([
    [10, 94.57, 90.0],
    [20, 93.44, 89.1],
    [40, 92.51, 88.4],
    [80, 91.86, 87.97],
  ]),
};

/** The same: validation −ELBO by step, one network, planar flows. */
export const oxfordCurve: Readonly<Record<number, Readonly<Record<number, number>>>> = Object.fromEntries(
  [
    [0, 123.9, 107.5, 101.8, 99.9, 98.9, 99.2],
    [10, 118.2, 103.0, 98.7, 96.4, 94.9, 94.4],
    [20, 123.6, 102.2, 97.7, 95.5, 93.8, 93.3],
    [40, 120.4, 101.7, 97.1, 94.5, 92.7, 92.1],
    [80, 121.8, 102.0, 96.9, 94.4, 92.4, 91.8],
  ].map(([k, ...values]) => [
    k,
    Object.fromEntries([10_000, 25_000, 50_000, 100_000, 250_000, 500_000].map((step, i) => [step, values[i]!])),
  ]),
);
