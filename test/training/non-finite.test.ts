// Steps that are not finite: the origin of the value, the effect of the policies, and the inspection of the step.
import {
  type NamedVariables,
  type Scalar,
  startEagerBackend,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tf,
} from '@flowvae/tensor';
import {
  adam,
  type Callback,
  fit,
  inspectStep,
  NonFiniteError,
  type NonFinitePolicy,
  type RunState,
  sgd,
} from '@flowvae/training';
import { afterAll, describe, expect, it } from 'vitest';
import { nonFiniteOrigin } from '../../packages/training/src/finite/non-finite-origin.ts';
import { quadratic, valuesOf } from './problems.ts';

const engines = ['compiled', 'eager'] as const;

/** A quadratic whose data are poisoned at some steps. */
const poisoned = (steps: readonly number[]) => quadratic([8], (step) => [steps.includes(step) ? Number.NaN : 0]);

describe.each(engines)('the %s engine', (engine) => {
  const train = async (poison: readonly number[], onNonFinite: NonFinitePolicy, steps = 6) => {
    const { problem, variables } = poisoned(poison);
    const result = await fit({
      ...problem,
      variables,
      optimizer: sgd(0.25),
      steps,
      engine,
      entryEvery: 3,
      onNonFinite,
    });
    const [value] = valuesOf(variables);
    tf.dispose(variables.w!);
    return { ...result, value };
  };

  it('leaves a step out and counts it; the others are as they would have been', async () => {
    const { value, steps, history } = await train([1, 4], 'skip');
    expect([value, steps]).toEqual([8 / 2 ** 4, 6]); // each step halves the value
    expect(history.map(({ step, loss, skipped, rateFactor }) => [step, loss, skipped, rateFactor])).toEqual([
      [3, (64 + 16) / 2, 1, undefined],
      [6, (4 + 1) / 2, 2, undefined],
    ]);
  });

  it('halves the rate at each, and counts', async () => {
    const { value, history } = await train([1, 4], 'lower-rate');
    // 1 − 2·0.25·factor: ½, then twice ¾, then ⅞
    expect(value).toBeCloseTo(8 * 0.5 * 0.75 ** 2 * 0.875, 6);
    expect(history.map(({ skipped, rateFactor }) => [skipped, rateFactor])).toEqual([
      [1, 0.5],
      [2, 0.25],
    ]);
  });

  it('a step that is left out counts for the schedule, not for the bias correction of Adam', async () => {
    const { problem, variables } = poisoned([0, 1, 4]);
    const rate = (step: number) => 0.1 / (1 + step);
    await fit({ ...problem, variables, optimizer: adam(rate), steps: 7, engine, onNonFinite: 'skip' });
    // in float64, from Kingma & Ba, algorithm 1, of the steps that are not left out
    let [w, m, v, t] = [8, 0, 0, 0];
    for (const step of [2, 3, 5, 6]) {
      const gradient = 2 * w;
      t++;
      m = 0.9 * m + 0.1 * gradient;
      v = 0.999 * v + 0.001 * gradient ** 2;
      w -= (rate(step) * (m / (1 - 0.9 ** t))) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8);
    }
    expect(valuesOf(variables)[0]).toBeCloseTo(w, 5);
    tf.dispose(variables.w!);
  });

  it('says nothing where all is finite, and has no entry where nothing is', async () => {
    expect((await train([], 'skip')).history[0]).not.toHaveProperty('skipped');
    expect((await train([0, 1, 2], 'skip')).history.map(({ step, skipped }) => [step, skipped])).toEqual([[6, 3]]);
  });

  it('stops after a hundred in a row all the same', async () => {
    const always = Array.from({ length: 300 }, (_, i) => i + 2);
    await expect(train(always, 'skip', 300)).rejects.toThrow(/^fit: step 101: expected a finite loss/);
  });
});

