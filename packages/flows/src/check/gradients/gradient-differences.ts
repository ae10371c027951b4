// Derivatives as they are claimed and as central differences show them, and what may lie between the two.

import { SAFETY } from '../rounding.ts';
import type { Comparison } from '../tally.ts';
import type { Question } from './gradient-questions.ts';
import { groupsBy } from './grouping.ts';
import { lossChanges, type Move, type Subject, slopeOf, variations } from './moved-losses.ts';

/** Step of the differences for parameters of scale 1 and more. */
const STEP = 1e-2;

/**
 * The change that a gradient may foretell for one step: where it is steep, what it describes is narrower than the step
 * above.
 */
const MOST_CHANGE = 2;

/** Error that is allowed, as a share of the gradient's norm. */
export const TOLERANCE = 1e-2;

/** Differences that may be off by more than this share of the gradient's norm do not show that it is right. */
const MOST_UNCERTAIN = 0.05;

/** A probe with what is asked of it. */
export interface Examined extends Subject {
  readonly questions: readonly Question[];
}

/** The step of a question's differences. */
export const stepOf = ({ norm }: Question, scale: number) => Math.min(STEP * Math.min(1, scale), MOST_CHANGE / norm);

/** The questions that are wanted. */
export const only = (examined: readonly Examined[], isWanted: (question: Question) => boolean): Examined[] =>
  examined
    .map(({ questions, ...subject }) => ({ ...subject, questions: questions.filter(isWanted) }))
    .filter(({ questions }) => questions.length > 0);

/** A derivative as it is claimed, and as a difference shows it. */
export interface Difference {
  readonly question: Question;
  readonly slope: number;
  readonly error: number;
  readonly rounding: number;
  /** By how much a jump or a kink on one side would move the difference. */
  readonly kink: number;
  /** What the claimed derivative varies within the step; 0 where that was not asked for. */
  readonly variation: number;
}

const allowedOf = ({ question: { norm }, rounding, variation }: Difference) => TOLERANCE * norm + rounding + variation;
export const isRight = (difference: Difference) => difference.error <= allowedOf(difference);
export const isWrong = (difference: Difference) => difference.error > allowedOf(difference) + difference.kink;

/** Nothing is known that is more accurate than this by much. */
export const isSharp = ({ rounding, question: { norm } }: Difference) => rounding <= TOLERANCE * norm;

/** Rounding hides what is wrong; a shorter step makes it worse. */
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

/** Two differences that cannot both be right: that of the longer step has met what shows only there. */
export const contradict = (a: Difference, b: Difference) => Math.abs(a.slope - b.slope) > allowedOf(a) + allowedOf(b);

/** Two differences that lie nearer to each other than half the error that they show. */
export const agree = (a: Difference, b: Difference) => 2 * Math.abs(a.slope - b.slope) <= Math.min(a.error, b.error);

/** Differences of one step, a share of each question's own. */
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

/** The same where they are not right, with the variation of the claimed derivative. */
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
