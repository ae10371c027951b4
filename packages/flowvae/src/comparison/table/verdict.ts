// Differences in words.
import { type DecisionOptions, differenceOfParts, furtherSeeds, pointsNeeded } from '@flowvae/comparison';
import { counted, grouped } from '../../report/counted.ts';
import type { GroupDifference } from './differences.ts';
import type { Direction } from './measures.ts';

/** A decision about a difference. */
type Decision = 'better' | 'worse' | 'higher' | 'lower' | 'equal' | 'undecided' | 'unknown';

/** A decision with its words. */
export interface Verdict {
  readonly decision: Decision;
  readonly words: string;
  /** Seeds of each method that would decide an undecided difference, if it is as large as observed. */
  readonly furtherSeeds?: number;
  /** Test rows that would decide it, where seeds do not help. */
  readonly rowsNeeded?: number;
}

/** The facts that a verdict needs beside the difference. */
export interface VerdictOptions {
  readonly direction: Direction;
  readonly level: number;
  /** A difference below it does not matter; absent: every difference does. */
  readonly margin?: number | undefined;
  /** The comparisons of the table. */
  readonly comparisons: number;
}

/** The chance with which further seeds or rows would tell a true difference of the observed size. */
const POWER = 0.8;

/** Judges a difference. */
export function verdictOf(difference: GroupDifference, options: VerdictOptions): Verdict {
  const { direction, level, margin } = options;
  const { value, se, correctedP } = difference;
  if (Number.isNaN(correctedP + se))
    return { decision: 'unknown', words: `${unknownBy(difference)}: the error is not known` };
  if (margin !== undefined && isWithin(difference, margin, options)) {
    return { decision: 'equal', words: `no difference above ${margin}${modelsAlone(difference)}` };
  }
  if (correctedP <= 1 - level) {
    const decision = decisionOf(value, direction);
    return { decision, words: decision + modelsAlone(difference) };
  }
  return undecided(difference, options);
}

/** Why an error is not known. */
function unknownBy({ rows, parts }: GroupDifference): string {
  if (rows === 1) return 'one test row';
  const isOne = parts.seeds.map(({ df }) => df === 0);
  return isOne.every(Boolean) ? 'one seed each' : 'one seed of one of them';
}

/** Whether the interval lies within ±margin, also the one that is corrected for the comparisons of the table. */
function isWithin(difference: GroupDifference, margin: number, { level, comparisons }: VerdictOptions): boolean {
  const { value, se, interval, question, parts } = difference;
  if (!(interval.from >= -margin && interval.to <= margin)) return false;
  if (!(se > 0)) return true;
  const none = { variance: 0, df: 1 };
  const ofModels = { seeds: [none, none] as const, points: { variance: se * se, df: difference.df } };
  const room = differenceOfParts(margin - Math.abs(value), question === 'models' ? ofModels : parts);
  return room.p <= (1 - level) / comparisons;
}

function decisionOf(value: number, direction: Direction): Decision {
  const isHigher = value > 0;
  if (direction === 'unknown') return isHigher ? 'higher' : 'lower';
  return isHigher === (direction === 'higher') ? 'better' : 'worse';
}

/** A warning where the error over seeds is not in the verdict. */
const modelsAlone = ({ question }: GroupDifference) =>
  question === 'models' ? ' (these models; one seed, so not the methods)' : '';

/** Tells the seeds or rows that would decide it. The wanted level is that of the first step of Holm's correction. */
function undecided(difference: GroupDifference, { level, comparisons }: VerdictOptions): Verdict {
  const { question, value, se, parts } = difference;
  const wanted = { level: (1 - level) / comparisons, power: POWER };
  const told = (words: string) => `not told apart; ${words}${modelsAlone(difference)}`;
  if (se === 0) return { decision: 'undecided', words: told('equal') };
  if (question === 'models') {
    const { words, ...needed } = rowsForModels(difference, wanted);
    return { decision: 'undecided', words: told(words), ...needed };
  }
  const rowsNeeded = neededRows(difference, wanted);
  const seeds = furtherSeeds({ value, parts }, wanted);
  if (Number.isFinite(seeds)) {
    return {
      decision: 'undecided',
      words: told(`${counted(seeds, 'more seed')} would decide it`),
      furtherSeeds: seeds,
    };
  }
  if (rowsNeeded === undefined || !areRowsTheLimit(difference, wanted))
    return { decision: 'undecided', words: told('1,000 more seeds would not decide it') };
  const words = `more seeds alone would not decide it: it takes ${grouped(roundedUp(rowsNeeded))} test rows, too`;
  return { decision: 'undecided', words: told(words), rowsNeeded };
}

/** Trained models are told apart by more rows than the present ones, also where those are too few for any test. */
function rowsForModels({ value, se, rows }: GroupDifference, wanted: Required<DecisionOptions>) {
  if (rows === undefined) return { words: 'scores of single rows would have a smaller error' };
  const least = Math.ceil(1 + Math.log2(1 / wanted.level)); // of n rows p is at least 2/2^n
  const rowsNeeded = Math.max(least, rows + 1, pointsNeeded({ value, se, points: rows }, wanted));
  if (rowsNeeded >= MOST_ROWS) return { words: 'the observed difference is near 0' };
  return { words: `${grouped(roundedUp(rowsNeeded))} test rows would decide it`, rowsNeeded };
}

/** Whether seeds would decide a difference if there were test rows enough. */
const areRowsTheLimit = ({ value, parts }: GroupDifference, wanted: DecisionOptions): boolean =>
  Number.isFinite(furtherSeeds({ value, parts: { ...parts, points: { ...parts.points, variance: 0 } } }, wanted));

/** The test rows that the error over rows asks for; undefined where the present ones are enough, or nothing differs. */
function neededRows(difference: GroupDifference, wanted: DecisionOptions): number | undefined {
  const { value, rows, parts } = difference;
  if (rows === undefined) return undefined;
  const needed = pointsNeeded({ value, se: Math.sqrt(parts.points.variance), points: rows }, wanted);
  return needed > 1.01 * rows && needed < MOST_ROWS ? needed : undefined;
}

/** No test set is larger. */
const MOST_ROWS = 1e8;

/** Two digits are enough for a guess. */
function roundedUp(count: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(count)) - 1);
  return Math.ceil(count / unit) * unit;
}
