// The moves of the public checker's gradient checks, and its judgement of differences, against numbers by hand.
import type { Flow } from '@flowvae/flows';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import {
  agree,
  comparisonOf,
  contradict,
  type Difference,
  isBlurred,
  isRight,
  isSharp,
  isWrong,
  only,
  stepOf,
} from '../../packages/flows/src/check/gradients/gradient-differences.ts';
import type { Question } from '../../packages/flows/src/check/gradients/gradient-questions.ts';
import { lossChanges, slopeOf, variations } from '../../packages/flows/src/check/gradients/moved-losses.ts';
import type { Probe } from '../../packages/flows/src/check/probe.ts';

/** A question about the only coordinate of one point. */
const questionAt = (point: number, given: Partial<Question> = {}): Question => ({
  name: 'z',
  kind: 'its gradient',
  at: `point ${point}`,
  points: [point],
  from: point,
  unit: Float64Array.of(1),
  claimed: 1,
  norm: 1,
  lossRounding: 0,
  claimedRounding: 0,
  ...given,
});

describe('moves along a question', () => {
  /** y = z², written so that its gradient may be chosen. */
  const square = (slope: (z: Tensor) => Tensor): Flow =>
    ({
      name: 'square',
      dim: 1,
      paramShapes: {},
      initialParams: () => ({}),
      forward: (_: unknown, z: Tensor2D) => ({
        y: tf.customGrad((x) => ({
          value: tf.square(x as Tensor),
          gradFunc: (dy: Tensor) => tf.mul(dy, slope(x as Tensor)),
        }))(z),
        logDet: tf.zeros([z.shape[0]]) as Tensor1D,
      }),
    }) as unknown as Flow;
  const subjectOf = (flow: Flow) => ({
    probe: {
      flow,
      inputs: { z: { shape: [2, 1], values: Float32Array.of(3, 10) } },
      forward: () => ({ y: Float32Array.of(9, 100), logDet: new Float32Array(2) }),
    } as unknown as Probe,
    weights: { ofY: Float32Array.of(1, 1), ofLogDet: Float32Array.of(1, 1) },
  });

  it('change the losses of its points, up and down', () => {
    const subject = subjectOf(square((z) => tf.mul(z, 2)));
    const shifts = [{ question: questionAt(0), by: 0.5 }];
    const [first, second] = lossChanges([
      { subject, shifts },
      { subject, shifts: [...shifts, { question: questionAt(1), by: -1 }] },
    ]);
    expect(first).toEqual({ up: [3.25, 0], down: [-2.75, 0] });
    expect(second).toEqual({ up: [3.25, -19], down: [-2.75, 21] });
    expect(lossChanges([])).toEqual([]);
  });

  it('have a central slope, and the distance of the two one-sided ones', () => {
    const changes = { up: [3.25, 7], down: [-2.75, 7] };
    expect(slopeOf(questionAt(0), changes, 0.25)).toEqual({ slope: 12, kink: 1 });
    expect(slopeOf(questionAt(0, { points: [0, 1] }), changes, 0.25)).toEqual({ slope: 12, kink: 29 });
  });

  it.each([
    [-1, 6],
    [-1 / 2, 6],
    [1 / 2, 6],
    [1, 6],
    [0, 0],
    [0.75, 0],
    [-0.25, 0],
    [1.5, 0],
  ])('vary by twice the change of the claimed slope at %f of the step', (place, variation) => {
    // the claimed slope is 4 within a tenth of this place, and 1 elsewhere
    const peak = (z: Tensor) => tf.add(1, tf.mul(3, tf.step(tf.sub(0.05, tf.abs(tf.sub(z, 3 + 0.5 * place))))));
    const subject = subjectOf(square(peak));
    const [question, other] = [questionAt(0), questionAt(1)];
    const found = variations([{ subject, shifts: [question, other].map((each) => ({ question: each, by: 0.5 })) }]);
    expect(found.get(question)).toBeCloseTo(variation, 5);
    expect(found.get(other)).toBeCloseTo(0, 5);
  });

  it('vary by the farther of two changes, of each move of several', () => {
    const subject = subjectOf(square((z) => tf.relu(tf.sub(z, 2.5))));
    const questions = [questionAt(0, { claimed: 0.5 }), questionAt(1, { claimed: 7.5 })];
    const found = variations(questions.map((question) => ({ subject, shifts: [{ question, by: 1 }] })));
    expect(questions.map((question) => found.get(question))).toEqual([2, 2]); // 2·max(|1.5 − 0.5|, |0 − 0.5|)
  });
});

