// Functions that cannot be exported are refused with the node's name; and scaling numbers are separated from others.
import { compile, type ExportShapes, type OnnxOptions, type Traceable, TraceError } from '@flowvae/compiler';
import { tf } from '@flowvae/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { multipleOfBatch, scalingOf } from '../../../packages/compiler/src/export/scaling.ts';

const batch: ExportShapes = { x: ['batch', 3] };

const refusal = (fn: Traceable, shapes: ExportShapes = batch, options?: OnnxOptions, variables = {}): Promise<Error> =>
  compile(fn, { variables })
    .toOnnx(shapes, options)
    .then(
      () => new Error('nothing was thrown'),
      (error: Error) => error,
    );

const rows = (x: { shape: number[] } | undefined) => x!.shape[0]!;

describe('a function that differs between batch sizes', () => {
  it.each<[string, Traceable, RegExp]>([
    [
      'a constant that is no multiple',
      ({ x }) => ({ y: tf.mul(x!, Math.log(rows(x))) }),
      /^toOnnx: 'mul: Multiply' \(Mul\): expected the same at every batch size, .*, got 4\.2\d* at 67, 4\.2\d* at 71; export with a number/,
    ],
    [
      'a sample variance, 1/(B − 1)',
      ({ x }) => ({ y: tf.mul(x!, 1 / (rows(x) - 1)) }),
      /^toOnnx: 'mul: Multiply' \(Mul\)/,
    ],
    ['the square of the batch size', ({ x }) => ({ y: tf.mul(x!, rows(x) ** 2) }), /got 4489 at 67, 5041 at 71/],
    [
      'numbers that count up',
      ({ x }) => ({ y: tf.add(x!, tf.tensor2d([...Array(rows(x)).keys()], [rows(x), 1])) }),
      /^toOnnx: 'Add' \(Add\): .*float32\[67, 1\]\{0 1 2 3 …\} at 67, float32\[71, 1\]/,
    ],
    [
      'a shape that is no multiple',
      ({ x }) => ({ y: tf.reshape(tf.slice(x!, [1, 0]), [-1]) }),
      /^toOnnx: 'Reshape' \(Reshape\): .*int64\[1\]\{198\} at 67, int64\[1\]\{210\} at 71/,
    ],
    [
      'one result for each datum',
      ({ x }) => ({ y: tf.addN(tf.unstack(x!)) }),
      /^toOnnx: 'unstack: Unpack' \(Split\): .*numbers of results 67 and 71/,
    ],
    [
      'another attribute',
      ({ x }) => ({ y: tf.leakyRelu(x!, 1 / rows(x)) }),
      /^toOnnx: 'LeakyRelu' \(LeakyRelu\): .*attributes/,
    ],
    [
      'another operation',
      ({ x }) => ({ y: rows(x) > 70 ? tf.sin(x!) : tf.cos(x!) }),
      /^toOnnx: 'Cos' \(Cos\): .*nodes 'Cos' \(Cos\) and 'Sin' \(Sin\)/,
    ],
    [
      'another operand',
      ({ x, z }) => ({ y: tf.neg(rows(x) > 70 ? x! : z!) }),
      /^toOnnx: 'Neg' \(Neg\): .*a computed float32/,
    ],
    [
      'an operation less',
      ({ x }) => ({ y: rows(x) > 70 ? x! : tf.sin(x!) }),
      /^toOnnx: 'Sin' \(Sin\): .*no such node at 71/,
    ],
    [
      'an operation more',
      ({ x }) => ({ y: rows(x) < 70 ? x! : tf.sin(x!) }),
      /^toOnnx: 'Sin' \(Sin\): .*no such node at 67/,
    ],
    ['an output', ({ x, z }) => ({ y: rows(x) > 70 ? x! : z! }), /^toOnnx: output 'y': /],
  ])('%s: names the node', async (_, fn, text) => {
    const error = await refusal(fn, { x: ['batch', 3], z: ['batch', 3] });
    expect(error).toBeInstanceOf(TraceError);
    expect(error.message).toMatch(text);
  });

  it('names the size at which it fails, if it fixes the size', async () => {
    const captured = tf.ones([100, 3]);
    const error = await refusal(({ x }) => ({ y: tf.add(x!, captured) }));
    expect(error).toBeInstanceOf(TraceError);
    expect(error.message).toMatch(
      /^toOnnx: axis 'batch': expected a function that takes any size of it, got at size 67: /,
    );
    captured.dispose();
  });

  it('is exported with a fixed size', async () => {
    expect(
      (await compile(({ x }) => ({ y: tf.mul(x!, Math.log(rows(x))) })).toOnnx({ x: [2, 3] })).length,
    ).toBeGreaterThan(0);
  });
});

