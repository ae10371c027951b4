// Optimisers against independent float64 trajectories (test/reference/optimizers.ts), and the padding between tensors.

import { type NamedVariables, type Scalar, type Tensor, tf, type Variable } from '@flowvae/tensor';
import {
  adam,
  adamax,
  chainOptimizers,
  clipByGlobalNorm,
  FlatParameters,
  fit,
  type Optimizer,
  rmsprop,
  sgd,
} from '@flowvae/training';
import { afterEach, describe, expect, it } from 'vitest';
import { carryOut } from '../../packages/training/src/memory/carry-out.ts';
import { optimizerOf, type Row, reference, worstDeviation } from './reference-rows.ts';

const { tensorSizes } = reference;
const width = tensorSizes.reduce((a, b) => a + b);

const FIRST_SLOT = 2;

let variables: NamedVariables = {};
afterEach(() => tf.dispose(variables as Record<string, Variable>));

/** The reference's parameters, cut into its tensors. */
function parametersFor({ slots }: Optimizer): FlatParameters {
  let at = 0;
  const entries = tensorSizes.map((size, i) => {
    const values = Array.from(reference.start).slice(at, at + size);
    at += size;
    return [`part${i}`, tf.tidy(() => tf.variable(tf.tensor1d(values)))] as const;
  });
  variables = Object.fromEntries(entries);
  return new FlatParameters(variables, slots);
}

const flat = (views: Readonly<Record<string, Float32Array>>) => Object.values(views).flatMap((view) => [...view]);

function setGradients({ gradients }: FlatParameters, values: ArrayLike<number>): void {
  let at = 0;
  for (const view of Object.values(gradients)) for (let i = 0; i < view.length; i++) view[i] = values[at++]!;
}

/** The largest deviation of a trajectory on this machine's passes. */
function worst(row: Row, optimizer: Optimizer): number {
  const parameters = parametersFor(optimizer);
  return worstDeviation(row, (gradients, step) => {
    setGradients(parameters, gradients);
    carryOut(optimizer.updateAt({ step }), parameters);
    return flat(parameters.values);
  });
}

describe('trajectories', () => {
  it.each(reference.cases.map((row) => [row.name, row] as const))('%s', (_, row) => {
    expect(worst(row, optimizerOf(row))).toBeLessThan(1e-5);
  });

  const named = (name: string) => reference.cases.find((row) => row.name === name)!;
  it.each<[string, string, Optimizer]>([
    ['Adam whose epsilon is 1e-7', 'adam: gradients near epsilon', adam(1e-3, { epsilon: 1e-7 })],
    ['RMSprop with decay 0.9', "rmsprop: torch's defaults", rmsprop(1e-2, { alpha: 0.9 })],
    ['clipping after the update', 'sgd: clipped', chainOptimizers(sgd(0.05), clipByGlobalNorm(5))],
    [
      'a schedule that is one step late',
      'sgd: momentum 0.9, scheduled',
      sgd((step) => named('sgd: momentum 0.9, scheduled').learningRates[Math.max(0, step - 1)]!, { momentum: 0.9 }),
    ],
  ])('%s would fail', (_, name, mutant) => {
    expect(worst(named(name), mutant)).toBeGreaterThan(1e-3);
  });

  it('follow torch’s defaults where no options are given', () => {
    expect(worst(named("adam: torch's defaults"), adam(1e-3))).toBeLessThan(1e-5);
    expect(worst(named("rmsprop: torch's defaults"), rmsprop(1e-2))).toBeLessThan(1e-5);
    expect(worst(named('sgd: plain'), sgd(0.05))).toBeLessThan(1e-5);
  });
});

describe('settings that make no step', () => {
  it.each<[string, () => Optimizer, string]>([
    [
      'a rate that is no number',
      () => adam(Number.NaN),
      'adam: learning rate: expected a finite number from 0, got NaN',
    ],
    [
      'an infinite rate',
      () => sgd(Number.POSITIVE_INFINITY),
      'sgd: learning rate: expected a finite number from 0, got Inf',
    ],
    ['a rate below 0', () => rmsprop(-1e-3), 'rmsprop: learning rate: expected a finite number from 0, got -0.001'],
    ['beta1 of 1', () => adam(1e-3, { beta1: 1 }), 'adam: beta1: expected a number from 0 to below 1, got 1'],
    ['beta2 below 0', () => adam(1e-3, { beta2: -0.1 }), 'adam: beta2: expected a number from 0 to below 1, got -0.1'],
    [
      'an epsilon that is no number',
      () => adam(1, { epsilon: Number.NaN }),
      'adam: epsilon: expected a number above 0',
    ],
    [
      'an epsilon that is 0 in float32',
      () => adam(1, { epsilon: 1e-46 }),
      'adam: epsilon: expected a number above 0, got 1e-46',
    ],
    ['no epsilon', () => adamax(1, { epsilon: 0 }), 'adamax: epsilon: expected a number above 0, got 0'],
    ['alpha above 1', () => rmsprop(1, { alpha: 1.5 }), 'rmsprop: alpha: expected a number from 0 to below 1, got 1.5'],
    [
      'a momentum that is no number',
      () => rmsprop(1, { momentum: Number.NaN }),
      'rmsprop: momentum: expected a finite',
    ],
    [
      'an epsilon below 0',
      () => rmsprop(1, { epsilon: -1 }),
      'rmsprop: epsilon: expected a finite number from 0, got -1',
    ],
    ['an infinite momentum', () => sgd(1, { momentum: Number.POSITIVE_INFINITY }), 'sgd: momentum: expected a finite'],
    ['a norm of 0', () => clipByGlobalNorm(0), 'clipByGlobalNorm: maxNorm: expected a number above 0, got 0'],
  ])('%s is refused when it is given', (_, make, message) => {
    expect(make).toThrow(message);
  });

  it.each<[string, (rate: (step: number) => number) => Optimizer]>([
    ['adam', adam],
    ['adamax', adamax],
    ['rmsprop', rmsprop],
    ['sgd', (rate) => chainOptimizers(clipByGlobalNorm(1), sgd(rate))],
    ['adam', (rate) => chainOptimizers(sgd(0.01), adam(rate))],
  ])('a rate of a schedule is refused at its step, and the parameters stay (%s)', async (name, make) => {
    for (const [threads, engine] of [
      [1, 'eager'],
      [1, 'compiled'],
      [2, 'compiled'],
    ] as const) {
      const w = tf.tidy(() => tf.variable(tf.scalar(1)));
      const states: number[] = [];
      const loss = ({ x }: Readonly<Record<string, Tensor>>) => ({
        loss: tf.mean<Scalar>(tf.square(tf.mul(x!, w))),
        terms: {},
      });
      const failing = fit({
        loss,
        inputShapes: { x: [2] },
        batchInputs: ['x'],
        batch: () => ({ x: Float32Array.of(1, 2) }),
        variables: { w },
        optimizer: make((step) => (step < 2 ? 0.01 : 0.01 / (step - 2) - Number.POSITIVE_INFINITY)),
        steps: 5,
        threads,
        engine,
        onNonFinite: 'skip',
        callbacks: [{ onStep: async (moment) => void states.push((await moment.state()).parameters.w![0]!) }],
      });
      await expect(failing).rejects.toThrow(
        `${name}: learning rate at step 2: expected a finite number from 0, got NaN; change the schedule; the parameters are those before this step`,
      );
      expect(states).toHaveLength(2);
      expect(w.dataSync()[0]).toBe(states[1]);
      w.dispose();
    }
  });
});

