// A step spread over threads against the same step in one thread.
import { loadRuntime, runCounter } from '@flowvae/compiler';
import { drawNormal, fold, key } from '@flowvae/random';
import {
  type NamedVariables,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tf,
  type Variable,
} from '@flowvae/tensor';
import {
  adam,
  chainOptimizers,
  clipByGlobalNorm,
  engines,
  type FitOptions,
  fit,
  NonFiniteError,
  rmsprop,
  sgd,
} from '@flowvae/training';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { localState } from '../../packages/training/src/memory/local-state.ts';
import type { TrainingState } from '../../packages/training/src/memory/training-state.ts';
import { parallelState } from '../../packages/training/src/parallel/parallel-state.ts';
import { rowsOf, shardGraphs } from '../../packages/training/src/parallel/shards.ts';
import { smallVae, valuesOf } from './problems.ts';

const made: NamedVariables[] = [];
afterEach(() => {
  for (const variables of made.splice(0)) tf.dispose(variables as Record<string, Variable>);
});

/** A VAE of its own for each call, from the same seed. */
function vae() {
  const { problem, variables } = smallVae(3);
  made.push(variables);
  return { problem, variables };
}

async function trained(threads: number, options: Partial<FitOptions> = {}) {
  const { problem, variables } = vae();
  const optimizer = chainOptimizers(clipByGlobalNorm(1), adam(1e-2));
  const result = await fit({ ...problem, variables, optimizer, steps: 6, entryEvery: 2, threads, ...options });
  return { ...result, values: valuesOf(variables) };
}

const largest = (a: readonly number[], b: readonly number[]) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

describe('training with threads', () => {
  it.each([2, 3, 5])('agrees with one thread (%i threads, 8 rows)', async (threads) => {
    const alone = await trained(1);
    const before = runCounter.runs;
    const spread = await trained(threads);
    expect(runCounter.runs - before).toBe(threads * 6);
    expect(largest(spread.values, alone.values)).toBeLessThan(1e-5);
    expect(largest(spread.values, valuesOf(vae().variables))).toBeGreaterThan(1e-3); // it did train
    for (const [i, entry] of alone.history.entries()) {
      const other = spread.history[i]!;
      expect(other.loss).toBeCloseTo(entry.loss, 3);
      expect(other.gradientNorm / entry.gradientNorm).toBeCloseTo(1, 4);
      expect(Object.keys(other.terms)).toEqual(Object.keys(entry.terms));
      for (const [name, term] of Object.entries(entry.terms)) expect(other.terms[name]).toBeCloseTo(term, 3);
    }
  });

  it.each([
    [2, 7],
    [2, 8],
    [3, 7],
  ])('forms the gradients of large kernels from all rows (%i threads, %i rows)', async (threads, rows) => {
    const wide = () => {
      const w = [40, 52, 36].map((width, i) =>
        tf.tidy(() => tf.variable(tf.randomNormal([[24, 40, 52][i]!, width], 0, 0.2, 'float32', i + 1))),
      );
      const variables = {
        'a/kernel': w[0]!,
        bias: tf.tidy(() => tf.variable(tf.zeros([52]))),
        'b/kernel': w[1]!,
        'c/kernel': w[2]!,
      };
      made.push(variables);
      const loss = ({ x }: Readonly<Record<string, Tensor>>) => {
        const hidden = tf.relu(
          tf.add(tf.matMul(tf.tanh(tf.matMul(x as Tensor2D, w[0] as Tensor2D)), w[1] as Tensor2D), variables.bias),
        );
        const term = tf.sum(tf.square(tf.matMul(hidden as Tensor2D, w[2] as Tensor2D)), 1);
        return { loss: tf.mean(term) as Scalar, terms: { term: term as Tensor1D } };
      };
      const batch = (step: number) => ({ x: drawNormal(fold(key(5), step), rows * 24) });
      return { loss, variables, inputShapes: { x: [rows, 24] }, batchInputs: ['x'], batch };
    };
    const [alone, spread] = [wide(), wide()];
    const options = { optimizer: chainOptimizers(clipByGlobalNorm(5), adam(1e-2)), steps: 5 };
    const before = runCounter.runs;
    const { history } = await fit({ ...alone, ...options });
    const other = await fit({ ...spread, ...options, threads });
    expect(runCounter.runs - before).toBe(5 + 5 * threads);
    expect(largest(valuesOf(spread.variables), valuesOf(alone.variables))).toBeLessThan(1e-5);
    expect(other.history[0]!.gradientNorm / history[0]!.gradientNorm).toBeCloseTo(1, 4);
    const graphs = shardGraphs({ ...spread, slots: 0, threads }, ['x'], rowsOf(rows, threads));
    const [graph] = typeof graphs === 'string' ? [] : graphs.values();
    expect(graph!.products.map(({ output }) => output)).toEqual([
      'gradient:a/kernel',
      'gradient:b/kernel',
      'gradient:c/kernel',
    ]);
  });

  it('gives equal bytes for equal arguments', async () => {
    const optimizer = rmsprop(1e-3, { momentum: 0.9 });
    const first = await trained(3, { optimizer });
    expect((await trained(3, { optimizer })).values).toEqual(first.values);
  });

  it('names the value that is not finite, and keeps the earlier parameters', async () => {
    const { problem, variables } = vae();
    const before = valuesOf(variables);
    const batch = (step: number) => {
      const arrays = problem.batch(step);
      return { ...arrays, noise: arrays.noise!.map((value, i) => (i === 20 ? Number.NaN : value)) };
    };
    const failing = fit({ ...problem, batch, variables, optimizer: adam(1e-2), steps: 3, threads: 2 });
    await expect(failing).rejects.toThrow(NonFiniteError);
    await expect(failing).rejects.toThrow(/step 0.*got (elbo|logLikelihood|logPrior) = NaN/);
    expect(valuesOf(variables)).toEqual(before);
  });

  it('knows the gradient norm of a batch of one row', async () => {
    const w = tf.tidy(() => tf.variable(tf.scalar(1)));
    made.push({ w });
    const problem = {
      loss: ({ x }: Readonly<Record<string, Tensor>>) => ({ loss: tf.mean(tf.mul(x!, w)) as Scalar, terms: {} }),
      inputShapes: { x: [1, 1] },
      batchInputs: ['x'],
      batch: () => ({ x: Float32Array.of(1000) }),
    };
    const optimizer = chainOptimizers(clipByGlobalNorm(1), sgd(0.5));
    const { history } = await fit({ ...problem, variables: { w }, optimizer, steps: 1, threads: 2 });
    expect(history[0]!.gradientNorm).toBe(1000);
    expect(w.dataSync()[0]).toBeCloseTo(0.5, 5);
  });

  it('refuses an array of the wrong length', async () => {
    const { problem, variables } = vae();
    const batch = (step: number) => ({ ...problem.batch(step), x: new Float32Array(5) });
    const failing = fit({ ...problem, batch, variables, optimizer: adam(1e-2), steps: 1, threads: 2 });
    await expect(failing).rejects.toThrow("fit: input 'x': expected 96 float32 values, got 5");
  });

  it('shares operators instead of rows where the loss is not said to be a mean over rows', async () => {
    const { problem, variables } = vae();
    const { batchInputs: _, ...rest } = problem;
    const before = runCounter.runs;
    await fit({ ...rest, variables, optimizer: adam(1e-2), steps: 3, threads: 2 });
    expect(runCounter.runs - before).toBe(3);
  });
});

