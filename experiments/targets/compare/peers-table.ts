// The table of the comparison: means over seeds, and times as ratios.
import { markdownTable } from '../../markdown-table.ts';

/** A fit in a process of its own; seconds without imports. */
export interface PeerFit {
  readonly elbo: number;
  readonly elboError: number;
  readonly seconds: number;
  readonly importSeconds: number;
}

/** The fits of a program, one for each seed, or the reason why there are none. */
export interface PeerRow {
  readonly target: string;
  readonly flow: string;
  readonly program: string;
  readonly fits: readonly PeerFit[];
  readonly failure?: string;
}

/** A table; each ratio is that of our seconds to the program's on the same target by the same flow. */
export function peersTable(rows: readonly PeerRow[]): string {
  const lines = rows.map((row) => {
    const { target, flow, program, fits, failure } = row;
    const about = [target, flow, program];
    if (failure !== undefined) return [...about, `none: ${failure}`, '–', '–', '–', '–'];
    const own = rows.find((each) => each.target === target && each.flow === flow && each.program === 'flowvae');
    const seconds = median(fits.map((fit) => fit.seconds));
    const ratio = own && own !== row ? (median(own.fits.map((fit) => fit.seconds)) / seconds).toFixed(2) : '–';
    const elbos = fits.map(({ elbo }) => elbo);
    const imports = median(fits.map(({ importSeconds }) => importSeconds));
    const numbers = [seconds.toFixed(1), imports.toFixed(1), ratio];
    return [...about, meanText(elbos), Math.min(...elbos).toFixed(3), ...numbers];
  });
  return markdownTable(
    ['target', 'flow', 'program', 'ELBO (nats)', 'worst seed', 'fit (s)', 'imports (s)', 'flowvae’s fit over this one'],
    lines,
  );
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean over seeds with its standard error. */
function meanText(values: readonly number[]): string {
  const centre = mean(values);
  if (values.length < 2) return centre.toFixed(3);
  const variance = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
  return `${centre.toFixed(3)} ± ${Math.sqrt(variance / values.length).toFixed(3)}`;
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
};
