// q(z|x) beside p(z|x) of single data points, in two dimensions of the latent: draws, and the same draws with their
// importance weights.
import type { WeightedDraws } from '@flowvae/evaluation';
import { type DensityMap, type PlaneGridOptions, type PlanePanel, planeGrid } from '@flowvae/figures';
import type { Draw } from '../figures/named-figure.ts';
import { subscript } from './dimension-names.ts';

/** A data point's draws, and its name. */
export interface SlicedPosterior extends WeightedDraws {
  readonly name: string;
}

/** Cells of a panel each way, and its ends in deviations of q. */
const [CELLS, REACH] = [48, 4];

/** The width of the kernel in cells. */
const SMOOTHING = 1.5;

/**
 * Densities over two dimensions: q(z|x) above, p(z|x) below, a column for each data point. Coordinates are deviations
 * of q from its mean.
 */
export function posteriorSlices(
  posteriors: readonly SlicedPosterior[],
  dim: number,
  [first, second]: readonly [number, number],
): Draw {
  const panels = posteriors.map(({ name, z, logWeight }) => {
    const weights = normalised(logWeight);
    const size = 1 / weights.reduce((sum, weight) => sum + weight ** 2, 0);
    const even = weights.map(() => 1 / weights.length);
    const points = [first, second].map((d) => inDeviations(z, dim, d));
    const own = densityOf(points, even);
    const ceiling = own.values.reduce((a, b) => Math.max(a, b));
    return {
      q: { title: name, density: { ...own, ceiling } },
      p: {
        title: `effective ${size.toFixed(0)} of ${weights.length}`,
        density: { ...densityOf(points, weights), ceiling },
      },
    };
  });
  const rows: readonly (readonly PlanePanel[])[] = [panels.map(({ q }) => q), panels.map(({ p }) => p)];
  const grid: PlaneGridOptions = {
    rows,
    range: [-REACH, REACH],
    title: 'q(z|x) above p(z|x), by importance weights',
    note: 'the two dimensions in which posterior means vary most, in deviations of q from its mean; each column has one scale of colours',
    rowLabels: ['q', 'p'],
    axes: [`z${subscript(first)}`, `z${subscript(second)}`],
  };
  return (file) => planeGrid({ ...grid, ...file });
}

/** exp(log w − log Σ w) */
function normalised(logWeights: Float32Array): Float64Array {
  const most = logWeights.reduce((a, b) => Math.max(a, b));
  const scaled = Float64Array.from(logWeights, (value) => Math.exp(value - most));
  const sum = scaled.reduce((a, b) => a + b, 0);
  return scaled.map((value) => value / sum);
}

/** A dimension of draws [S, D], with mean 0 and deviation 1. */
function inDeviations(z: Float32Array, dim: number, d: number): Float64Array {
  const own = Float64Array.from({ length: z.length / dim }, (_, s) => z[s * dim + d]!);
  const mean = own.reduce((a, b) => a + b, 0) / own.length;
  const deviation = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length);
  return own.map((value) => (value - mean) / (deviation > 0 ? deviation : 1));
}

/** A weighted histogram, smoothed. */
function densityOf([x, y]: readonly Float64Array[], weights: Float64Array): DensityMap {
  const cells = new Float64Array(CELLS * CELLS);
  const cellOf = (value: number) => Math.floor(((value + REACH) / (2 * REACH)) * CELLS);
  for (const [s, weight] of weights.entries()) {
    const [column, row] = [cellOf(x![s]!), cellOf(y![s]!)];
    if (column >= 0 && column < CELLS && row >= 0 && row < CELLS) cells[row * CELLS + column]! += weight;
  }
  const along = smoothed(cells, (line, at) => line * CELLS + at);
  return { values: Float32Array.from(smoothed(along, (line, at) => at * CELLS + line)), size: CELLS };
}

const kernel = Array.from({ length: 11 }, (_, i) => Math.exp(-0.5 * ((i - 5) / SMOOTHING) ** 2));

/** Averages along the lines of the cells by a normal kernel. */
function smoothed(cells: Float64Array, placeOf: (line: number, at: number) => number): Float64Array {
  const whole = kernel.reduce((a, b) => a + b, 0);
  const out = new Float64Array(cells.length);
  for (let line = 0; line < CELLS; line++) {
    for (let at = 0; at < CELLS; at++) {
      const sum = kernel.reduce((total, weight, k) => {
        const from = at + k - 5;
        return from < 0 || from >= CELLS ? total : total + weight * cells[placeOf(line, from)]!;
      }, 0);
      out[placeOf(line, at)] = sum / whole;
    }
  }
  return out;
}
