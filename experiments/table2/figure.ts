// Figure 4: bound, KL divergence and −ln p(x) against the number of layers, ours beside the paper's.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LineChartOptions, panels, type Series } from 'flowvae';
import type { Result } from '../reproduce/experiment.ts';
import type { VaeResult } from '../reproduce/vae-result.ts';
import { paper } from './published.ts';
import { type Family, families, type Group, grouped, groups } from './seeds.ts';

interface Quantity {
  readonly title: string;
  readonly yLabel: (samples: number) => string;
  readonly ours: (group: Group) => { readonly mean: number; readonly error: number };
  readonly theirs: (published: { readonly negativeElbo: number; readonly nll: number }) => number;
}

const quantities: readonly Quantity[] = [
  {
    title: 'Bound',
    yLabel: () => 'test −ELBO (nats)',
    ours: ({ elbo }) => elbo,
    theirs: ({ negativeElbo }) => negativeElbo,
  },
  {
    title: 'KL(q ‖ p(z|x))',
    yLabel: (samples) => `bound + ln p(x), ${samples} samples (nats)`,
    ours: ({ kl }) => kl,
    theirs: ({ negativeElbo, nll }) => negativeElbo - nll,
  },
  {
    title: '−ln p(x)',
    yLabel: (samples) => `−ln p(x), ${samples} samples (nats)`,
    ours: ({ nll }) => nll,
    theirs: ({ nll }) => nll,
  },
];

/** Flows for which the paper's line is drawn: it has one NICE, and does not describe its networks. */
const ofPaper: readonly Family[] = ['planar', 'nice-perm'];

/** Draws fig4-<network>-<steps>.png for each network and length that has a flow; @returns their names. */
export function draw(results: readonly Result[], folder: string): string[] {
  const usual = groups(results as readonly VaeResult[]).filter(({ isUsualDraw }) => isUsualDraw);
  const sets = grouped(usual, ({ architecture, heads, steps }) =>
    [architecture, ...(heads === 'scaled' ? [heads] : []), steps].join('-'),
  );
  return [...sets].flatMap(([set, rows]) => {
    const lines = families.filter((family) => rows.some((row) => row.k > 0 && row.family === family));
    if (lines.length === 0) return [];
    const name = `fig4-${set}.png`;
    writeFileSync(
      join(folder, name),
      panels(
        quantities.map((quantity) => chart(quantity, rows, lines)),
        { columns: 2 },
      ),
    );
    return [name];
  });
}

function chart(quantity: Quantity, rows: readonly Group[], lines: readonly Family[]): LineChartOptions {
  const { network, steps, samples } = rows[0]!;
  const { title, yLabel } = quantity;
  const series = lines.flatMap((family): Series[] => {
    const color = families.indexOf(family) - 1; // a flow's colour is the same in all figures
    return [
      { label: `${family}, ours`, color, points: oursOf(quantity, rows, family) },
      ...(ofPaper.includes(family)
        ? [{ label: `${family}, paper (500,000 steps)`, color, dashed: true, points: theirsOf(quantity, family) }]
        : []),
    ];
  });
  const hasBand = series.some(({ points }) => points.some(({ spread }) => Number.isFinite(spread)));
  return {
    title: `${title}: ${network}, ${steps.toLocaleString('en-GB')} steps`,
    xLabel: hasBand ? 'layers K (bands: one standard error)' : 'layers K',
    xTicks: [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))],
    yLabel: yLabel(samples),
    series,
    width: 560,
  };
}

/** The flow's rows and the plain VAE, which is K = 0 of every flow. */
const oursOf = ({ ours }: Quantity, rows: readonly Group[], family: string) =>
  rows
    .filter((row) => row.k === 0 || row.family === family)
    .toSorted((a, b) => a.k - b.k)
    .map((row) => ({ x: row.k, y: ours(row).mean, spread: ours(row).error }));

const theirsOf = ({ theirs }: Quantity, family: Family) =>
  Object.entries({ ...paper.none, ...paper[family] }).map(([k, published]) => ({ x: Number(k), y: theirs(published) }));
