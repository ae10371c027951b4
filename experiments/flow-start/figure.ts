// The share of layers on the flat ends of tanh against steps, by way to start.
import { type LineChartOptions, panels, type Series } from 'flowvae';
import { ways } from './config.ts';
import type { Start } from './starts.ts';

/** One chart for each way, a line for each seed. */
export function startsFigure(starts: readonly Start[]): Uint8Array {
  const charts = Object.keys(ways).flatMap((way): LineChartOptions[] => {
    const own = starts.filter((start) => start.way === way);
    return own.length === 0 ? [] : [chart(way, own)];
  });
  return panels(charts, { columns: 2 });
}

const chart = (way: string, starts: readonly Start[]): LineChartOptions => ({
  title: way,
  xLabel: 'training step',
  yLabel: 'layers on flat ends (%)',
  yRange: [0, 100],
  series: starts.map(
    ({ seed, looks }): Series => ({
      label: `seed ${seed}`,
      points: looks.map(({ step, flat }) => ({ x: step, y: 100 * flat })),
    }),
  ),
});
