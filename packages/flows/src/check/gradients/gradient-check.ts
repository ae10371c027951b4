// Gradients with respect to z and every parameter against central differences: of the flow, and of its inverse.
import { fold } from '@flowvae/random';
import { inputName, inverseProbes, type Probe } from '../probe.ts';
import { movedByRounding } from '../rounding.ts';
import { type Comparison, type Tally, tally, question as yesOrNo } from '../tally.ts';
import {
  agree,
  comparisonOf,
  contradict,
  type Difference,
  differences,
  type Examined,
  isBlurred,
  isRight,
  isSharp,
  isWrong,
  only,
  withVariation,
} from './gradient-differences.ts';
import { type Question, questionsOf } from './gradient-questions.ts';
import { lookJointly } from './joint-differences.ts';
import { lossGradients, lossWeights } from './probe-loss.ts';

/** Steps of the attempts: if a difference proves nothing, a shorter step may not reach the kink or the bend. */
const ATTEMPTS = [1, 1 / 8, 1 / 64];

/** A second step beside each attempt that found an error: only an error at both counts. */
const SECOND_LOOK = 0.6;

/** Gradients at inputs moved by rounding. */
const COPIES = 2;

/**
 * Compares the derivative of Σ weight·y + Σ weight·logDet along directions of each input: the claimed one with a
 * central difference. Inputs with a value for each point are judged point by point, shared ones by the sum over all
 * points.
 *
 * A difference over a step is the mean of the derivative within that step, with or without kinks. So it differs from a
 * right derivative at the middle by at most two parts: the variation of the claimed derivative within the step, and
 * rounding, which is measured. A derivative is wrong if it differs by more than 1 % of the gradient's norm plus these
 * two parts, at two steps that agree with each other. If the variation is large, a shorter step is tried; if it stays
 * large, the comparison is not judged.
 *
 * Most gradients are right, and one difference shows it for all inputs: they are moved at once, each in a random
 * direction. If this difference is not right to half a percent of the smallest norm, each input is checked by itself.
 */
export function gradients(probes: readonly Probe[]): Tally[] {
  return gradientsAt(probes, (_, at) => yesOrNo(true, at, () => 'the gradient is not a number'));
}

/**
 * The same check for the inverse, at the y of the forward map. If float32 cannot invert, a gradient that is NaN is not
 * judged.
 */
export function inverseGradients(probes: readonly Probe[]): Tally[] {
  const inverses = inverseProbes(probes);
  return inverses ? gradientsAt(inverses, () => undefined) : probes.map(() => tally([]));
}

type Answers = Map<Question, Comparison | undefined>;

function gradientsAt(
  probes: readonly Probe[],
  noNumber: (question: Question, at: string) => Comparison | undefined,
): Tally[] {
  const examined = examine(probes);
  if (!examined) return probes.map(() => tally([]));
  const answers: Answers = new Map();
  for (const question of examined.flatMap(({ questions }) => questions)) {
    if (Number.isNaN(question.claimed)) answers.set(question, noNumber(question, question.at));
  }
  lookJointly(examined, answers);
  lookAtEach(examined, answers);
  return examined.map(({ probe, questions }) =>
    tally(
      questions.map((question) => answers.get(question)),
      (i) => inputName(probe, questions[i]!.name),
    ),
  );
}

/** The questions to each probe; undefined if TensorFlow.js cannot differentiate the flow. */
function examine(probes: readonly Probe[]): Examined[] | undefined {
  const weights = lossWeights(probes);
  if (!weights) return undefined;
  const { flow } = probes[0]!;
  const weighted = probes.map(({ inputs }, i) => ({ inputs, weights: weights[i]! }));
  const moved = probes.flatMap(({ inputs, key }, i) =>
    Array.from({ length: COPIES }, (_, copy) => ({
      inputs: movedByRounding(inputs, fold(key, 'gradients', copy)),
      weights: weights[i]!,
    })),
  );
  const found = lossGradients(flow, weighted, { keepsBroadcast: true })!;
  const copies = lossGradients(flow, moved)!;
  return probes.map((probe, i) => {
    const claims = {
      found: [found[i]!, ...copies.slice(i * COPIES, (i + 1) * COPIES)],
      weights: weights[i]!,
    };
    const questions = Object.keys(probe.inputs).flatMap((name) => questionsOf(probe, name, claims));
    return { probe, weights: weights[i]!, questions };
  });
}

/**
 * Checks every unanswered input by itself: at shorter and shorter steps it confirms right gradients, then it finds
 * wrong ones among the others.
 */
function lookAtEach(examined: readonly Examined[], answers: Answers): void {
  const open = only(examined, (question) => !answers.has(question));
  const seen = new Map<Question, Difference[]>();
  let given = open;
  for (const attempt of ATTEMPTS) {
    for (const difference of differences(given, attempt)) {
      const { question } = difference;
      seen.set(question, [...(seen.get(question) ?? []), difference]);
      const shows = attempt === 1 ? !isBlurred(difference) : isSharp(difference);
      if (shows && isRight(difference)) answers.set(question, comparisonOf(difference));
    }
    given = only(given, (question) => !answers.has(question) && !isBlurred(seen.get(question)!.at(-1)!));
  }
  const doubtful = only(open, (question) => !answers.has(question));
  for (const difference of wrongOnes(doubtful, seen)) answers.set(difference.question, comparisonOf(difference));
  for (const [question, list] of seen) {
    const right = list.find((difference) => isRight(difference) && !isBlurred(difference));
    if (right && !answers.has(question)) answers.set(question, comparisonOf(right));
  }
}

/**
 * Gradients that are wrong at a step and at a second one beside it, with the variation within the step taken into
 * account. The step is the longest one, which rounding affects least, that no shorter one contradicts: within a longer
 * step the derivative may have a peak between the sampled places. Such a peak moves the two differences apart, so they
 * must agree.
 */
function wrongOnes(examined: readonly Examined[], seen: ReadonlyMap<Question, readonly Difference[]>): Difference[] {
  const credible = new Map(
    [...seen].map(([question, list]) => {
      const at = list.findIndex((one, i) => !list.slice(i + 1).some((shorter) => contradict(one, shorter)));
      return [question, { attempt: ATTEMPTS[at], difference: list[at]! }] as const;
    }),
  );
  return ATTEMPTS.flatMap((attempt) => {
    const suspects = only(examined, (question) => {
      const given = credible.get(question)!;
      return given.attempt === attempt && isWrong(given.difference);
    });
    const first = withVariation(suspects, attempt).filter(isWrong);
    const wrong = new Set(first.map(({ question }) => question));
    const second = withVariation(
      only(suspects, (question) => wrong.has(question)),
      attempt * SECOND_LOOK,
    );
    const looks = new Map(second.filter(isWrong).map((difference) => [difference.question, difference]));
    return first.filter((difference) => {
      const other = looks.get(difference.question);
      return other !== undefined && agree(difference, other);
    });
  });
}
