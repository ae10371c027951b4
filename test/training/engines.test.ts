// The promises of every engine for one function, the choice of the engine, and a user's own engine for everything that
// runs.
import { type Tensor, type Tensor1D, tf, type Variable } from '@flowvae/tensor';
import { chooseEngine, type Engine, engines, fit, type Loss, sgd } from '@flowvae/training';
import { describe, expect, it } from 'vitest';
import { localState } from '../../packages/training/src/memory/local-state.ts';
import { GRADIENTS } from '../../packages/training/src/memory/optimizer.ts';
import { users } from './engine-users.ts';
import { quadratic, valuesOf } from './problems.ts';
import { recordingEngine } from './recording-engine.ts';

const known: readonly Engine[] = [...Object.values(engines), recordingEngine().engine];
const reasons = await Promise.all(known.map((engine) => engine.unusable?.()));

for (const [i, reason] of reasons.entries()) {
  if (reason !== undefined) it.skip(`the ${known[i]!.kind} engine [${reason}]`);
}

describe.each(known.filter((_, i) => reasons[i] === undefined))('the $kind engine', (engine) => {
  const variables = () => {
    const w = tf.tidy(() => tf.variable(tf.tensor1d([2, 3])));
    const mean = tf.tidy(() => tf.variable(tf.tensor1d([10, 20]), false));
    return { w, mean };
  };
  /** w·x, and a mean that moves by it; a term that outlives its scope, as those of a gradient do. */
  const moving =
    ({ w, mean }: Readonly<Record<string, Variable>>) =>
    ({ x }: Readonly<Record<string, Tensor>>) => {
      const y: Tensor1D = tf.mul(x!, w!);
      mean!.assign(tf.add(mean!, y));
      return { y, kept: tf.tidy(() => tf.keep(tf.sum(y))) };
    };
  const x = Float32Array.of(1, -1);

  it('runs at given and at current values, returns assigned ones, and changes no variable', async () => {
    const used = variables();
    const open = await engine.open(moving(used), { x: [2] }, { variables: used });
    const before = tf.memory().numTensors;
    const held = { y: Float32Array.of(2, -3), kept: Float32Array.of(-1), 'assigned:mean': Float32Array.of(12, 17) };
    expect(await open.run({ x })).toEqual(held);
    const given = { y: Float32Array.of(5, -7), kept: Float32Array.of(-2), 'assigned:mean': Float32Array.of(15, 13) };
    expect(await open.run({ x, w: Float32Array.of(5, 7) })).toEqual(given);
    expect(await open.run({ x })).toEqual(held);
    expect(valuesOf(used)).toEqual([2, 3, 10, 20]);
    used.w.assign(tf.tensor1d([0, 1]));
    expect((await open.run({ x })).y).toEqual(Float32Array.of(0, -1));
    expect(tf.memory().numTensors).toBe(before + 1); // the value of w, whose tensor this test made
    await open.dispose();
    tf.dispose(used);
  });

  it('writes into given arrays, and gives the other outputs as well', async () => {
    const used = variables();
    const into = { y: new Float32Array(2), 'assigned:mean': new Float32Array(2), unused: Float32Array.of(4) };
    const open = await engine.open(moving(used), { x: [2] }, { variables: used, into });
    const outputs = await open.run({ x });
    expect(outputs.y).toBe(into.y);
    expect(into).toEqual({
      y: Float32Array.of(2, -3),
      'assigned:mean': Float32Array.of(12, 17),
      unused: Float32Array.of(4),
    });
    expect(Object.keys(outputs).toSorted()).toEqual(['assigned:mean', 'kept', 'y']);
    expect(outputs.kept).toEqual(Float32Array.of(-1));
    await open.dispose();
    tf.dispose(used);
  });

  it('frees nothing of its surroundings, and returns arrays of its own', async () => {
    const outside = tf.tidy(() => tf.keep(tf.tensor1d([3])));
    const open = await engine.open(({ x: input }) => ({ same: input!, outside }), { x: [2] });
    const { same } = await open.run({ x });
    same!.fill(9);
    expect([...x, ...outside.dataSync()]).toEqual([1, -1, 3]);
    await open.dispose();
    outside.dispose();
  });

  it.each([
    ['nothing', {}],
    ['1 values in a Float32Array', { x: Float32Array.of(1) }],
  ])('refuses an input of %s', async (received, values) => {
    const open = await engine.open(({ x: input }) => ({ y: tf.neg(input!) }), { x: [2] });
    await expect(open.run(values)).rejects.toThrow(`run: 'x': expected 2 float32 values of shape [2], got ${received}`);
    await open.dispose();
  });

  it('keeps nothing of an earlier step where a step gives no gradient and assigns nothing', async () => {
    const used = variables();
    const loss: Loss = ({ x: input }) => {
      used.mean.assign(tf.mul(used.mean, 2));
      return { loss: tf.sum(tf.mul(input!, used.w)), terms: {} };
    };
    let runs = 0;
    const open: Engine['open'] = async (...args) => {
      const { run, dispose } = await engine.open(...args);
      const bareAfterFirst: typeof run = async (values) => {
        const outputs = await run(values);
        return runs++ === 0 ? outputs : { loss: outputs.loss! };
      };
      return { run: bareAfterFirst, dispose };
    };
    const options = { loss, variables: used, inputShapes: { x: [2] }, threads: 1, slots: 0 };
    const state = await localState({ kind: 'bare', open }, options);
    const found = async () => {
      await state.run({ x }, []);
      return [...(await state.readRegion(GRADIENTS)).w!, ...state.assigned().mean!];
    };
    expect([await found(), await found()]).toEqual([
      [1, -1, 20, 40],
      [0, 0, 10, 20],
    ]);
    await state.dispose();
    tf.dispose(used);
  });
});

