// A probe's loss and its claimed gradient, at inputs moved along the questions' directions.
import type { Inputs } from '../drawn-inputs.ts';
import type { Probe } from '../probe.ts';
import { dot, type Question, sumOver } from './gradient-questions.ts';
import { groupsBy } from './grouping.ts';
import { type LossWeights, lossesAt, lossGradients, pointLosses } from './probe-loss.ts';

/** A probe with the weights of its loss. */
export interface Subject {
  readonly probe: Probe;
  readonly weights: LossWeights;
}

/** A move along a question's direction, of length |by|. */
interface Shift {
  readonly question: Question;
  readonly by: number;
}

/** Moves of one probe's inputs that are made together: no two of them move the same element. */
export interface Move {
  readonly subject: Subject;
  readonly shifts: readonly Shift[];
}

/** The changes of every point's loss by a move and by the opposite move. */
export interface Changes {
  readonly up: readonly number[];
  readonly down: readonly number[];
}

/** The changes that each move makes. */
export function lossChanges(moves: readonly Move[]): Changes[] {
  if (moves.length === 0) return [];
  const { flow } = moves[0]!.subject.probe;
  const losses = lossesAt(
    flow,
    moves.flatMap((move) => [1, -1].map((sign) => weightedAt(move, sign))),
  );
  return moves.map(({ subject: { probe, weights } }, i) => {
    const start = pointLosses(probe.forward(), weights);
    const change = (at: number) => losses[at]!.map((loss, point) => loss - start[point]!);
    return { up: change(2 * i), down: change(2 * i + 1) };
  });
}

/** The central difference quotient of one question's points, and half the distance between the two one-sided ones. */
export function slopeOf({ points }: Question, { up, down }: Changes, step: number) {
  const [forth, back] = [sumOver(points, up), sumOver(points, down)];
  return { slope: (forth - back) / (2 * step), kink: Math.abs(forth + back) / (2 * step) };
}

/** Places within a step at which the claimed derivative is computed, as shares of the step. */
const PLACES = [1, 1 / 2, -1 / 2, -1];

/** Allowance for larger variation between these places, a factor. */
const UNSEEN = 2;

/** For each move of a single input: the variation of each question's claimed derivative within the move. */
export function variations(moves: readonly Move[]): Map<Question, number> {
  const largest = new Map<Question, number>();
  for (const list of groupsBy(moves, ({ shifts }) => shifts[0]!.question.name)) {
    const { name } = list[0]!.shifts[0]!.question;
    const weighted = list.flatMap((move) => PLACES.map((place) => weightedAt(move, place)));
    const found = lossGradients(list[0]!.subject.probe.flow, weighted, { names: [name] })!;
    list.forEach(({ shifts }, i) => {
      for (const { question } of shifts) {
        const { from, unit, claimed } = question;
        const distances = PLACES.map((_, place) => {
          const gradient = found[PLACES.length * i + place]![name]!;
          return Math.abs(dot(gradient.subarray(from, from + unit.length), unit) - claimed);
        });
        largest.set(question, UNSEEN * Math.max(...distances)); // NaN if one of them is NaN
      }
    });
  }
  return largest;
}

function weightedAt({ subject: { probe, weights }, shifts }: Move, times: number) {
  const moved: Record<string, Float32Array> = {};
  for (const { question, by } of shifts) {
    const { name, from, unit } = question;
    moved[name] ??= probe.inputs[name]!.values.slice();
    for (let i = 0; i < unit.length; i++) moved[name][from + i]! += times * by * unit[i]!;
  }
  const inputs: Inputs = {
    ...probe.inputs,
    ...Object.fromEntries(
      Object.entries(moved).map(([name, values]) => [name, { shape: probe.inputs[name]!.shape, values }]),
    ),
  };
  return { inputs, weights };
}
