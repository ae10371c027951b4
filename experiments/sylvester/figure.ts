// Validation bounds against epochs, ours solid and PyTorch's dashed; one panel for each posterior.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LineChartOptions, panels } from 'flowvae';
import type { Result } from '../reproduce/experiment.ts';
import { asResult, type Mean, meanCurve, peerRuns, type SylvesterResult } from './curves.ts';
import { type PosteriorName, posteriorNames, posteriors } from './published.ts';

/** Draws curves-<steps>.png for each length of runs; @returns their names. */
export function draw(results: readonly Result[], folder: string): string[] {
  const runs = results.map(asResult);
  return [...new Set(runs.map(({ steps }) => steps))].map((steps) => {
    const name = `curves-${steps}.png`;
    const charts = posteriorNames.flatMap((posterior) => {
      const own = runs.filter((run) => run.steps === steps && run.set.posterior === posterior);
      return own.length === 0 ? [] : [chart(posterior, own)];
    });
    writeFileSync(join(folder, name), panels(charts, { columns: Math.min(3, charts.length) }));
    return name;
  });
}

function chart(posterior: PosteriorName, runs: readonly SylvesterResult[]): LineChartOptions {
  const [{ steps, k }] = runs as [SylvesterResult];
  const peers = peerRuns().filter((run) => run.posterior === posterior && run.steps === steps && run.layers === k);
  const curveOf = (all: readonly Pick<SylvesterResult, 'validationCurve'>[]) =>
    pointsOf(meanCurve(all.map(({ validationCurve }) => validationCurve)));
  return {
    title: `${posteriors[posterior]}${k > 0 ? `, ${k} layers` : ''}`,
    xLabel: 'step',
    yLabel: 'validation −ELBO (nats)',
    series: [
      { label: 'flowvae', color: 0, points: curveOf(runs) },
      ...(peers.length > 0 ? [{ label: 'PyTorch', color: 1, dashed: true, points: curveOf(peers) }] : []),
    ],
    width: 420,
  };
}

const pointsOf = (curve: ReadonlyMap<number, Mean>) =>
  [...curve].map(([step, { mean, error }]) => ({
    x: step,
    y: mean,
    ...(Number.isNaN(error) ? {} : { spread: error }),
  }));
