// One difference for all inputs of the same points: which gradients it confirms.
import type { Flow } from '@flowvae/flows';
import { key } from '@flowvae/random';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import type { Question } from '../../packages/flows/src/check/gradients/gradient-questions.ts';
import { lookJointly } from '../../packages/flows/src/check/gradients/joint-differences.ts';
import type { Probe } from '../../packages/flows/src/check/probe.ts';
import type { Comparison } from '../../packages/flows/src/check/tally.ts';

/** y = z + a + s: every derivative of Σ y along a coordinate is 1. */
const flow = {
  name: 'sum',
  dim: 1,
  paramShapes: { a: [1], s: [1] },
  initialParams: () => ({ a: new Float32Array(1), s: new Float32Array(1) }),
  forward: ({ a, s }: Record<string, Tensor>, z: Tensor2D) => ({
    y: tf.add(tf.add(z, a!), s!),
    logDet: tf.zeros([z.shape[0]]),
  }),
} as unknown as Flow;

const question = (name: string, points: readonly number[], given: Partial<Question> = {}): Question => ({
  name,
  kind: 'its gradient',
  at: `${points} towards ${name}`,
  points,
  from: name === 's' ? 0 : points[0]!,
  unit: Float64Array.of(1),
  claimed: points.length,
  norm: 1,
  lossRounding: 0,
  claimedRounding: 0,
  ...given,
});

/** The answers for several keys: by name and points, the error in thousandths. */
function answers(questions: readonly Question[], known: readonly Question[] = []): Record<string, number>[] {
  return [1, 2, 3, 4, 5, 6].map((seed) => {
    const [z, a, s] = [[0.1, 0.2], [0.3, 0.4], [0.5]].map((values) => ({
      shape: [values.length, 1],
      values: Float32Array.from(values),
    }));
    const probe = {
      flow,
      key: key(seed),
      scale: 1,
      inputs: { z, a, s },
      forward: () => ({ y: Float32Array.of(0.9, 1.1), logDet: new Float32Array(2) }),
    } as unknown as Probe;
    const weights = { ofY: Float32Array.of(1, 1), ofLogDet: Float32Array.of(1, 1) };
    const found = new Map<Question, Comparison | undefined>(known.map((each) => [each, undefined]));
    lookJointly([{ probe, weights, questions }], found);
    for (const each of known) expect(found.get(each)).toBeUndefined();
    return Object.fromEntries(
      [...found].flatMap(([{ norm, at }, answer]) => {
        if (!answer) return [];
        expect(answer).toMatchObject({ at, allowed: 0.01 * norm });
        return [[at, Math.round(1000 * answer.error)]];
      }),
    );
  });
}

/** The answers, which are the same for all keys. */
function answered(...given: Parameters<typeof answers>): Record<string, number> {
  const [first, ...others] = answers(...given);
  for (const each of others) expect(each).toEqual(first);
  return first!;
}

describe('lookJointly', () => {
  const right = [question('z', [0]), question('z', [1]), question('a', [0]), question('a', [1])];
  const except = (at: number, given: Partial<Question>) =>
    right.map((each, i) => (i === at ? { ...each, ...given } : each));

  it('confirms right gradients of each point, and of all points', () => {
    const all = [...right, question('s', [0, 1], { norm: 2 })];
    expect(answered(all)).toEqual(Object.fromEntries(all.map(({ at }) => [at, 0])));
  });

  it('confirms all of a point up to half a percent, and none of them beyond', () => {
    const [zOne, zTwo, aOne, aTwo] = right.map(({ at }) => at) as [string, string, string, string];
    expect(answered(except(2, { claimed: 1.004 }))).toEqual({ [zOne]: 4, [zTwo]: 0, [aOne]: 4, [aTwo]: 0 });
    expect(answered(except(2, { claimed: 1.006 }))).toEqual({ [zTwo]: 0, [aTwo]: 0 });
    expect(answered(except(2, { claimed: 1.006, norm: 1.5 }))).toEqual({ [zTwo]: 0, [aTwo]: 0 });
  });

  it('asks gradients of another size by themselves', () => {
    const [zOne, zTwo, aOne, aTwo] = right.map(({ at }) => at) as [string, string, string, string];
    const others = { [zTwo]: 0, [aTwo]: 0 };
    expect(answered(except(2, { claimed: 1.006, norm: 2.5 }))).toEqual({ ...others, [zOne]: 0, [aOne]: 6 });
    expect(answered(except(0, { claimed: 1.006 }).map((each, i) => (i === 2 ? { ...each, norm: 2.5 } : each)))).toEqual(
      {
        ...others,
        [aOne]: 0,
      },
    );
  });

  it('asks another kind by itself', () => {
    const [zOne] = right;
    const other = question('z', [0], { kind: 'one coordinate', at: 'other', claimed: 1.5 });
    expect(answered([zOne!, other])).toEqual({ [zOne!.at]: 0 });
  });

  it.each([0.7, 1.3])('moves inputs in either direction, so that errors cancel for some keys only: %d', (claimed) => {
    const [zOne, , aOne] = right.map((each) => ({ ...each, claimed: 1.3 }));
    const confirmed = answers([zOne!, { ...aOne!, claimed }]).map((found) => Object.keys(found).length);
    expect(new Set(confirmed)).toEqual(new Set([0, 2]));
  });

  it('does not ask again', () => {
    const [zOne, , aOne] = except(2, { claimed: 1.5 });
    expect(answered([zOne!, aOne!], [aOne!])).toEqual({ [zOne!.at]: 0 });
  });
});
