// The densities beside the true ones, and how far they are from them by length.
import { type LineChartOptions, type PlanePanel, panels, planeGrid, type Series, tf } from 'flowvae';
import { cellMiddles } from '../plane-cells.ts';
import { type EnergyName, HALF_WIDTH } from './config.ts';
import type { FitResult } from './fit-result.ts';
import { confined } from './target.ts';

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** One row for each energy: the truth, then every flow at every length. */
export function densityFigure(results: readonly FitResult[]): Uint8Array {
  const columns = distinct(results.map(({ flow }) => flow)).flatMap((flow) =>
    distinct(results.map(({ k }) => k))
      .toSorted((a, b) => a - b)
      .map((k) => ({ flow, k })),
  );
  const rowsOf = distinct(results.map(({ energy }) => energy));
  const rows = rowsOf.map((energy): PlanePanel[] => [
    { title: `${energy}, true`, density: truth(energy, results[0]!.map.cells) },
    ...columns.map(({ flow, k }): PlanePanel => {
      const found = results.find((each) => each.energy === energy && each.flow === flow && each.k === k);
      return found ? { title: `${flow}*${k}`, density: mapOf(found) } : { title: 'not run' };
    }),
  ]);
  return planeGrid({
    rows,
    rowLabels: rowsOf,
    range: [-HALF_WIDTH, HALF_WIDTH],
    side: 110,
    axes: ['z₁', 'z₂'],
    title: 'Densities e^(−U)/Z and flows of K layers fitted to them',
    note: 'Each panel in colours of its own, darkest at its largest value. U2 to U4 are confined to |z₁| ≤ 4 by a soft wall; lines thinner than a cell of 1/8 are narrow bridges.',
  });
}

function mapOf({ map: { cells, bytes } }: FitResult) {
  return { values: Float32Array.from(Buffer.from(bytes, 'base64'), (byte) => byte / 255), size: cells };
}

function truth(energy: EnergyName, cells: number) {
  const middles = tf.tensor2d(cellMiddles(cells, HALF_WIDTH), [cells * cells, 2]);
  const values = tf.tidy(() => tf.exp(tf.neg(confined(energy, middles))).dataSync<'float32'>());
  middles.dispose();
  return { values: Float32Array.from(values), size: cells };
}

/** KL against K, one chart for each energy. */
export function boundFigure(results: readonly FitResult[]): Uint8Array {
  const charts = distinct(results.map(({ energy }) => energy)).map((energy): LineChartOptions => {
    const of = results.filter((result) => result.energy === energy);
    const series = distinct(of.map(({ flow }) => flow)).map(
      (flow): Series => ({ label: flow, points: pointsOf(of, flow) }),
    );
    return {
      title: `${energy}: bound + ln Z = KL(q‖p), ln Z = ${of[0]!.logZ.toFixed(3)}`,
      xLabel: 'layers K',
      yLabel: 'KL (nats)',
      logX: true,
      xTicks: distinct(of.map(({ k }) => k)),
      series,
      width: 560,
      height: 360,
    };
  });
  return panels(charts, { columns: 2 });
}

const pointsOf = (results: readonly FitResult[], flow: string) =>
  results
    .filter((result) => result.flow === flow)
    .toSorted((a, b) => a.k - b.k)
    .map(({ k, kl, boundStandardError }) => ({ x: k, y: kl, spread: boundStandardError }));
