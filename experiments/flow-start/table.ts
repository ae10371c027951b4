// The tables of the README, from committed results.
import { markdownTable } from '../markdown-table.ts';
import { type Case, ways } from './config.ts';
import type { End } from './ends.ts';
import type { Start } from './starts.ts';

/** One row for each way and length: flat layers, log-det and bound after the last look, over seeds. */
export function startsTable(starts: readonly Start[]): string {
  const rows = groups(starts).map(([name, runs]) => {
    const last = runs.map(({ looks }) => looks.at(-1)!);
    const half = runs.map(({ looks }) => looks.find(({ flat }) => flat > 0.5)?.step);
    const most = runs.map(({ looks }) => Math.max(...looks.map(({ flat }) => 100 * flat)));
    return [
      name,
      seedsOf(runs),
      half.some((step) => step === undefined) ? few(half) : range(half as number[], 0),
      range(
        runs.map(({ looks }) => 100 * looks[1]!.flat),
        0,
      ),
      range(most, 0),
      range(
        last.map(({ flat }) => 100 * flat),
        0,
      ),
      range(
        last.map(({ logDet }) => logDet),
        1,
      ),
      range(
        last.map(({ elbo }) => -elbo),
        1,
      ),
      range(
        runs.map(({ largestGradient }) => largestGradient.norm),
        0,
      ),
    ];
  });
  const header = [
    'start, flow',
    'seeds',
    'half are flat at step',
    'flat at the first look (%)',
    'at most (%)',
    'flat at the end (%)',
    'log-det',
    '−ELBO',
    'largest gradient',
  ];
  return markdownTable(header, rows);
}

/** The first step of the published curves, a hundred steps after β has reached 1. */
const EARLY = 10_000;

/** The validation bound at that step, if there was one. */
function earlyBound({ validation }: End): string {
  const [, bound] = validation.find(([step]) => step === EARLY) ?? [];
  return bound === undefined ? '–' : bound.toFixed(1);
}

/** One row for each way and length: each seed's last validation bound, and how far the worst is behind the best. */
export function endsTable(ends: readonly End[]): string {
  if (ends.length === 0) return 'Not run yet.\n';
  const rows = groups(ends).map(([name, runs]) => {
    const bounds = runs.map(({ validation }) => validation.at(-1)![1]);
    return [
      name,
      runs[0]!.steps.toLocaleString('en-GB'),
      seedsOf(runs),
      bounds.map((bound) => bound.toFixed(2)).join(', '),
      (Math.max(...bounds) - Math.min(...bounds)).toFixed(2),
      runs.map(earlyBound).join(', '),
      range(
        runs.map(({ flat }) => 100 * flat),
        0,
      ),
      range(
        runs.map(({ logDet }) => logDet),
        1,
      ),
    ];
  });
  return markdownTable(
    [
      ...['start, flow', 'steps', 'seeds', 'validation −ELBO by seed', 'worst − best'],
      ...[`−ELBO at step ${EARLY.toLocaleString('en-GB')} by seed`, 'flat (%)', 'log-det'],
    ],
    rows,
  );
}

/** Runs of one way and length, by the order of ways, seeds ascending. */
function groups<R extends Case>(runs: readonly R[]): (readonly [name: string, runs: readonly R[]])[] {
  const lengths = [...new Set(runs.map(({ layers }) => layers))].toSorted((a, b) => a - b);
  return lengths.flatMap((layers) =>
    Object.keys(ways).flatMap((way) => {
      const own = runs.filter((run) => run.way === way && run.layers === layers);
      return own.length === 0 ? [] : [[`${way}, planar\\*${layers}`, own.toSorted((a, b) => a.seed - b.seed)] as const];
    }),
  );
}

const seedsOf = (runs: readonly Case[]) => runs.map(({ seed }) => seed).join(', ');

/** Seeds of which some never came there. */
function few(steps: readonly (number | undefined)[]): string {
  const reached = steps.filter((step) => step !== undefined);
  return reached.length === 0 ? 'never' : `${range(reached, 0)}; ${steps.length - reached.length} never`;
}

/** The value, or the least and the largest. */
function range(values: readonly number[], digits: number): string {
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) =>
    value.toFixed(digits).replace('-', '−'),
  );
  return least === most ? least! : `${least} to ${most}`;
}