it('a run that goes on after steps were left out ends at the same bytes', async () => {
  const { problem, variables } = poisoned([0, 3]);
  const states: RunState[] = [];
  const callback: Callback = { onStep: async (moment) => void states.push(await moment.state()) };
  const options = { ...problem, variables, optimizer: adam(0.1), steps: 6, onNonFinite: 'skip' } as const;
  await fit({ ...options, callbacks: [callback] });
  const whole = valuesOf(variables);
  for (const from of states.slice(0, 5)) {
    await fit({ ...options, from });
    expect(valuesOf(variables)).toEqual(whole);
  }
  tf.dispose(variables.w!);
});

it('the counters are part of the state: a run that goes on stops at the same step', async () => {
  const { problem, variables } = poisoned([1, 2, 5]);
  const states: { readonly nonFinite: object; readonly step: number }[] = [];
  const callback: Callback = { onStep: async (moment) => void states.push(await moment.state()) };
  const options = { ...problem, variables, optimizer: adam(0.25), steps: 8, onNonFinite: 'lower-rate' } as const;
  await fit({ ...options, callbacks: [callback] });
  expect(states.map(({ nonFinite }) => nonFinite)).toEqual([
    { skipped: 0, inARow: 0, rateFactor: 1 },
    { skipped: 1, inARow: 1, rateFactor: 0.5 },
    { skipped: 2, inARow: 2, rateFactor: 0.25 },
    { skipped: 2, inARow: 0, rateFactor: 0.25 },
    { skipped: 2, inARow: 0, rateFactor: 0.25 },
    { skipped: 3, inARow: 1, rateFactor: 0.125 },
    { skipped: 3, inARow: 0, rateFactor: 0.125 },
    { skipped: 3, inARow: 0, rateFactor: 0.125 },
  ]);
  const expected = valuesOf(variables);
  await fit({ ...options, from: states[2] as never });
  expect(valuesOf(variables)).toEqual(expected);
  tf.dispose(variables.w!);
});

