// A traced function's forbidden actions; after each of them tfjs is as before.
import { type Compiled, compile, runCounter, type Traceable, TraceError, traceGraph } from '@flowvae/compiler';
import { type Tensor, type Tensor1D, type Tensor4D, tf, type Variable } from '@flowvae/tensor';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countCalls } from './kernel-calls.ts';

const thrownBy = (fn: unknown, variables = {}): Error => {
  try {
    traceGraph(fn as Traceable, { x: [2, 3] }, { variables });
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};

const numbered = () => tf.tidy(() => tf.variable(tf.tensor1d([1, 2, 3])));

/** State that a trace could leave behind. */
const state = () => ({
  backend: tf.getBackend(),
  tensors: tf.memory().numTensors,
  scopes: tf.engine().state.scopeStack.length,
  gradients: tf.engine().state.gradientDepth,
  kernels: tf.engine().state.kernelDepth,
  tape: tf.engine().state.activeTape ?? null,
});

let before: ReturnType<typeof state>;
beforeEach(() => {
  tf.backend();
  before = state();
});
afterEach(() => {
  expect(state()).toEqual(before);
  expect(traceGraph(({ x }) => ({ y: tf.neg(x!) }), { x: [2] }).nodes).toHaveLength(1);
});

describe('an unsupported kernel', () => {
  it('is named with the operation and the line that called it', () => {
    const error = thrownBy(({ x }: { x: Tensor }) => ({ y: tf.unique(x).values }));
    expect(error).toBeInstanceOf(TraceError);
    expect(error.message).toMatch(
      /^compile: tf\.unique at \S*test\/compiler\/trace-errors\.test\.ts:\d+: expected tfjs kernels that have a lowering, got kernel 'Unique' \(.*\); .*engine 'eager'$/,
    );
  });

  it('says so where a gradient calls it, at the line that asked for the gradient', () => {
    const error = thrownBy(({ x }: { x: Tensor }) => ({
      y: tf.grad(tf.customGrad((a) => ({ value: tf.neg(a as Tensor), gradFunc: (dy) => tf.unique(dy).values })))(x),
    }));
    expect(error.message).toMatch(/^compile: tf\.unique at \S*trace-errors\.test\.ts:\d+: .*kernel 'Unique'/);
  });

  it('names the line, not the caller', () => {
    const line = Number(/trace-errors\.test\.ts:(\d+)/.exec(new Error().stack!)![1]);
    const error = thrownBy(({ x }: { x: Tensor }) => {
      const y = tf.neg(x);
      return { y: tf.unique(y).values };
    });
    expect(error.message).toContain(`trace-errors.test.ts:${line + 3}:`);
  });
});

it('arguments that a lowering does not take are said with the operation and the line', () => {
  const error = thrownBy(({ x }: { x: Tensor }) => ({
    y: tf.depthToSpace(tf.reshape(tf.concat([x, x], 0), [1, 4, 1, 3]) as Tensor4D, 2, 'NCHW'),
  }));
  expect(error).toBeInstanceOf(TraceError);
  expect(error.message).toMatch(
    /^compile: tf\.depthToSpace at \S*trace-errors\.test\.ts:\d+: expected arguments that the lowering of kernel 'DepthToSpace' takes, got depthToSpace: expected NHWC, got NCHW$/,
  );
});

it('a type that no graph holds is refused, with the operation and the line', () => {
  const words = tf.tensor1d(['a', 'b', 'c']);
  const error = thrownBy(({ x }: { x: Tensor }) => ({ x, y: tf.concat([words, words]) }));
  expect(error).toBeInstanceOf(TraceError);
  expect(error.message).toMatch(
    /^compile: tf\.concat at \S*trace-errors\.test\.ts:\d+: expected tensors of type float32, int32 or bool, got string; run with engine 'eager'$/,
  );
  words.dispose();
});

it('an error at the run of the graph names the operation', async () => {
  const compiled = compile(({ x }) => ({ y: tf.gather(tf.tensor1d([1, 2]), tf.cast(x!, 'int32')) }));
  const executable = await compiled.specialise({ x: [1] });
  await expect(executable.run({ x: Float32Array.of(7) })).rejects.toThrow(/'?gather: GatherV2 #\d+'?/);
  expect((await executable.run({ x: Float32Array.of(1) })).y).toEqual(Float32Array.of(2));
  await compiled.dispose();
});

it('tracing computes nothing, gradients and captured tensors included', () => {
  tf.setBackend('cpu');
  const [w, captured] = [numbered(), tf.tensor1d([1, 2, 3])];
  const { runs } = runCounter;
  const calls = countCalls('cpu');
  const graph = traceGraph(
    ({ x }) => {
      const { value, grads } = tf.variableGrads(() => tf.sum(tf.mul(tf.tanh(tf.mul(w, captured)), x!)), [w]);
      return { value, gradient: grads[w.name]! };
    },
    { x: [2, 3] },
    { variables: { w } },
  );
  expect([calls(), runCounter.runs - runs]).toEqual([0, 0]);
  expect(graph.nodes.length).toBeGreaterThan(5);
  tf.dispose([w, captured]);
});

describe('reading a value', () => {
  it.each<[string, (x: Tensor) => unknown]>([
    ['dataSync', (x) => x.dataSync()],
    ['arraySync', (x) => x.arraySync()],
    ['of an intermediate result', (x) => tf.sum(x).dataSync()],
    ['in a nested tidy', (x) => tf.tidy(() => tf.square(x).dataSync())],
  ])('by %s is refused', (_, read) => {
    const error = thrownBy(({ x }: { x: Tensor }) => {
      read(x);
      return { y: x };
    });
    expect(error).toBeInstanceOf(TraceError);
    expect(error.message).toMatch(
      /^compile: reading a value while tracing at \S*trace-errors\.test\.ts:\d+: .*branch with tf\.where$/,
    );
  });

  it('by data() rejects', async () => {
    let read: Promise<unknown> | undefined;
    traceGraph(
      ({ x }) => {
        read = tf.neg(x!).data();
        return { y: x! };
      },
      { x: [1] },
    );
    await expect(read).rejects.toThrow('reading a value while tracing');
  });

  it('of a variable that is an input of the graph is refused as well', () => {
    const w = numbered();
    expect(thrownBy(() => ({ y: tf.scalar(w.dataSync()[0]!) }), { w }).message).toContain(
      'reading a value while tracing',
    );
    expect([...w.dataSync()]).toEqual([1, 2, 3]);
    w.dispose();
  });
});

describe('random operations', () => {
  const draws: readonly [string, (x: Tensor) => Tensor][] = [
    ['randomNormal', () => tf.randomNormal([3])],
    ['randomUniform', () => tf.randomUniform([3])],
    ['randomStandardNormal', () => tf.randomStandardNormal([3])],
    ['randomGamma', () => tf.randomGamma([3], 2)],
    ['truncatedNormal', () => tf.truncatedNormal([3])],
    ['dropout', (x) => tf.dropout(x, 0.5)],
    ['multinomial', (x) => tf.multinomial(x as Tensor1D, 2)],
  ];
  it.each(draws)('%s is refused', (name, draw) => {
    const error = thrownBy(({ x }: { x: Tensor }) => ({ y: tf.add(x, tf.mean(draw(x))) }));
    expect(error).toBeInstanceOf(TraceError);
    expect(error.message).toMatch(new RegExp(`^compile: tf\\.${name} at \\S*trace-errors\\.test\\.ts:\\d+: `));
  });
});

describe('results that are no record of tensors', () => {
  it.each<[string, unknown, string]>([
    ['a promise', async () => ({}), 'result: expected a record of tensors, got a promise'],
    ['nothing', () => undefined, 'result: expected a record of tensors, got undefined'],
    ['null', () => null, 'result: expected a record of tensors, got null'],
    [
      'a bare tensor',
      ({ x }: { x: Tensor }) => tf.neg(x),
      'result: expected a record of tensors, got a tensor without a name',
    ],
    ['a promise inside', () => ({ y: Promise.resolve() }), "output 'y': expected a tensor, got a promise"],
    ['a number inside', () => ({ y: 3 }), "output 'y': expected a tensor, got number"],
  ])('%s is refused', (_, fn, text) => {
    const error = thrownBy(fn);
    expect(error).toBeInstanceOf(TraceError);
    expect(error.message).toBe(`compile: ${text}`);
  });
});

describe('an error inside a traced function', () => {
  const fail = () => {
    throw new RangeError('mine');
  };
  it.each<[string, Traceable]>([
    ['at once', fail],
    ['in nested scopes', ({ x }) => tf.tidy(() => tf.tidy(() => ({ y: tf.add(tf.square(x!), fail()) })))],
    ['in a gradient', ({ x }) => ({ y: tf.grad((a) => tf.mul(a, fail()))(x!) })],
    [
      'in a gradient of a gradient',
      ({ x }) => ({ y: tf.grad((a) => tf.grad((b) => tf.mul(tf.square(b), fail()))(a))(x!) }),
    ],
    [
      'in a custom gradient',
      ({ x }) => ({
        y: tf.grad(tf.customGrad((a) => ({ value: tf.neg(a as Tensor), gradFunc: fail })) as (a: Tensor) => Tensor)(x!),
      }),
    ],
  ])('comes out unchanged: %s', (_, fn) => {
    expect(thrownBy(fn)).toBeInstanceOf(RangeError);
  });

  it('leaves variables with their values', () => {
    const w = numbered();
    const fn: Traceable = ({ x }) => {
      tf.variableGrads(() => tf.sum(tf.mul(w, x!)), [w]);
      throw new RangeError('mine');
    };
    expect(thrownBy(fn, { w })).toBeInstanceOf(RangeError);
    tf.tidy(() => w.assign(tf.add(w, 1)));
    expect([...w.dataSync()]).toEqual([2, 3, 4]);
    w.dispose();
  });

  it('is thrown for assigning a variable that is no input of the graph, which keeps its values', () => {
    const w = numbered();
    const error = thrownBy(({ x }: { x: Tensor }) => {
      w.assign(tf.sum(x, 0));
      return { y: w };
    });
    expect(error.message).toMatch(/^compile: assigning a variable while tracing at \S*trace-errors\.test\.ts:\d+/);
    expect(error.message).toContain('name it in the option `variables`');
    expect([...w.dataSync()]).toEqual([1, 2, 3]);
    w.dispose();
  });

  it('leaves a variable that was assigned before with its values', () => {
    const w = numbered();
    const fn: Traceable = ({ x }) => {
      w.assign(tf.sum(x!, 0));
      throw new RangeError('mine');
    };
    expect(thrownBy(fn, { w })).toBeInstanceOf(RangeError);
    expect([...w.dataSync()]).toEqual([1, 2, 3]);
    tf.tidy(() => w.assign(tf.add(w, 1)));
    expect([...w.dataSync()]).toEqual([2, 3, 4]);
    w.dispose();
  });

  it.each<[string, (w: Variable) => void, RegExp]>([
    ['shape', (w) => w.assign(tf.zeros([2])), /assigning variable 'w': expected float32 \[3\], got float32 \[2\]/],
    ['type', (w) => w.assign(tf.zeros([3], 'int32')), /expected float32 \[3\], got int32 \[3\]/],
  ])('is thrown for assigning a value of another %s', (_, assign, text) => {
    const w = numbered();
    const fn: Traceable = ({ x }) => {
      assign(w);
      return { y: x! };
    };
    const error = thrownBy(fn, { w });
    expect(error.message).toMatch(text);
    w.dispose();
  });

  it('is thrown for an output under the name of an assigned variable', () => {
    const w = numbered();
    const fn: Traceable = ({ x }) => {
      w.assign(tf.sum(x!, 0));
      return { 'assigned:w': x! };
    };
    const error = thrownBy(fn, { w });
    expect(error.message).toContain("output 'assigned:w': expected another name, since variable 'w' is assigned");
    w.dispose();
  });
});

it('a trace inside a trace is refused', () => {
  const error = thrownBy(() => ({ y: tf.scalar(traceGraph(({ x }) => ({ z: x! }), { x: [1] }).nodes.length) }));
  expect(error.message).toBe('compile: a traced function cannot trace another one');
});

it('a compiled function that threw is traced anew at the next call', async () => {
  let fails = true;
  const compiled: Compiled = compile(({ x }) => {
    if (fails) throw new RangeError('mine');
    return { y: tf.neg(x!) };
  });
  await expect(compiled.specialise({ x: [1] })).rejects.toThrow(RangeError);
  fails = false;
  expect((await (await compiled.specialise({ x: [1] })).run({ x: Float32Array.of(2) })).y).toEqual(Float32Array.of(-2));
  await compiled.dispose();
});
