// Differences in words.
import { type DecisionOptions, furtherSeeds, pointsNeeded } from '@flowvae/comparison';
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

/** The chance with which the further seeds would tell a true difference of the observed size. */
const POWER = 0.8;

/** Judges a difference. */
export function verdictOf(difference: GroupDifference, options: VerdictOptions): Verdict {
  const { direction, level, margin } = options;
  const { value, interval, correctedP } = difference;
  if (Number.isNaN(correctedP)) return { decision: 'unknown', words: 'one seed each: the error is not known' };
  if (margin !== undefined && interval.from >= -margin && interval.to <= margin) {
    return { decision: 'equal', words: `no difference above ${margin}${modelsAlone(difference)}` };
  }
  if (correctedP <= 1 - level) {
    const decision = decisionOf(value, direction);
    return { decision, words: decision + modelsAlone(difference) };
  }
  return undecided(difference, options);
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
  const rowsNeeded = neededRows(difference, wanted);
  if (question === 'models') {
    const words =
      rowsNeeded === undefined ? 'nearly equal' : `${grouped(roundedUp(rowsNeeded))} test rows would decide it`;
    return { decision: 'undecided', words: told(words), ...(rowsNeeded === undefined ? {} : { rowsNeeded }) };
  }
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

/** Whether seeds would decide a difference if there were test rows enough. */
const areRowsTheLimit = ({ value, parts }: GroupDifference, wanted: DecisionOptions): boolean =>
  Number.isFinite(furtherSeeds({ value, parts: { ...parts, points: { ...parts.points, variance: 0 } } }, wanted));

/** The test rows that the error over rows asks for; undefined where the present ones are enough, or nothing differs. */
function neededRows(difference: GroupDifference, wanted: DecisionOptions): number | undefined {
  const { value, rows } = difference;
  if (rows === undefined) return undefined;
  const needed = pointsNeeded({ value, se: rowError(difference), points: rows }, wanted);
  return needed > 1.01 * rows && needed < MOST_ROWS ? needed : undefined;
}

/** The standard error over rows alone. */
const rowError = ({ question, se, parts }: GroupDifference) =>
  question === 'models' ? se : Math.sqrt(parts.points.variance);

/** No test set is larger. */
const MOST_ROWS = 1e8;

/** Two digits are enough for a guess. */
function roundedUp(count: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(count)) - 1);
  return Math.ceil(count / unit) * unit;
}
