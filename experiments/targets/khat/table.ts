// The errors of estimates by the level of their k̂.
import type { ParetoKLevel } from 'flowvae';
import { markdownTable } from '../../markdown-table.ts';
import type { WorstErrors } from '../worst-errors.ts';

/** One fit, its k̂, and its errors; nats. */
export interface JudgedFit extends WorstErrors {
  readonly target: string;
  readonly guide: string;
  readonly seed: number;
  readonly paretoK: number;
  readonly level: ParetoKLevel;
  readonly effectiveSampleSize: number;
  /** Estimated minus true log Z. */
  readonly difference: number;
  readonly logZError: number;
}

/** Targets with several modes: a guide can miss some of them, and no weight of a draw shows it. */
const severalModes = new Set(['U1', 'U3', 'U4', 'eight-gaussians']);

const levels: readonly ParetoKLevel[] = ['good', 'few', 'bad', 'void', 'unknown'];

const columns = [
  ...['k̂', 'targets', 'fits', 'error of log Z: median', '90 %', 'within 2 standard errors'],
  ...['worst moment: median', '90 %'],
];

/** A row for each level and kind of target that has fits. */
export function levelTable(fits: readonly JudgedFit[]): string {
  const rows = levels.flatMap((level) =>
    ['one mode', 'several modes'].flatMap((kind) => {
      const own = fits.filter((fit) => fit.level === level && severalModes.has(fit.target) === (kind !== 'one mode'));
      return own.length === 0 ? [] : [[level, kind, String(own.length), ...errorsOf(own)]];
    }),
  );
  return `\n${markdownTable(columns, rows)}\n`;
}

function errorsOf(fits: readonly JudgedFit[]): string[] {
  const differences = fits.map(({ difference }) => Math.abs(difference));
  const covered = fits.filter(({ difference, logZError }) => Math.abs(difference) <= 2 * logZError).length;
  const moments = fits.flatMap(({ worstMean, worstStd }) =>
    worstMean === undefined ? [] : [Math.max(worstMean, worstStd!)],
  );
  const share = `${Math.round((100 * covered) / fits.length)} %`;
  return [
    quantile(differences, 0.5),
    quantile(differences, 0.9),
    share,
    quantile(moments, 0.5),
    quantile(moments, 0.9),
  ];
}

/** The smallest value with at least this share of the values at or below it; NaN counts as the largest. */
function quantile(values: readonly number[], share: number): string {
  if (values.length === 0) return '–';
  const sorted = values
    .map((value) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value))
    .toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1]!.toFixed(3);
}
