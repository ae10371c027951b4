// Gradients with respect to z and every parameter against central differences.
import { drawNormal, fold } from '@flowvae/random';
import type { Probe } from './probe.ts';
import { lossesOf, lossGradients, lossWeights, normOf, pointLosses } from './probe-loss.ts';
import { deviation, movedByRounding, SAFETY } from './rounding.ts';
import { type Comparison, question, type Tally, tally } from './tally.ts';

/** Longest step of the differences for parameters of scale 1 and more. */
const STEP = 1e-2;

/** The change that a gradient may foretell for one step: where it is steep, what it describes is narrower than the step above. */
const MOST_CHANGE = 2;

/** Longest steps of the attempts: where a difference cannot be trusted, a shorter one may not reach the kink or the bend. */
const ATTEMPTS = [1, 1 / 8, 1 / 64];

/** Error that is allowed, as a share of the gradient's norm. */
const TOLERANCE = 1e-2;

/** Differences that may be wrong by more than this share of the gradient's norm judge nothing. */
const MOST_UNCERTAIN = 0.05;

/** Gradients of a smaller norm are judged as if they had this one. */
const SMALLEST_NORM = 0.1;

/** Gradients at inputs moved by rounding. */
const COPIES = 2;

/**
 * The derivative of Σ weight·y + Σ weight·logDet along the gradient, along random directions, and along one of those coordinates alone whose
 * gradient is claimed to be exactly 0, for each input: what was cut off is a small share of a direction of all coordinates. Inputs that each
 * point has of its own are judged point by point, shared ones by the sum over all points.
 *
 * A central difference of step q is off by f‴q²/6, by σ/q where the loss rounds by σ, and by half the jump of the slope where it crosses a kink.
 * The first shows in its distance from the difference of step 4q, the last in the distance between the two one-sided differences, which for a
 * smooth loss is f″q only; σ is measured. Their sum is allowed beside 1 % of the gradient's norm; above 5 % a shorter step is tried, and in the end the
 * comparison is not judged. What is wrong is wrong at every step that can judge.
 */
export function gradients(probe: Probe): Tally {
  const { inputs, scale } = probe;
  const weights = lossWeights(probe);
  const found = [
    lossGradients(probe, inputs, weights),
    ...Array.from({ length: COPIES }, (_, copy) =>
      lossGradients(probe, movedByRounding(inputs, fold(probe.key, 'gradients', copy)), weights),
    ),
  ];
  const losses = probe.rounded().map((result) => pointLosses(result, weights));
  return tally(
    Object.keys(inputs).flatMap((name) => {
      const asked = questionsOf(probe, { name, found, losses });
      return judge(asked, Math.min(1, scale) * STEP, (moves) => {
        const variants = moves.map((move) => inputs[name]!.values.map((value, i) => value + move[i]!));
        return lossesOf(probe, weights, { name, variants });
      });
    }),
  );
}

/** The derivative of some points' loss along one direction, as it is claimed. */
interface Question {
  readonly at: string;
  readonly points: readonly number[];
  /** Which elements of the input these points have. */
  readonly elements: readonly [from: number, to: number];
  readonly kind: string;
  /** A unit vector of these elements; undefined where there is nothing to look at. */
  readonly unit: Float64Array | undefined;
  readonly claimed: number;
  /** The norm of the whole gradient. */
  readonly norm: number;
  /** The loss itself, what rounding makes of it, and of the claimed derivative. */
  readonly loss: number;
  readonly lossRounding: number;
  readonly claimedRounding: number;
}

interface Claims {
  readonly name: string;
  /** Gradients of all inputs: as they are, and moved by rounding. */
  readonly found: readonly Readonly<Record<string, Float32Array>>[];
  /** Losses of all points: as they are, and moved by rounding. */
  readonly losses: readonly (readonly number[])[];
}

