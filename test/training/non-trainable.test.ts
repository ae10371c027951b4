// A loss's assignments to variables that are not trainable: moving averages of batch normalisation, against float64, in
// both engines.

import { tabulate } from '@flowvae/evaluation';
import { drawNormal, fold, key } from '@flowvae/random';
import {
  layers,
  type NamedVariables,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tf,
} from '@flowvae/tensor';
import {
  adam,
  type Callback,
  dataPoints,
  type EngineName,
  type FitOptions,
  type FitStart,
  fit,
  inspectStep,
  type RunState,
  sgd,
  type TrainingProblem,
} from '@flowvae/training';
import { afterEach, describe, expect, it } from 'vitest';
import { valuesOf } from './problems.ts';
import { keptAt } from './through-checkpoint.ts';

const engines: readonly EngineName[] = ['compiled', 'eager'];
const [ROWS, WIDTH, MOMENTUM] = [8, 2, 0.9];

/** Rows whose mean is 3 and −1, and another in each step. */
const batch = (step: number) => ({
  x: drawNormal(fold(key(7), step), ROWS * WIDTH).map((value, i) => (i % 2 ? 0.5 * value - 1 : 2 * value + 3)),
});

interface Normalised {
  readonly problem: TrainingProblem;
  readonly variables: NamedVariables;
  /** x → the mean square of the normalised rows, in training mode or not. */
  readonly errorAt: (x: Tensor, training: boolean) => Tensor1D;
}

const made: (() => void)[] = [];
afterEach(() => {
  for (const dispose of made.splice(0)) dispose();
});

/**
 * Batch normalisation of the data, a dense layer behind it, and the mean square of that: its averages depend on the
 * data alone.
 */
function normalised(): Normalised {
  const { batchNormalization, dense } = layers.layers;
  const normalise = batchNormalization({ momentum: MOMENTUM });
  const weigh = dense({ units: 1, kernelInitializer: 'ones' });
  weigh.apply(normalise.apply(tf.zeros([1, WIDTH])) as Tensor);
  made.push(() => {
    normalise.dispose();
    weigh.dispose();
  });
  const named = [...normalise.weights, ...weigh.weights].map(
    (weight) => [weight.originalName.split('/').at(-1)!, weight.read()] as const,
  );
  const errorAt = (x: Tensor, training: boolean) =>
    tf.sum(tf.square(weigh.apply(normalise.apply(x, { training }) as Tensor) as Tensor2D), 1) as Tensor1D;
  const loss: TrainingProblem['loss'] = ({ x }) => {
    const error = errorAt(x!, true);
    return { loss: tf.mean(error) as Scalar, terms: { error } };
  };
  return {
    problem: { loss, inputShapes: { x: [ROWS, WIDTH] }, batch },
    variables: Object.fromEntries(named) as unknown as NamedVariables,
    errorAt,
  };
}

/** Moving mean and variance after so many steps, in float64. */
function averagesAfter(steps: readonly number[]) {
  const mean = [0, 0];
  const variance = [1, 1];
  for (const step of steps) {
    for (let column = 0; column < WIDTH; column++) {
      const values = Array.from({ length: ROWS }, (_, row) => batch(step).x[row * WIDTH + column]!);
      const average = values.reduce((sum, value) => sum + value, 0) / ROWS;
      const spread = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / ROWS;
      mean[column] = MOMENTUM * mean[column]! + (1 - MOMENTUM) * average;
      variance[column] = MOMENTUM * variance[column]! + (1 - MOMENTUM) * spread;
    }
  }
  return { mean, variance };
}

const upTo = (steps: number) => Array.from({ length: steps }, (_, step) => step);

function expectAverages(variables: NamedVariables, { mean, variance }: ReturnType<typeof averagesAfter>): void {
  const [foundMean, foundVariance] = [variables.moving_mean!, variables.moving_variance!].map((each) => [
    ...each.dataSync(),
  ]);
  foundMean!.forEach((value, i) => void expect(value).toBeCloseTo(mean[i]!, 5));
  foundVariance!.forEach((value, i) => void expect(value).toBeCloseTo(variance[i]!, 5));
}

const train = (each: Normalised, rest: Partial<FitOptions> = {}) =>
  fit({ ...each.problem, variables: each.variables, optimizer: adam(1e-2), steps: 30, ...rest });