describe('chooseEngine', () => {
  it('gives engines by name, and one that is brought along', async () => {
    const { engine } = recordingEngine();
    expect(await chooseEngine('eager')).toEqual({ engine: engines.eager });
    expect(await chooseEngine()).toEqual({ engine: engines.compiled });
    expect(await chooseEngine(engine)).toEqual({ engine });
  });

  it('goes on eagerly where the engine cannot be used, and says so', async () => {
    const engine: Engine = { ...recordingEngine().engine, unusable: async () => 'There is no device' };
    const fallback = 'There is no device; going on with the eager engine';
    expect(await chooseEngine(engine)).toEqual({ engine: engines.eager, fallback });
  });

  it.each(['', 'cuda', 'toString'])('refuses the unknown name %j', async (name) => {
    await expect(chooseEngine(name as 'eager')).rejects.toThrow(
      `engine: expected compiled, webgpu, eager or an engine of your own, got '${name}'`,
    );
  });
});

describe.each(Object.entries(users))('%s', (_, use) => {
  it('runs on an engine that is brought along, frees all it opened, and finds the same', async () => {
    const { engine, recorded } = recordingEngine();
    const found = await use(engine);
    expect(recorded.runs).toBeGreaterThan(0);
    expect(recorded.opened).toBeGreaterThan(0);
    expect(recorded.disposed).toBe(recorded.opened);
    expect(found).toEqual(await use('eager'));
  });
});

describe('fit', () => {
  const run = async (engine: Engine) => {
    const { problem, variables } = quadratic([8], () => [0]);
    const starts: unknown[] = [];
    const callbacks = [{ onStart: (start: unknown) => void starts.push(start) }];
    const result = await fit({ ...problem, variables, optimizer: sgd(0.25), steps: 2, callbacks, engine });
    const values = valuesOf(variables);
    tf.dispose(variables.w!);
    return { values, start: starts[0], engine: result.engine };
  };

  it('tells the kind of an engine that is brought along', async () => {
    const { engine } = recordingEngine();
    expect(await run(engine)).toEqual({
      values: [2],
      start: { steps: 2, engine: 'recording' },
      engine: 'recording',
    });
  });

  it('trains on the state that an engine brings along', async () => {
    const { engine, recorded } = recordingEngine();
    const resident: Engine = { ...engine, trainingState: (options) => localState(engines.eager, options) };
    expect((await run(resident)).values).toEqual([2]);
    expect(recorded.opened).toBe(0);
  });

  it('says why an engine keeps rows together', async () => {
    const { engine, recorded } = recordingEngine();
    const { values, start } = await run({ ...engine, trainingState: async () => 'one core' });
    expect([values, start]).toEqual([[2], { steps: 2, engine: 'recording', rowsTogether: 'one core' }]);
    expect(recorded.runs).toBe(2);
  });
});

it('fit trains alike on an engine that gives arrays of its own', async () => {
  const engine: Engine = {
    kind: 'own',
    open: (fn, shapes, { variables = {} } = {}) => engines.eager.open(fn, shapes, { variables }),
  };
  expect(await users.fit!(engine)).toEqual(await users.fit!('eager'));
});