/** Questions by direction, then by point, or one for all points that share the input. */
function questionsOf({ inputs, key }: Probe, { name, found, losses }: Claims): Question[][] {
  const { shape, values } = inputs[name]!;
  const [points] = inputs.z!.shape as [number];
  const all = Array.from({ length: points }, (_, point) => point);
  const groups = shape[0] === points ? all.map((point) => [point]) : [all];
  const size = values.length / groups.length;
  const random = (seed: string) => drawNormal(fold(key, name, seed), values.length);
  const [one, gradient] = [random('one'), found[0]![name]!];
  const directions: Readonly<Record<string, Float32Array>> = {
    'its gradient': gradient,
    'a random direction': one,
    'another random direction': random('another'),
    'coordinates without a gradient': one.map((value, i) => (gradient[i] === 0 ? value : 0)),
  };
  return Object.entries(directions).map(([kind, direction]) =>
    groups.map((group, i): Question => {
      const elements = [i * size, (i + 1) * size] as const;
      const part = direction.subarray(...elements);
      const length = normOf(part);
      const unit = length === 0 ? undefined : Float64Array.from(part, (value) => value / length);
      const claims = found.map((each) => (unit ? dot(each[name]!.subarray(...elements), unit) : 0));
      const sums = losses.map((each) => sumOver(group, each));
      return {
        at: `${group.length === 1 ? `point ${group[0]}, ` : ''}towards ${name}`,
        points: group,
        elements,
        kind,
        unit,
        claimed: claims[0]!,
        norm: Math.max(SMALLEST_NORM, normOf(gradient.subarray(...elements))),
        loss: sums[0]!,
        lossRounding: deviation(sums),
        claimedRounding: deviation(claims),
      };
    }),
  );
}

const dot = (a: Float32Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const sumOver = (points: readonly number[], losses: readonly number[]) =>
  points.reduce((sum, point) => sum + losses[point]!, 0);

/** Losses of all points for several moves of the input. */
type Losses = (moves: readonly Float64Array[]) => readonly (readonly number[])[];

/** Where the differences of one step are taken, as shares of it. */
const MOVES = [1, -1, 1 / 4, -1 / 4];

function judge(asked: readonly (readonly Question[])[], longest: number, losses: Losses): (Comparison | undefined)[] {
  const answers = new Map<Question, Comparison>();
  const isOpen = (question: Question) => {
    const answer = answers.get(question);
    return question.unit !== undefined && !(answer && answer.error <= answer.allowed);
  };
  for (const attempt of ATTEMPTS) {
    const open = asked.filter((questions) => questions.some(isOpen));
    if (open.length === 0) break;
    const stepOf = ({ norm }: Question) => attempt * Math.min(longest, MOST_CHANGE / norm);
    const moves = open.flatMap((questions) => MOVES.map((share) => joined(questions, (each) => share * stepOf(each))));
    const found = losses(moves);
    open.forEach((questions, i) => {
      const own = found.slice(MOVES.length * i, MOVES.length * (i + 1));
      for (const each of questions.filter(isOpen)) {
        const answer = compare(
          each,
          stepOf(each),
          own.map((one) => sumOver(each.points, one)),
        );
        if (answer) answers.set(each, answer);
      }
    });
  }
  return asked.flat().flatMap((question) => (question.unit ? [answers.get(question)] : []));
}

/** One move of the whole input, put together from those of its parts. */
function joined(questions: readonly Question[], by: (question: Question) => number): Float64Array {
  const whole = new Float64Array(questions.at(-1)!.elements[1]);
  for (const each of questions) {
    const length = by(each);
    each.unit?.forEach((value, i) => {
      whole[each.elements[0] + i] = length * value;
    });
  }
  return whole;
}

/** Undefined where differences of this step judge nothing. */
function compare(
  { at, kind, claimed, norm, loss, lossRounding, claimedRounding }: Question,
  step: number,
  moved: readonly number[],
): Comparison | undefined {
  const [up, down, littleUp, littleDown] = moved as [number, number, number, number];
  if (Number.isNaN(claimed)) return question(true, at, () => 'the gradient is not a number');
  const little = step / 4;
  const fine = (littleUp - littleDown) / (2 * little);
  const bend = Math.abs((up - down) / (2 * step) - fine);
  const kink = Math.abs(littleUp - 2 * loss + littleDown) / little / 2;
  const uncertain = bend + kink + SAFETY * (lossRounding / little + claimedRounding);
  if (!(uncertain <= MOST_UNCERTAIN * norm)) return undefined;
  return {
    error: Math.abs(fine - claimed),
    allowed: TOLERANCE * norm + uncertain,
    at,
    finding: () => `the derivative along ${kind} is ${claimed}, by differences ${fine}`,
  };
}
