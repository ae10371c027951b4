// The training loop: convergence, history, callbacks, stopping, failures, and both engines.
import { runCounter } from '@flowvae/compiler';
import { type Scalar, type Tensor1D, tf } from '@flowvae/tensor';
import { adam, type Callback, type EngineName, type FitStart, fit, NonFiniteError, sgd } from '@flowvae/training';
import { describe, expect, it } from 'vitest';
import { quadratic, smallVae, valuesOf } from './problems.ts';

const engines: readonly EngineName[] = ['compiled', 'eager'];

describe.each(engines)('the %s engine', (engine) => {
  it('reaches the minimum of a quadratic', async () => {
    const { problem, variables } = quadratic([5, -3, 0], () => [1, 2, 3]);
    const before = tf.memory().numTensors;
    const result = await fit({ ...problem, variables, optimizer: sgd(0.1), steps: 60, engine });
    valuesOf(variables).forEach((value, i) => {
      expect(value).toBeCloseTo(i + 1, 4);
    });
    expect(result).toMatchObject({ steps: 60, engine });
    expect(result.msPerStep).toBeGreaterThan(0);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(variables.w!);
  });

  it('averages loss and terms into entries, the last one over the steps that remain', async () => {
    const { problem, variables } = quadratic([0], (step) => [step]);
    const events: string[] = [];
    const callback = (name: string): Callback => ({
      onStart: ({ steps }) => void events.push(`${name} start ${steps}`),
      onEntry: async ({ step }) => {
        await Promise.resolve();
        events.push(`${name} entry ${step}`);
      },
    });
    const { history } = await fit({
      ...problem,
      variables,
      optimizer: sgd(0),
      steps: 5,
      engine,
      entryEvery: 2,
      callbacks: [callback('a'), callback('b'), {}],
    });
    expect(history.map(({ step, loss, terms }) => ({ step, loss, terms }))).toEqual([
      { step: 2, loss: 0.5, terms: { distance: 0.5, double: 1 } },
      { step: 4, loss: 6.5, terms: { distance: 6.5, double: 13 } },
      { step: 5, loss: 16, terms: { distance: 16, double: 32 } },
    ]);
    expect(history.every(({ msPerStep }) => msPerStep > 0)).toBe(true);
    expect(events).toEqual([
      'a start 5',
      'b start 5',
      'a entry 2',
      'b entry 2',
      'a entry 4',
      'b entry 4',
      'a entry 5',
      'b entry 5',
    ]);
    tf.dispose(variables.w!);
  });

  it('stops after the step under way, with the values so far in the variables', async () => {
    const { problem, variables } = quadratic([8], () => [0]);
    const controller = new AbortController();
    const batch = (step: number) => {
      if (step === 2) controller.abort();
      return problem.batch(step);
    };
    const result = await fit({
      ...problem,
      batch,
      variables,
      optimizer: sgd(0.25),
      steps: 100,
      engine,
      signal: controller.signal,
    });
    expect(result).toMatchObject({ steps: 3, history: [{ step: 3, terms: { distance: (64 + 16 + 4) / 3 } }] });
    expect(result.msPerStep).toBeGreaterThan(0);
    expect(valuesOf(variables)).toEqual([1]); // 8·½³
    tf.dispose(variables.w!);
  });

  it('tells callbacks how it starts', async () => {
    const { problem, variables } = quadratic([8], () => [0]);
    const starts: FitStart[] = [];
    await fit({
      ...problem,
      variables,
      optimizer: sgd(0),
      steps: 1,
      engine,
      callbacks: [{ onStart: (start) => void starts.push(start) }],
    });
    expect(starts).toEqual([{ steps: 1, engine }]);
    tf.dispose(variables.w!);
  });

  it('does no step where it was stopped before', async () => {
    const { problem, variables } = quadratic([8], () => [0]);
    const result = await fit({
      ...problem,
      variables,
      optimizer: sgd(0.25),
      steps: 100,
      engine,
      signal: AbortSignal.abort(),
    });
    expect(result).toMatchObject({ steps: 0, history: [], msPerStep: 0 });
    expect(valuesOf(variables)).toEqual([8]);
    tf.dispose(variables.w!);
  });

  it.each<[string, number, string]>([
    ['the loss', Number.NaN, 'distance = NaN'],
    ['the loss', Number.POSITIVE_INFINITY, 'distance = Infinity'],
  ])(
    'refuses %s of %d, naming step and term, and keeps the parameters from before the step',
    async (_, poison, text) => {
      const { problem, variables } = quadratic([8], (step) => [step === 2 ? poison : 0]);
      const error = await fit({ ...problem, variables, optimizer: sgd(0.25), steps: 9, engine }).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(NonFiniteError);
      expect((error as Error).message).toBe(
        `fit: step 2: expected a finite loss, finite terms, gradients and parameters, got ${text}, a gradient of w that is not finite, first in the result of SquaredDifference at w; lower the learning rate or clip the gradients; the parameters are those before this step`,
      );
      expect(valuesOf(variables)).toEqual([2]);
      tf.dispose(variables.w!);
    },
  );

  it('refuses a gradient that is not finite although the loss is, naming the variable', async () => {
    const variables = { fine: tf.variable(tf.scalar(1)), edge: tf.variable(tf.scalar(0)) };
    // √0 is 0, its derivative is infinite
    const loss = () => {
      const value = tf.add<Scalar>(tf.square(variables.fine), tf.sqrt(variables.edge));
      return { loss: value, terms: { value: tf.reshape(value, [1]) as Tensor1D } };
    };
    const problem = { loss, inputShapes: {}, batch: () => ({}) };
    await expect(fit({ ...problem, variables, optimizer: sgd(0.25), steps: 9, engine })).rejects.toThrow(
      'fit: step 0: expected a finite loss, finite terms, gradients and parameters, got a gradient of edge that is not finite;',
    );
    expect(valuesOf(variables)).toEqual([1, 0]);
    tf.dispose(variables);
  });

  it('rethrows the error of a callback or a batch, with the variables written', async () => {
    const { problem, variables } = quadratic([8], () => [0]);
    const batch = (step: number) => {
      if (step === 1) throw new RangeError('no more data');
      return problem.batch(step);
    };
    await expect(fit({ ...problem, batch, variables, optimizer: sgd(0.25), steps: 9, engine })).rejects.toThrow(
      'no more data',
    );
    expect(valuesOf(variables)).toEqual([4]);
    tf.dispose(variables.w!);
  });

  it('gives equal bytes for equal seeds, others for another seed', async () => {
    const trained = async (seed: number) => {
      const { problem, variables } = smallVae(seed);
      const { history } = await fit({ ...problem, variables, optimizer: adam(1e-2), steps: 10, engine, entryEvery: 5 });
      const values = valuesOf(variables);
      return { values, losses: history.map(({ loss }) => loss) };
    };
    const [first, again, other] = [await trained(1), await trained(1), await trained(2)];
    expect(again).toEqual(first);
    expect(other.values).not.toEqual(first.values);
    expect(other.losses).not.toEqual(first.losses);
  });
});