it('the error and onEnd name step, batch, term, kernel and layer; the state is that before the step', async () => {
  const { problem, variables } = poisoned([3]);
  const ends: unknown[] = [];
  const callback: Callback = { onEnd: (moment, failure) => void ends.push([moment.step, failure]) };
  const named = { ...problem, nameBatch: (step: number) => `batch ${step}` };
  const error = await fit({ ...named, variables, optimizer: sgd(0.25), steps: 9, callbacks: [callback] }).catch(
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(NonFiniteError);
  expect(error.place).toEqual({ step: 3, batch: 'batch 3', term: 'distance', kernel: 'SquaredDifference', layer: 'w' });
  expect(error.message).toMatch(/^fit: step 3, batch 3: expected a finite loss, .*, got distance = NaN, /);
  expect(ends).toEqual([[3, error]]);
  expect(valuesOf(variables)).toEqual([1]);
  tf.dispose(variables.w!);
});

it('parameters that the last update made infinite are told at the end', async () => {
  const variables = { w: tf.variable(tf.tensor1d([1e20])) };
  const loss = () => ({ loss: tf.sum(variables.w) as Scalar, terms: { w: variables.w as Tensor1D } });
  const failures: (NonFiniteError | undefined)[] = [];
  const callback: Callback = { onEnd: (_, failure) => void failures.push(failure) };
  const options = {
    loss,
    inputShapes: {},
    batch: () => ({}),
    variables,
    optimizer: sgd(1e39),
    steps: 1,
    callbacks: [callback],
  };
  await expect(fit(options)).rejects.toThrow('got a value of w that is not finite; lower the learning rate');
  expect(failures[0]?.place).toEqual({ step: 1, layer: 'w' });
  tf.dispose(variables);
});

describe.each(['cpu', 'wasm'] as const)('the origin, on the %s backend', (backend) => {
  afterAll(() => startEagerBackend('cpu'));

  const origin = async (fn: (at: { w: Tensor; u: Tensor; v: Tensor }) => unknown) => {
    await startEagerBackend(backend);
    const variables = {
      w: tf.variable(
        tf.tensor2d([
          [1, 2],
          [3, 4],
        ]),
      ),
      u: tf.variable(tf.tensor1d([-1, 2])),
      v: tf.variable(tf.tensor1d([1, 1])),
    };
    const before = tf.memory().numTensors;
    const found = nonFiniteOrigin(() => fn(variables), variables as NamedVariables);
    expect([tf.getBackend(), tf.memory().numTensors]).toEqual([backend, before]);
    expect([...variables.u.dataSync()]).toEqual([-1, 2]);
    tf.dispose(variables);
    return found;
  };

  it('is the kernel, and the parameter that was used last', async () => {
    const hidden = (w: Tensor) => tf.matMul(tf.ones([3, 2]), w as Tensor2D);
    expect(await origin(({ w, u, v }) => tf.mul(tf.log(tf.add(hidden(w), tf.mul(u, 100))), v))).toEqual({
      kernel: 'Log',
      layer: 'u',
    });
    expect(await origin(({ w, v }) => tf.mul(tf.div(hidden(w), 0), v))).toEqual({ kernel: 'RealDiv', layer: 'w' });
    expect(await origin(() => tf.sqrt(tf.scalar(-1)))).toEqual({ kernel: 'Sqrt' });
    const left = (w: Tensor) => tf.where(tf.greater(w, -1e9), w, tf.fill(w.shape, Number.NaN)); // NaN is left out
    expect(await origin(({ w }) => tf.log(tf.sub(left(w), 1e9)))).toEqual({ kernel: 'Log', layer: 'w' });
  });

  it('is nothing where all is finite', async () => {
    expect(await origin(({ w, u }) => tf.sum(tf.matMul(w as Tensor2D, tf.reshape(u, [2, 1]))))).toBe(undefined);
  });

  it('leaves everything as it was where the function throws', async () => {
    await expect(
      origin(() => {
        throw new RangeError('mine');
      }),
    ).rejects.toThrow('mine');
    expect(tf.getBackend()).toBe(backend);
    expect([...tf.add([1], [2]).dataSync()]).toEqual([3]);
  });
});

it('a step can be inspected: its inputs, its terms by row, all gradients', async () => {
  const { problem, variables } = quadratic([3, 4], (step) => (step === 2 ? [1, Number.NaN] : [1, 1]));
  const before = tf.memory().numTensors;
  const good = await inspectStep(problem, variables, { step: 1 });
  expect(good).toEqual({
    step: 1,
    loss: 13,
    inputs: [{ name: 'target', count: 2, nonFinite: 0, firstNonFinite: -1, rms: 1, largest: 1 }],
    terms: [
      { name: 'distance', count: 2, nonFinite: 0, firstNonFinite: -1, rms: Math.sqrt((16 + 81) / 2), largest: 9 },
      { name: 'double', count: 2, nonFinite: 0, firstNonFinite: -1, rms: Math.sqrt((64 + 324) / 2), largest: 18 },
    ],
    parameters: [{ name: 'w', count: 2, nonFinite: 0, firstNonFinite: -1, rms: Math.sqrt(12.5), largest: 4 }],
    gradients: [{ name: 'w', count: 2, nonFinite: 0, firstNonFinite: -1, rms: Math.sqrt((16 + 36) / 2), largest: 6 }],
  });
  const bad = await inspectStep(problem, variables, { step: 2 });
  expect(bad).toMatchObject({ loss: Number.NaN, origin: { kernel: 'SquaredDifference', layer: 'w' } });
  expect(bad.terms[0]).toEqual({ name: 'distance', count: 2, nonFinite: 1, firstNonFinite: 1, rms: 4, largest: 4 });
  expect(bad.gradients[0]).toMatchObject({ nonFinite: 1, firstNonFinite: 1, largest: 4 });
  expect([valuesOf(variables), tf.memory().numTensors]).toEqual([[3, 4], before]);
  tf.dispose(variables.w!);
});
