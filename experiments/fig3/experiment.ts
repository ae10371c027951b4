// Figure 3 of Rezende & Mohamed 2015: four energies matched by flows of growing length.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable } from '../markdown-table.ts';
import type { Experiment, Result } from '../reproduce/experiment.ts';
import { entries, type FitEntry, flowNames } from './config.ts';
import { boundFigure, densityFigure } from './figures.ts';
import { type FitResult, fitResult } from './fit-result.ts';
import { runFit } from './fitting.ts';
import { paper } from './published.ts';

/** Of each energy, flow and length the fit of most steps, of these that of the lowest seed. */
function longest(results: readonly FitResult[]): readonly FitResult[] {
  const place = ({ energy, flow }: FitResult) => `${energy}${flowNames.indexOf(flow)}`;
  const ordered = results.toSorted(
    (a, b) => place(a).localeCompare(place(b)) || a.k - b.k || b.steps - a.steps || a.seed - b.seed,
  );
  const isSame = (a: FitResult, b: FitResult | undefined) => b !== undefined && place(a) === place(b) && a.k === b.k;
  return ordered.filter((result, i) => !isSame(result, ordered[i - 1]));
}

/** KL by energy, flow and length. If fits differ in their steps, each cell gives its number. */
export function table(all: readonly Result[]): string {
  const results = longest(all as readonly FitResult[]);
  const lengths = [...new Set(results.map(({ k }) => k))].toSorted((a, b) => a - b);
  const kinds = [...new Set(results.map(({ energy, flow }) => `${energy} ${flow}`))].map((kind) => kind.split(' '));
  const steps = [...new Set(results.map((result) => count(result.steps)))];
  const cell = (result: FitResult | undefined) => {
    if (!result) return '–';
    return `${result.kl.toFixed(3)}${steps.length > 1 ? ` (${count(result.steps)})` : ''}`;
  };
  const rows = kinds.map(([energy, flow]) => {
    const at = (k: number) => results.find((each) => each.energy === energy && each.flow === flow && each.k === k);
    const published = paper[energy!]?.[flow!]?.map((value) => value.toFixed(2)).join(' / ') ?? '–';
    return [`${energy}, ${flow}`, ...lengths.map((k) => cell(at(k))), published];
  });
  const header = ['KL(q‖p), nats', ...lengths.map((k) => `K = ${k}`), 'paper’s bound, K = 2 / 8 / 32'];
  const error = Math.max(...results.map(({ boundStandardError }) => boundStandardError));
  const remark = [
    `${steps.join(' or ')} steps of Adam${steps.length > 1 ? ' (in brackets)' : ''}, the best of ${restartsOf(results, lengths)}.`,
    `The standard error of a KL over draws is at most ${error.toFixed(4)}; other restarts or seeds move a fit by some hundredths.`,
    'KL = bound + ln Z; the paper plots a bound with constants that it does not give, so its column shows the order of flows and lengths only.',
  ].join(' ');
  return `${markdownTable(header, rows)}\n${remark}\n`;
}

const count = (steps: number) => steps.toLocaleString('en-GB');

/** How many restarts the fits of each length had. */
function restartsOf(results: readonly FitResult[], lengths: readonly number[]): string {
  const counts = (k: number) =>
    results.filter((result) => result.k === k).map(({ restarts }) => count(restarts.length));
  return `${lengths.map((k) => `${[...new Set(counts(k))].join(' or ')} (K = ${k})`).join(', ')} restarts`;
}

function draw(all: readonly Result[], folder: string): string[] {
  const results = longest(all as readonly FitResult[]);
  writeFileSync(join(folder, 'fig3.png'), densityFigure(results));
  writeFileSync(join(folder, 'fig3-bound.png'), boundFigure(results));
  return ['fig3.png', 'fig3-bound.png'];
}

export const fig3: Experiment<FitEntry> = {
  name: 'fig3',
  title: 'Four energies of the plane matched by flows of 2, 8 and 32 layers (figure 3)',
  schema: fitResult,
  entries,
  run: runFit,
  table,
  draw,
};