describe('a difference', () => {
  const difference = (given: Partial<Difference> = {}, norm = 1): Difference => ({
    question: questionAt(0, { norm }),
    slope: 2,
    error: 0,
    rounding: 0,
    kink: 0,
    variation: 0,
    ...given,
  });

  it.each([
    [1, 1, 0.01],
    [1, 10, 0.01],
    [1, 0.1, 0.001],
    [400, 1, 0.005],
    [150, 1, 0.01],
    [400, 0.1, 0.001],
  ])('about a gradient of norm %d at scale %d is over a step of %d', (norm, scale, step) => {
    expect(stepOf(questionAt(0, { norm }), scale)).toBeCloseTo(step, 10);
  });

  it('is right up to 1 % of the norm, its rounding and its variation; wrong beyond these and the kink', () => {
    const given = { rounding: 0.2, variation: 0.4, kink: 1 };
    const at = (error: number) => difference({ ...given, error }, 8);
    expect([0.679, 0.681].map((error) => isRight(at(error)))).toEqual([true, false]);
    expect([1.679, 1.681].map((error) => isWrong(at(error)))).toEqual([false, true]);
    expect([isRight(difference({ error: 0.01 })), isWrong(difference({ error: 0.01 }))]).toEqual([true, false]);
  });

  it('is sharp up to a rounding of 1 % of the norm, blurred beyond 5 %', () => {
    const of = (share: number) => difference({ rounding: 4 * share }, 4);
    expect([0.01, 0.011].map((share) => isSharp(of(share)))).toEqual([true, false]);
    expect([0.05, 0.051, Number.NaN].map((share) => isBlurred(of(share)))).toEqual([false, true, true]);
  });

  it('contradicts another farther away than both allow', () => {
    const [a, b] = [difference({ rounding: 0.2 }), difference({ slope: 1.75, variation: 0.04 })];
    expect([contradict(a, b), contradict(b, a)]).toEqual([false, false]); // 0.25 of 0.26
    expect(contradict(a, { ...b, slope: 1.73 })).toBe(true);
    expect(contradict({ ...b, slope: 1.73 }, a)).toBe(true);
    const exact = { ...a, rounding: 0, question: { ...a.question, norm: 25 } };
    expect(contradict(exact, { ...exact, slope: 2.5 })).toBe(false); // 0.5 of 0.5
  });

  it('agrees with another nearer than half of both errors', () => {
    const [a, b] = [difference({ error: 1 }), difference({ slope: 2.5, error: 3 })];
    expect([agree(a, b), agree(b, a), agree(a, { ...b, slope: 2.51 }), agree({ ...b, slope: 2.51 }, a)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('is a comparison in words', () => {
    const { error, allowed, at, finding } = comparisonOf(difference({ error: 1, rounding: 0.25 }, 50));
    expect({ error, allowed, at }).toEqual({ error: 1, allowed: 0.75, at: 'point 0' });
    expect(finding()).toBe('the derivative along its gradient is 1, by differences 2');
  });

  it('only: probes without a wanted question are left out', () => {
    const of = (...questions: Question[]) => ({ questions }) as unknown as Parameters<typeof only>[0][number];
    const [a, b] = [questionAt(0), questionAt(1)];
    expect(only([of(a, b), of(b), of()], (question) => question === a)).toEqual([of(a)]);
  });
});
