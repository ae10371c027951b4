// Claimed derivatives, derivatives by central differences, and the causes of a distance between the two.

import { SAFETY } from '../rounding.ts';
import type { Comparison } from '../tally.ts';
import type { Question } from './gradient-questions.ts';
import { groupsBy } from './grouping.ts';
import { lossChanges, type Move, type Subject, slopeOf, variations } from './moved-losses.ts';

/** Step of the differences for parameters of scale 1 and more. */
const STEP = 1e-2;

/** The largest change that a gradient may predict for one step: a steep function is narrower than the step above. */
const MOST_CHANGE = 2;

/** Allowed error, as a share of the gradient's norm. */
export const TOLERANCE = 1e-2;

/** A difference that is uncertain by more than this share of the gradient's norm does not confirm it. */
const MOST_UNCERTAIN = 0.05;

/** A probe with its questions. */
export interface Examined extends Subject {
  readonly questions: readonly Question[];
}

/** The step of a question's differences. */
export const stepOf = ({ norm }: Question, scale: number) => Math.min(STEP * Math.min(1, scale), MOST_CHANGE / norm);

/** The wanted questions. */
export const only = (examined: readonly Examined[], isWanted: (question: Question) => boolean): Examined[] =>
  examined
    .map(({ questions, ...subject }) => ({ ...subject, questions: questions.filter(isWanted) }))
    .filter(({ questions }) => questions.length > 0);

/** A claimed derivative, compared with a difference. */
export interface Difference {
  readonly question: Question;
  readonly slope: number;
  readonly error: number;
  readonly rounding: number;
  /** The effect of a jump or kink on one side on the difference. */
  readonly kink: number;
  /** Variation of the claimed derivative within the step; 0 if not computed. */
  readonly variation: number;
}

const allowedOf = ({ question: { norm }, rounding, variation }: Difference) => TOLERANCE * norm + rounding + variation;
export const isRight = (difference: Difference) => difference.error <= allowedOf(difference);
export const isWrong = (difference: Difference) => difference.error > allowedOf(difference) + difference.kink;

/** The difference's rounding is below the tolerance: no other step is much more accurate. */
export const isSharp = ({ rounding, question: { norm } }: Difference) => rounding <= TOLERANCE * norm;

/** Rounding hides an error; a shorter step makes it worse. */
export const isBlurred = ({ rounding, question: { norm } }: Difference) => !(rounding <= MOST_UNCERTAIN * norm);

export const comparisonOf = (difference: Difference): Comparison => {
  const { question, slope, error } = difference;
  return {
    error,
    allowed: allowedOf(difference),
    at: question.at,
    finding: () => `the derivative along ${question.kind} is ${question.claimed}, by differences ${slope}`,
  };
};

/** Whether two differences contradict: the longer step then contains a feature that the shorter does not reach. */
export const contradict = (a: Difference, b: Difference) => Math.abs(a.slope - b.slope) > allowedOf(a) + allowedOf(b);

/** Whether the distance of two differences is below half of both errors. */
export const agree = (a: Difference, b: Difference) => 2 * Math.abs(a.slope - b.slope) <= Math.min(a.error, b.error);

/** Differences of one step, as a share of each question's own step. */
export function differences(examined: readonly Examined[], attempt: number): Difference[] {
  const moves = movesOf(examined, attempt);
  const changes = lossChanges(moves);
  return moves.flatMap(({ shifts }, i) =>
    shifts.map(({ question, by }) => {
      const { slope, kink } = slopeOf(question, changes[i]!, by);
      const rounding = SAFETY * (question.lossRounding / by + question.claimedRounding);
      return { question, slope, kink, rounding, error: Math.abs(slope - question.claimed), variation: 0 };
    }),
  );
}

/** The same differences if they are not right, with the variation of the claimed derivative. */
export function withVariation(examined: readonly Examined[], attempt: number): Difference[] {
  const far = differences(examined, attempt).filter(isWrong);
  const asked = new Set(far.map(({ question }) => question));
  const found = variations(
    movesOf(
      only(examined, (question) => asked.has(question)),
      attempt,
    ),
  );
  return far.map((difference) => ({ ...difference, variation: found.get(difference.question)! }));
}

/** One move for each input and direction. */
const movesOf = (examined: readonly Examined[], attempt: number): Move[] =>
  examined.flatMap((subject) =>
    groupsBy(subject.questions, ({ name, kind }) => `${name}, ${kind}`).map((questions) => ({
      subject,
      shifts: questions.map((question) => ({ question, by: attempt * stepOf(question, subject.probe.scale) })),
    })),
  );
