// Numbers that are not finite, in validations and in checkpoints.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beginRun, type DurableRun, resumeRun, validating } from '@flowvae/runs';
import { tf } from '@flowvae/tensor';
import { fit, type RunState, rmsprop, sgd } from '@flowvae/training';
import { afterAll, describe, expect, it } from 'vitest';
import { checkpointing } from '../../packages/runs/src/checkpoints/checkpointing.ts';
import { quadratic } from '../training/problems.ts';

const root = mkdtempSync(join(tmpdir(), 'flowvae-not-finite-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let next = 0;
const freshPath = () => join(root, `run${next++}`);
const options = { config: {}, checkpointEvery: 2 };

const { NEGATIVE_INFINITY, POSITIVE_INFINITY, NaN: nan } = Number;

describe.each([
  ['−∞', NEGATIVE_INFINITY],
  ['NaN', nan],
  ['∞', POSITIVE_INFINITY],
])('a first validation of %s', (_, first) => {
  const bounds = [first, -100, -90, -95, -96, -97];

  /** Validates every other step; interrupted after a step, or not. */
  async function validated(run: DurableRun, stoppedAt = 0) {
    const { problem, variables } = quadratic([5], () => [0]);
    const measure = async () => ({ elbo: bounds[run.validations.length]! });
    const callbacks = [
      validating(run, { every: 2, patience: 2, measure }),
      ...run.callbacks,
      { onStep: (moment: { step: number; stop(): void }) => void (moment.step === stoppedAt && moment.stop()) },
    ];
    const { steps } = await fit({ ...problem, variables, optimizer: sgd(0.1), steps: 40, from: run.from, callbacks });
    run.close();
    tf.dispose(variables.w!);
    return { steps, bounds: run.validations.map(({ validation }) => validation.elbo), best: run.best()?.step };
  }

  it('ranks below all others, before and after a run is taken up', async () => {
    const whole = await validated(beginRun(freshPath(), options));
    expect(whole).toEqual({ steps: 10, bounds: bounds.slice(0, 5), best: 6 });
    for (const stoppedAt of [2, 4, 6, 8]) {
      const path = freshPath();
      await validated(beginRun(path, options), stoppedAt);
      expect(await validated(resumeRun(path, options))).toEqual(whole);
    }
  });
});

describe('a checkpoint of values that are not finite', () => {
  it('is not written, and the last good ones stay', async () => {
    const path = freshPath();
    const run = beginRun(path, { config: {}, checkpointEvery: 1 });
    const { problem, variables } = quadratic([5], () => [0]);
    const rate = (step: number) => (step < 4 ? 0.1 : 3e38);
    const failure = await fit({
      ...problem,
      variables,
      optimizer: sgd(rate),
      steps: 9,
      callbacks: run.callbacks,
    }).catch((error: Error) => error.name);
    run.close();
    tf.dispose(variables.w!);
    expect(failure).toBe('NonFiniteError');
    const names = readdirSync(join(path, 'checkpoints')).filter((name) => name.endsWith('json'));
    expect(names).toEqual(['step-000000003.json', 'step-000000004.json']);
  });

  it('is missed once in words that name value and step: an infinite slot of RMSprop, which stays', async () => {
    const path = freshPath();
    const told: string[] = [];
    const run = beginRun(path, { config: {}, checkpointEvery: 1, onNotice: (notice) => void told.push(notice) });
    const { problem, variables } = quadratic([5], () => [0]);
    const training = { ...problem, variables, optimizer: rmsprop(1e-3) };
    let state: RunState | undefined;
    const onEnd = async (moment: { state(): Promise<RunState> }) => {
      state = await moment.state();
    };
    await fit({ ...training, steps: 1, callbacks: [{ onEnd }] });
    for (const slot of Object.values(state!.slots)) slot.w!.fill(POSITIVE_INFINITY);
    await fit({ ...training, from: state, steps: 4, callbacks: run.callbacks });
    run.close();
    tf.dispose(variables.w!);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(
      /^no checkpoint at step 2: the optimiser's \w+ of w\[0\] is Infinity, and no run can go on from that; the last good one, of step 1, stays\. .* begin again with a lower rate$/,
    );
    expect(readdirSync(join(path, 'checkpoints'))).toEqual([]);
  });

  it.each([
    ['parameters', { parameters: { w: [nan] }, slots: { m: { w: [0] } } }],
    ['slots', { parameters: { w: [0] }, slots: { m: { w: [0] }, v: { w: [1, POSITIVE_INFINITY] } } }],
    ['nothing', { parameters: { w: [0] }, slots: { m: { w: [0] } } }],
  ])('looks at all values: %s', async (culprit, state) => {
    const [done, told]: [string[], string[]] = [[], []];
    const callback = checkpointing(
      { checkpointEvery: 1 },
      {
        write: () => void done.push('write'),
        prune: () => void done.push('prune'),
        isBest: () => true,
        tell: (notice) => void told.push(notice),
      },
    );
    const moment = { step: 1, state: async () => state as unknown as RunState };
    for (const event of ['onStep', 'onEnd'] as const) await callback[event]!(moment as never);
    expect(done).toEqual(culprit === 'nothing' ? ['write', 'prune'] : []);
    expect(told).toHaveLength(culprit === 'nothing' ? 0 : 1);
  });
});