describe.each(engines)('moving averages, %s', (engine) => {
  it('equal float64 after 30 steps, and the optimiser trains the other variables', async () => {
    const each = normalised();
    const before = tf.memory().numTensors;
    await train(each, { engine });
    expectAverages(each.variables, averagesAfter(upTo(30)));
    expect(each.variables.kernel!.dataSync()[0]).not.toBe(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are left as they were by a step that is left out', async () => {
    const each = normalised();
    const poisoned = (step: number) => (step === 3 ? { x: batch(3).x.fill(Number.NaN) } : batch(step));
    await train(each, { engine, steps: 6, batch: poisoned, onNonFinite: 'skip' });
    expectAverages(each.variables, averagesAfter([0, 1, 2, 4, 5]));
  });

  it('are in the state of a run: one that goes on from a checkpoint has equal bytes', async () => {
    const kept = keptAt(4);
    const [whole, rest] = [normalised(), normalised()];
    await train(whole, { engine, steps: 9, callbacks: [kept.callback] });
    const from = kept.read();
    expect(Object.keys(from.parameters).toSorted()).toEqual(Object.keys(whole.variables).toSorted());
    expect(Object.keys(from.slots.m!).toSorted()).toEqual(['beta', 'bias', 'gamma', 'kernel']);
    await train(rest, { engine, steps: 9, from });
    expect(valuesOf(rest.variables)).toEqual(valuesOf(whole.variables));
    expectAverages(rest.variables, averagesAfter(upTo(9)));
  });

  it('serve an evaluation for its normalisation, which may not assign them', async () => {
    const each = normalised();
    await train(each, { engine });
    const { x } = batch(99);
    const evaluated = (training: boolean) =>
      tabulate((rows) => ({ error: each.errorAt(rows, training) }), dataPoints(x, WIDTH), {
        variables: each.variables,
        engine,
      });
    const { mean, variance } = averagesAfter(upTo(30));
    const [gamma, beta, kernel, bias] = ['gamma', 'beta', 'kernel', 'bias'].map((name) => [
      ...each.variables[name]!.dataSync(),
    ]);
    const { error } = await evaluated(false);
    for (const [row, found] of error!.entries()) {
      const weighted = [0, 1].map((column) => {
        const standard = (x[row * WIDTH + column]! - mean[column]!) / Math.sqrt(variance[column]! + 1e-3);
        return kernel![column]! * (gamma![column]! * standard + beta![column]!);
      });
      expect(found).toBeCloseTo((weighted[0]! + weighted[1]! + bias![0]!) ** 2, 4);
    }
    const before = valuesOf(each.variables);
    await expect(evaluated(true)).rejects.toThrow(
      /^evaluation: variable '.*moving_mean.*': expected a function that assigns no variable, got an assignment; leave out `training: true` here/,
    );
    expect(valuesOf(each.variables)).toEqual(before);
  });

  it('that are not finite end the training before they are taken', async () => {
    const count = tf.tidy(() => tf.variable(tf.scalar(3), false));
    const w = tf.tidy(() => tf.variable(tf.scalar(1)));
    made.push(() => tf.dispose([count, w]));
    const loss = () => {
      tf.tidy(() => count.assign(tf.div(1, tf.sub(count, 3))));
      return { loss: tf.square(w) as Scalar, terms: {} };
    };
    const failing = fit({
      loss,
      inputShapes: {},
      batch: () => ({}),
      variables: { count, w },
      optimizer: sgd(0.1),
      steps: 2,
      engine,
    });
    await expect(failing).rejects.toThrow(/^fit: step 0: .*an assignment to count that is not finite/);
    expect([count.dataSync()[0], w.dataSync()[0]]).toEqual([3, 1]);
  });

  it('refuses a variable outside the state, and says how to add it', async () => {
    const { problem, variables } = normalised();
    const { moving_mean: _, ...without } = variables;
    const failing = (given: NamedVariables, loss = problem.loss) =>
      fit({ ...problem, loss, variables: given, optimizer: adam(1e-2), steps: 1, engine });
    await expect(failing(without)).rejects.toThrow(
      /^fit: variable '.*moving_mean.*': expected every variable that the loss assigns among `variables`, got an assignment of another; add it to the option `variables`/,
    );
    const assigning: TrainingProblem['loss'] = (inputs) => {
      tf.tidy(() => variables.kernel!.assign(tf.mul(variables.kernel!, 2)));
      return problem.loss(inputs);
    };
    const before = valuesOf(variables);
    await expect(failing(variables, assigning)).rejects.toThrow(
      "fit: variable 'kernel': expected either the loss or the optimiser to change it, got an assignment of a trainable variable; make it with tf.variable(value, false)",
    );
    expect(valuesOf(variables)).toEqual(before);
    const whole = tf.tidy(() => tf.variable(tf.scalar(1, 'int32'), false));
    made.push(() => whole.dispose());
    await expect(failing({ ...variables, whole })).rejects.toThrow(
      "fit: variable 'whole': expected float32, got int32",
    );
    tf.tidy(() => variables.kernel!.assign(tf.zerosLike(variables.kernel!))); // released
    expect(variables.kernel!.dataSync()[0]).toBe(0);
  });
});

it('moving averages are those of the whole batch with any number of threads, which then share operators', async () => {
  const starts: FitStart[] = [];
  const trained = await Promise.all(
    [1, 2, 4].map(async (threads) => {
      const each = normalised();
      const onStart = (start: FitStart) => void starts.push(start);
      const problem = { ...each.problem, batchInputs: ['x'] };
      const { history } = await train({ ...each, problem }, { threads, entryEvery: 1, callbacks: [{ onStart }] });
      expectAverages(each.variables, averagesAfter(upTo(30)));
      return [...valuesOf(each.variables), ...history.map(({ loss }) => loss)];
    }),
  );
  for (const other of trained.slice(1)) other.forEach((value, i) => void expect(value).toBeCloseTo(trained[0]![i]!, 4));
  const reasons = starts.map(({ rowsTogether }) => rowsTogether);
  const reason = 'the loss assigns moving_mean, which is for all rows';
  expect(reasons.toSorted()).toEqual([reason, reason, undefined]);
});

it('a variable that is not trainable and not assigned stays as it is, with rows shared between threads too', async () => {
  const trained = (threads: number) => {
    const [w, frozen] = [1, 2].map((value) => tf.tidy(() => tf.variable(tf.scalar(value), value === 1)));
    made.push(() => tf.dispose([w!, frozen!]));
    const loss: TrainingProblem['loss'] = ({ x }) => {
      const error = tf.reshape(tf.square(tf.sub(tf.mul(x!, w!), frozen!)), [-1]) as Tensor1D;
      return { loss: tf.mean(error) as Scalar, terms: { error } };
    };
    const variables = { frozen: frozen!, w: w! };
    const problem = { loss, inputShapes: { x: [4, 1] }, batchInputs: ['x'] };
    const states: RunState[] = [];
    const onEnd: Callback['onEnd'] = async (moment) => void states.push(await moment.state());
    return fit({
      ...problem,
      batch: () => ({ x: Float32Array.of(1, 2, 3, 4) }),
      variables,
      optimizer: sgd(0.01, { momentum: 0.5 }),
      steps: 5,
      threads,
      callbacks: [{ onEnd }],
    }).then(() => ({ values: valuesOf(variables), state: states[0]! }));
  };
  const [alone, spread] = [await trained(1), await trained(2)];
  expect([alone.values[0], spread.values[0]]).toEqual([2, 2]);
  expect(spread.values[1]).toBeCloseTo(alone.values[1]!, 6);
  expect(spread.values[1]).not.toBe(1);
  for (const { state } of [alone, spread]) {
    expect([...state.parameters.frozen!]).toEqual([2]);
    expect(Object.keys(state.slots.buffer!)).toEqual(['w']);
  }
});

it('inspectStep shows a step and leaves the variables as they were', async () => {
  const { problem, variables } = normalised();
  const before = valuesOf(variables);
  const { gradients, parameters } = await inspectStep(problem, variables, { step: 0 });
  expect(gradients.map(({ name }) => name).toSorted()).toEqual(['beta', 'bias', 'gamma', 'kernel']);
  expect(parameters).toHaveLength(6);
  expect(valuesOf(variables)).toEqual(before);
});