it('frees everything where the traced loss throws, the kept terms included', async () => {
  const { problem, variables } = quadratic([8], () => [0]);
  const before = tf.memory().numTensors;
  const loss: typeof problem.loss = (inputs) => ({
    ...problem.loss(inputs),
    loss: tf.customGrad((x) => ({
      value: tf.sum(x as Scalar),
      gradFunc: () => {
        throw new RangeError('mine');
      },
    }))(variables.w!) as Scalar,
  });
  await expect(fit({ ...problem, loss, variables, optimizer: sgd(0.25), steps: 9 })).rejects.toThrow('mine');
  expect(tf.memory().numTensors).toBe(before);
  tf.dispose(variables.w!);
});

it('compiled and eager training agree, and the compiled one ran compiled', async () => {
  const trained = async (engine: EngineName) => {
    const { problem, variables } = smallVae(3);
    const before = runCounter.runs;
    const { history } = await fit({ ...problem, variables, optimizer: sgd(1e-2), steps: 4, engine, entryEvery: 1 });
    return { values: valuesOf(variables), history, runs: runCounter.runs - before };
  };
  const [compiled, eager] = [await trained('compiled'), await trained('eager')];
  expect([compiled.runs, eager.runs]).toEqual([4, 0]);
  expect(eager.values.filter((value, i) => Math.abs(value - compiled.values[i]!) > 1e-5)).toEqual([]);
  for (const [i, { loss, terms }] of eager.history.entries()) {
    const other = compiled.history[i]!;
    expect(other.loss / loss).toBeCloseTo(1, 5);
    expect(Object.keys(other.terms)).toEqual(['elbo', 'logLikelihood', 'logPrior', 'logBase', 'logDet']);
    for (const [name, value] of Object.entries(terms))
      expect(Math.abs(other.terms[name]! - value)).toBeLessThan(1e-4 * Math.max(1, Math.abs(value)));
  }
});