/** A state whose rows may be shared. */
async function shared(options: Parameters<typeof parallelState>[0]): Promise<TrainingState> {
  const state = await parallelState(options);
  if (typeof state === 'string') throw new Error(state);
  return state;
}

describe('the state', () => {
  const optionsFor = ({ problem, variables }: ReturnType<typeof vae>) => ({
    ...problem,
    batchInputs: ['x', 'noise'],
    variables,
    slots: 2,
    threads: 2,
  });

  it('gathers regions from all threads, and gives them back', async () => {
    const problem = vae();
    const state = await shared(optionsFor(problem));
    const alone = await localState(engines.compiled, optionsFor(vae()));
    const copy = (region: Readonly<Record<string, Float32Array>>) =>
      Object.values(region).flatMap((values) => [...values]);
    for (const each of [state, alone]) {
      await each.run(problem.problem.batch(0), adam(1e-2).updateAt({ step: 0 }));
      each.commit();
    }
    for (const region of [0, 1, 2, 3]) {
      const gathered = copy(await state.readRegion(region));
      expect(largest(gathered, copy(await alone.readRegion(region)))).toBeLessThan(1e-5);
    }
    const ramp = Object.fromEntries(
      Object.entries(problem.variables).map(([name, { size }], k) => [
        name,
        Float32Array.from({ length: size }, (_, i) => k + i / 8),
      ]),
    );
    const both = await Promise.all([state.readRegion(2), state.readRegion(3)]);
    expect(copy(both[0])).toEqual(copy(await state.readRegion(2)));
    expect(copy(both[1])).toEqual(copy(await state.readRegion(3)));
    expect(copy(both[0])).not.toEqual(copy(both[1]));
    for (const region of [0, 3]) {
      await state.writeRegion(region, ramp);
      expect(copy(await state.readRegion(region))).toEqual(copy(ramp));
    }
    await state.writeVariables();
    expect(valuesOf(problem.variables)).toEqual(copy(ramp));
    await Promise.all([state.dispose(), alone.dispose()]);
  });

  it("frees this thread's sessions of ONNX Runtime", async () => {
    const runtime = await loadRuntime();
    if (typeof runtime === 'string') throw new Error(runtime); // the reason why there is none
    const create = vi.spyOn(runtime.InferenceSession, 'create');
    const problem = vae();
    const state = await shared(optionsFor(problem));
    const sessions = await Promise.all(create.mock.results.map(({ value }) => value as ReturnType<typeof create>));
    create.mockRestore();
    const released = sessions.map((session) => vi.spyOn(session, 'release'));
    await state.run(problem.problem.batch(0), adam(1e-2).updateAt({ step: 0 }));
    state.commit(); // no caller waits for it
    await state.dispose();
    // before, between and after the flow's two kernels
    expect(released.map(({ mock }) => mock.calls.length)).toEqual([1, 1, 1]);
  });

  it('fails with the error of the thread that failed', async () => {
    const problem = vae();
    const options = optionsFor(problem);
    const loss: typeof options.loss = (inputs) => {
      const bound = options.loss(inputs);
      // no such index at run time
      const wrong = tf.gather(tf.tensor1d([1, 2]), tf.cast(tf.mul(tf.sum(inputs.x!, 1), 1e6), 'int32'));
      return { ...bound, loss: tf.add(bound.loss, tf.mean(wrong)) };
    };
    const started = shared({ ...options, loss }).then((state) =>
      state.run(problem.problem.batch(0), []).finally(() => state.dispose()),
    );
    await expect(started).rejects.toThrow(/indices element out of data bounds|Gather/);
  });
});

it('rowsOf gives every thread a row, as evenly as possible', () => {
  expect(rowsOf(100, 2)).toEqual([50, 50]);
  expect(rowsOf(8, 3)).toEqual([2, 3, 3]);
  expect(rowsOf(2, 5)).toEqual([1, 1]);
});
