// Validation bounds against steps, means and standard errors over runs, ours solid and PyTorch's dashed; one panel for
// each posterior.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LineChartOptions, panels } from 'flowvae';
import type { Result } from '../reproduce/experiment.ts';
import { otherBits } from '../reproduce/own-data.ts';
import { grouped } from '../table2/seeds.ts';
import { groupsOf, type Mean, meanCurve, type SylvesterGroup, type SylvesterResult } from './curves.ts';
import { posteriors } from './published.ts';

/** Draws curves-<steps>.png for each length of runs on the project's bits; @returns their names. */
export function draw(results: readonly Result[], folder: string): string[] {
  const usual = groupsOf(results).filter(({ runs: [first] }) => otherBits(first!).length === 0);
  const byLength = grouped(usual, ({ runs: [first] }) => `${first!.steps}`);
  return [...byLength].map(([steps, groups]) => {
    const name = `curves-${steps}.png`;
    writeFileSync(join(folder, name), panels(groups.map(chart), { columns: Math.min(3, groups.length) }));
    return name;
  });
}

function chart({ posterior, runs, peers }: SylvesterGroup): LineChartOptions {
  const { k } = runs[0]!;
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