describe('the buffer', () => {
  const everything = () =>
    chainOptimizers(
      ...[clipByGlobalNorm(0.5), adam(0.1), adamax(0.1)],
      ...[rmsprop(0.1, { momentum: 0.9 }), sgd(0.1, { momentum: 0.9 })],
    );

  it.each([1, 2, 3, 5, 7])('keeps its padding at 0 with tensors of %d and 6 values', (size) => {
    const vector = (n: number) => tf.tidy(() => tf.variable(tf.ones([n])));
    variables = { a: vector(size), b: vector(6) };
    const optimizer = everything();
    const parameters = new FlatParameters(variables, optimizer.slots);
    const { a, b } = parameters.gradients;
    for (let step = 0; step < 5; step++) {
      a!.fill(3);
      b!.fill(-2);
      carryOut(optimizer.updateAt({ step }), parameters);
    }
    const padded = [size, 6].map((n) => Math.ceil(n / 4) * 4);
    expect(parameters.length).toBe(padded[0]! + padded[1]!);
    const all = new Float32Array(a!.buffer, 0, parameters.length * (FIRST_SLOT + optimizer.slots));
    for (let region = 0; region < FIRST_SLOT + optimizer.slots; region++) {
      const values = all.subarray(region * parameters.length, (region + 1) * parameters.length);
      expect(
        [...values.subarray(size, padded[0]), ...values.subarray(padded[0]! + 6)].every((value) => value === 0),
      ).toBe(true);
      expect(values[0]).not.toBe(0);
    }
  });

  it.each<[string, Optimizer]>([
    ['adam', adam(1e-3)],
    ['rmsprop', rmsprop(1e-3, { momentum: 0.9 })],
    ['sgd', sgd(1e-3, { momentum: 0.9 })],
  ])('lets the averages of %s end at 0, never among the denormal numbers, where arithmetic is slow', (_, optimizer) => {
    const parameters = parametersFor(optimizer);
    const averages = new Float32Array(
      Object.values(parameters.values)[0]!.buffer,
      FIRST_SLOT * parameters.length * Float32Array.BYTES_PER_ELEMENT,
      parameters.length * optimizer.slots,
    );
    setGradients(parameters, new Float32Array(width).fill(1e-3));
    carryOut(optimizer.updateAt({ step: 0 }), parameters);
    expect(averages.some((average) => average !== 0)).toBe(true);
    setGradients(parameters, new Float32Array(width));
    for (let step = 1; step < 1500; step++) carryOut(optimizer.updateAt({ step }), parameters);
    expect(averages.every((average) => average === 0 || Math.abs(average) > 1e-31)).toBe(true);
    expect(averages.some((average) => average === 0)).toBe(true); // 0.9^1500 would be denormal long since
  });

  it('reads and writes the variables, and its views are parts of one memory', () => {
    const parameters = parametersFor(sgd(1));
    expect(flat(parameters.values)).toEqual(Array.from(reference.start, Math.fround));
    expect(
      new Set([...Object.values(parameters.values), ...Object.values(parameters.gradients)].map(({ buffer }) => buffer))
        .size,
    ).toBe(1);
    parameters.values.part2!.set([7, 8]);
    expect([...variables.part2!.dataSync()]).not.toEqual([7, 8]);
    const before = tf.memory().numTensors;
    parameters.writeVariables();
    expect([...variables.part2!.dataSync()]).toEqual([7, 8]);
    expect(tf.memory().numTensors).toBe(before);
    tf.tidy(() => variables.part2!.assign(tf.tensor1d([1, 2])));
    parameters.readVariables();
    expect([...parameters.values.part2!]).toEqual([1, 2]);
  });

  it('refuses to hold nothing', () => {
    expect(() => new FlatParameters({}, 1)).toThrow('fit: variables: expected at least one variable, got none');
  });
});
