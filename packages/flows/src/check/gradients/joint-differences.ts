// One difference for all inputs of the same points: most gradients are right, and it confirms them together.
import { drawUniform, fold } from '@flowvae/random';
import type { Comparison } from '../tally.ts';
import { type Examined, stepOf, TOLERANCE } from './gradient-differences.ts';
import type { Question } from './gradient-questions.ts';
import { groupsBy } from './grouping.ts';
import { lossChanges, type Subject, slopeOf } from './moved-losses.ts';

/**
 * Allowed error if all inputs are moved at once, as a share of the smallest norm: several errors may partly cancel
 * there.
 */
const JOINT_TOLERANCE = TOLERANCE / 2;

/** Norms whose logarithms differ by less may be moved together. */
const SIMILAR = 1.5;

/** Moves all inputs of the same points at once, and answers the questions that this difference confirms. */
export function lookJointly(examined: readonly Examined[], answers: Map<Question, Comparison | undefined>): void {
  const looks = examined.flatMap((subject) => {
    const open = subject.questions.filter((question) => !answers.has(question));
    return groupsBy(open, ({ kind, points }) => `${kind}, ${points.length === 1}`).flatMap((alike) =>
      jointMoves(alike).map((together) => ({
        subject,
        groups: together.map((questions) => jointOf(subject, questions)),
      })),
    );
  });
  const changes = lossChanges(
    looks.map(({ subject, groups }) => ({ subject, shifts: groups.flatMap(({ shifts }) => shifts) })),
  );
  looks.forEach(({ groups }, i) => {
    for (const { shifts, step, claimed, smallest } of groups) {
      const error = Math.abs(slopeOf(shifts[0]!.question, changes[i]!, step).slope - claimed);
      if (!(error <= JOINT_TOLERANCE * smallest)) continue;
      for (const { question } of shifts) {
        const { at, norm } = question;
        answers.set(question, { error, allowed: TOLERANCE * norm, at, finding: () => '' });
      }
    }
  });
}

/**
 * Questions that are asked together: about the same points, and about gradients of similar norms. Each move has one
 * list for some points.
 */
function jointMoves(questions: readonly Question[]): Question[][][] {
  const lists = groupsBy(questions, ({ points }) => points[0]!).map((own) =>
    groupsBy(own, ({ norm }) => Math.round(Math.log(norm) / SIMILAR)),
  );
  const moves = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: moves }, (_, move) => lists.flatMap((list) => (list[move] ? [list[move]] : [])));
}

/** One move of several inputs of the same points. */
function jointOf({ probe }: Subject, questions: readonly Question[]) {
  const step = Math.min(...questions.map((question) => stepOf(question, probe.scale)));
  const signs = questions.map(({ name, kind }) =>
    drawUniform(fold(probe.key, 'sign', name, kind), 1)[0]! < 0.5 ? -1 : 1,
  );
  return {
    shifts: questions.map((question, i) => ({ question, by: signs[i]! * step })),
    step,
    claimed: questions.reduce((sum, { claimed }, i) => sum + signs[i]! * claimed, 0),
    smallest: Math.min(...questions.map(({ norm }) => norm)),
  };
}