describe('a function that cannot be traced', () => {
  it.each<[string, Traceable, RegExp]>([
    [
      'a random draw',
      ({ x }) => ({ y: tf.add(x!, tf.randomNormal([3])) }),
      /^compile: tf\.randomNormal at \S*refused\.test\.ts:\d+/,
    ],
    [
      'a value read',
      ({ x }) => ({ y: tf.mul(x!, tf.sum(x!).dataSync()[0]!) }),
      /^compile: reading a value while tracing at \S*refused\.test\.ts:\d+/,
    ],
    [
      'no record of tensors',
      (({ x }: { x: unknown }) => x) as Traceable,
      /^compile: result: expected a record of tensors/,
    ],
  ])('%s gives the error of compiling', async (_, fn, text) => {
    for (const shapes of [batch, { x: [2, 3] }]) {
      const error = await refusal(fn, shapes);
      expect(error).toBeInstanceOf(TraceError);
      expect(error.message).toMatch(text);
    }
  });

  it('a kernel without lowering gives the error of compiling', async () => {
    const fn: Traceable = ({ x }) => ({ y: tf.unique(x!, 0).values });
    expect((await refusal(fn)).message).toMatch(/^compile: tf\.unique at \S*refused\.test\.ts:\d+: .*'Unique'/);
  });
});

describe('names and values', () => {
  const w = tf.tidy(() => tf.variable(tf.tensor1d([1, 2, 3])));
  const fn: Traceable = ({ x }) => ({ y: tf.mul(x!, w) });
  it.each<[string, Traceable, ExportShapes, OnnxOptions, string]>([
    [
      'an output called like an input',
      ({ x }) => ({ x: tf.neg(x!) }),
      batch,
      {},
      "toOnnx: expected inputs and outputs under different names, got both named 'x'; return the output under another name",
    ],
    [
      'axes of two names',
      fn,
      { x: ['batch', 'width'] },
      {},
      "toOnnx: shapes: expected one name for the axes of any size, got 'batch' and 'width'; give the other axes a number",
    ],
    [
      'an axis without a name',
      fn,
      { x: ['', 3] },
      {},
      'toOnnx: shapes: expected one name for the axes of any size, got an empty name; give the other axes a number',
    ],
    [
      'values of no variable',
      fn,
      batch,
      { values: { v: Float32Array.of(1) } },
      "toOnnx: expected values of variables, got 'v', which is none",
    ],
    [
      'too few values',
      fn,
      batch,
      { values: { w: Float32Array.of(1) } },
      "toOnnx: 'w': expected 3 float32 values of shape [3], got 1 in a Float32Array",
    ],
  ])('%s are refused', async (_, exported, shapes, options, text) => {
    expect((await refusal(exported, shapes, options, { w })).message).toBe(text);
  });
});

describe('scaling', () => {
  const sizes = [67, 71] as const;
  const whole = fc.integer({ min: -5000, max: 5000 }).filter((k) => k !== 0);
  const f = Math.fround;

  it('recovers k·B, n/B and 1/(m·B) exactly', () => {
    fc.assert(
      fc.property(whole, (k) => {
        expect(multipleOfBatch(k * 67, k * 71, sizes)).toBe(k);
        expect(scalingOf(k * 67, k * 71, sizes)).toEqual({ multiple: k });
        for (const [a, b] of [
          [f(k / 67), f(k / 71)],
          [f(1 / (k * 67)), f(1 / (k * 71))],
        ] as const) {
          const found = scalingOf(a, b, sizes);
          if (!found || !('numerator' in found)) throw new Error(`not found: ${k}`);
          const { numerator, divisor } = found;
          expect([f(numerator / f(divisor * 67)), f(numerator / f(divisor * 71))]).toEqual([a, b]);
        }
      }),
    );
  });

  it.each<[string, (size: number) => number]>([
    ['the same', () => 67],
    ['shifted', (size) => size + 1],
    ['squared', (size) => size ** 2],
    ['a root', (size) => Math.sqrt(size)],
    ['an inverse of the square', (size) => 1 / size ** 2],
    ['a fraction of neither kind', (size) => Math.PI / size],
    ['infinite', (size) => (size === 67 ? Number.POSITIVE_INFINITY : 1)],
    ['not a number', () => Number.NaN],
  ])('finds no scaling in numbers that are %s', (_, of) => {
    expect(scalingOf(f(of(67)), f(of(71)), sizes)).toBeUndefined();
    expect(multipleOfBatch(of(67), of(71), sizes)).toBeUndefined();
  });
});
