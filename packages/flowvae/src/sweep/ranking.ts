// How halving ranks configurations: by the files of their runs alone.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FAILURE } from '@flowvae/runs/plain';
import { type Halving, promoted, rungsOf } from '@flowvae/sweeps';
import { attempted } from '../run-list/attempts.ts';
import { configurationsOf, type VariedTrial } from './configurations.ts';
import { runOf } from './sweep-folder.ts';
import { isFinished, isValidatedAt, scoreAt } from './trial-state.ts';

/** A run by its name. */
type Named = Pick<VariedTrial, 'slug'>;

/** The parts of a sweep that decide its rungs. */
export interface RankedSweep {
  readonly trials: readonly (VariedTrial & { readonly steps: number })[];
  readonly halving?: Halving | undefined;
}

/** Runs that have not come to a rung, nor ended before by themselves, nor stopped at a value that is not finite. */
export const unjudged = <T extends Named>(folder: string, trials: readonly T[], steps: number): T[] =>
  trials.filter((trial) => !isJudged(runOf(folder, trial), steps));

const isJudged = (run: string, steps: number) =>
  isValidatedAt(run, steps) || isFinished(run) || existsSync(join(run, FAILURE));

/** The mean validation bound of each configuration over its seeds, nats; NaN where a seed has none. */
export const scoresOf = (folder: string, left: readonly (readonly Named[])[], steps: number): number[] =>
  left.map((runs) => mean(runs.map((trial) => scoreAt(runOf(folder, trial), steps))));

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The runs that halving took no further, each with the steps of its last rung; none where files are damaged. */
export const eliminatedRuns = (folder: string, sweep: RankedSweep): ReadonlyMap<string, number> =>
  attempted(() => eliminations(folder, sweep)) ?? new Map();

function eliminations(folder: string, { trials, halving }: RankedSweep): ReadonlyMap<string, number> {
  const gone = new Map<string, number>();
  if (!halving) return gone;
  let left = configurationsOf(trials);
  for (const steps of rungsOf(halving, trials[0]?.steps ?? 0).slice(0, -1)) {
    if (unjudged(folder, left.flat(), steps).length > 0) break;
    const places = promoted(scoresOf(folder, left, steps), halving.factor);
    for (const { slug } of left.filter((_, place) => !places.includes(place)).flat()) gone.set(slug, steps);
    left = places.map((place) => left[place]!);
  }
  return gone;
}
