// Exported files: the same numbers as the compiled function in every runtime and at every batch size, and their
// metadata.
import { compile, type ExportShapes } from '@flowvae/compiler';
import { type Tensor2D, tf } from '@flowvae/tensor';
import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { type ExportedCase, exportedCases, waves } from './exported-cases.ts';
import {
  arraysOf,
  differences,
  type Feeds,
  hasPython,
  type Numbers,
  runNative,
  runPython,
  runWeb,
} from './runtimes.ts';

const { ModelProto } = onnxProto.onnx;

const shapesAt = (shapes: ExportShapes, size: number) =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      shape.map((axis) => (typeof axis === 'string' ? size : axis)),
    ]),
  );

function feedsAt(shapes: ExportShapes, size: number): Feeds {
  const given = Object.entries(shapesAt(shapes, size)).map(([name, shape], k) => {
    const length = shape.reduce((a, b) => a * b, 1);
    return [name, { data: waves(length, k + 2), shape }];
  });
  return Object.fromEntries(given);
}

/** The results of the function compiled for this very size. */
async function expected({ fn, shapes }: ExportedCase, size: number): Promise<Numbers> {
  const compiled = compile(fn);
  const executable = await compiled.specialise(shapesAt(shapes, size));
  const results = await executable.run(arraysOf(feedsAt(shapes, size)));
  await compiled.dispose();
  const outputs = executable.graph.outputs.map(({ name, value }) => [
    name,
    { data: Array.from(results[name]!, Number), shape: value.shape },
  ]);
  return Object.fromEntries(outputs);
}

describe.each(exportedCases.map((row) => [row.name, row] as const))('%s', (_, row) => {
  it.each([1, 2, 5, 67])('computes in onnxruntime-node the same as compiled for a batch of %i', async (size) => {
    const bytes = await compile(row.fn).toOnnx(row.shapes);
    expect(differences(await runNative(bytes, feedsAt(row.shapes, size)), await expected(row, size))).toEqual([]);
  });

  it('computes the same in onnxruntime-web', async () => {
    const bytes = await compile(row.fn).toOnnx(row.shapes);
    expect(differences(await runWeb(bytes, feedsAt(row.shapes, 3)), await expected(row, 3), 1e-5)).toEqual([]);
  });

  it('names the axes of its inputs and outputs', async () => {
    const { graph, opsetImport } = ModelProto.decode(await compile(row.fn).toOnnx(row.shapes));
    expect(axes(graph?.input ?? [])).toEqual(row.shapes);
    expect(axes(graph?.output ?? [])).toEqual(row.outputs);
    expect(opsetImport.map(({ domain }) => domain)).toEqual(['']); // standard operators only
  });
});

const axes = (values: readonly onnxProto.onnx.IValueInfoProto[]) =>
  Object.fromEntries(
    values.map(({ name, type }) => [
      name,
      (type?.tensorType?.shape?.dim ?? []).map(({ dimParam, dimValue }) => dimParam || Number(dimValue)),
    ]),
  );

describe("Python's onnxruntime", () => {
  const models = exportedCases.map(async ({ fn, shapes }) => ({
    bytes: await compile(fn).toOnnx(shapes),
    feeds: feedsAt(shapes, 5),
  }));
  it.skipIf(!hasPython())(
    'takes every file through its checker and gives the same numbers (only where python3 has numpy, onnx and onnxruntime)',
    async () => {
      const damaged = ModelProto.decode((await models[0]!).bytes);
      damaged.graph!.node![0]!.opType = 'NoSuchOperator';
      const refused = { bytes: ModelProto.encode(damaged).finish(), feeds: {} };
      const results = runPython([...(await Promise.all(models)), refused]);
      expect(results.at(-1)!.error).toContain('NoSuchOperator');
      for (const [i, row] of exportedCases.entries()) {
        const { outputs, error } = results[i]!;
        expect([row.name, error ?? differences(outputs!, await expected(row, 5), 1e-5)]).toEqual([row.name, []]);
      }
    },
  );
});

describe('the file', () => {
  const shapes: ExportShapes = { x: ['batch', 2] };

  it('holds the values that variables have when it is written, or other ones', async () => {
    const w = tf.tidy(() => tf.variable(tf.tensor2d([[1], [2]])));
    const compiled = compile(({ x }) => ({ y: tf.matMul(x as Tensor2D, w as Tensor2D) }), { variables: { w } });
    const feeds = { x: { data: Float32Array.of(1, 1), shape: [1, 2] } };
    expect((await runNative(await compiled.toOnnx(shapes), feeds)).y!.data).toEqual([3]);
    tf.tidy(() => w.assign(tf.tensor2d([[5], [6]])));
    const bytes = await compiled.toOnnx(shapes);
    expect((await runNative(bytes, feeds)).y!.data).toEqual([11]);
    expect(ModelProto.decode(bytes).graph?.initializer?.map(({ name }) => name)).toContain('w');
    const other = await compiled.toOnnx(shapes, { values: { w: Float32Array.of(-1, -1) } });
    expect((await runNative(other, feeds)).y!.data).toEqual([-2]);
    w.dispose();
  });

  it('holds variables of their own types', async () => {
    const count = tf.tidy(() => tf.variable(tf.scalar(3, 'int32')));
    const fn = compile(({ x }) => ({ y: tf.mul(x!, tf.cast(count, 'float32')) }), { variables: { count } });
    const feeds = { x: { data: Float32Array.of(2), shape: [1] } };
    expect((await runNative(await fn.toOnnx({ x: [1] }), feeds)).y!.data).toEqual([6]);
    const values = { count: Int32Array.of(5) };
    expect((await runNative(await fn.toOnnx({ x: [1] }, { values }), feeds)).y!.data).toEqual([10]);
    await expect(fn.toOnnx({ x: [1] }, { values: { count: Float32Array.of(5) } })).rejects.toThrow(
      "toOnnx: 'count': expected 1 int32 values of shape [], got 1 in a Float32Array",
    );
    count.dispose();
  });

  it('holds no variable that the function does not read', async () => {
    const [w, unread] = tf.tidy(() => [tf.variable(tf.tensor1d([1, 2])), tf.variable(tf.tensor1d([3, 4]))] as const);
    const bytes = await compile(({ x }) => ({ y: tf.mul(x!, w) }), { variables: { w, unread } }).toOnnx(shapes);
    expect(ModelProto.decode(bytes).graph?.initializer?.map(({ name }) => name)).toEqual(['w']);
    tf.dispose([w, unread]);
  });

  it('calls an output by its name where a variable has it too', async () => {
    const w = tf.tidy(() => tf.variable(tf.tensor1d([1, 2])));
    const fn = compile(({ x }) => ({ w: tf.mul(w, 2), y: tf.mul(x!, w) }), { variables: { w } });
    const outputs = await runNative(await fn.toOnnx(shapes), feedsAt(shapes, 1));
    expect([Object.keys(outputs), outputs.w!.data]).toEqual([
      ['w', 'y'],
      [2, 4],
    ]);
    w.dispose();
  });

  it('gives outputs that are an input, a variable or one another', async () => {
    const w = tf.tidy(() => tf.variable(tf.tensor1d([1, 2])));
    const fn = compile(({ x }) => ({ input: x!, variable: w, a: tf.neg(x!), b: tf.neg(x!) }), { variables: { w } });
    const feeds = { x: { data: Float32Array.of(3, 4), shape: [1, 2] } };
    const outputs = await runNative(await fn.toOnnx(shapes), feeds);
    const numbers = Object.entries(outputs).map(([name, { data }]) => [name, data]);
    expect(numbers).toEqual([
      ['input', [3, 4]],
      ['variable', [1, 2]],
      ['a', [-3, -4]],
      ['b', [-3, -4]],
    ]);
    w.dispose();
  });

  it("names its producer, and holds the user's metadata", async () => {
    const compiled = compile(({ x }) => ({ y: tf.neg(x!) }));
    const plain = ModelProto.decode(await compiled.toOnnx(shapes));
    expect([plain.producerName, plain.docString, plain.metadataProps]).toEqual(['flowvae', '', []]);
    expect(plain.producerVersion).toMatch(/^\d+\.\d+\.\d+/);
    const metadata = {
      producer: 'me',
      producerVersion: '7',
      description: 'turns signs',
      properties: { licence: 'MIT', author: 'A. N. Other' },
    };
    const described = ModelProto.decode(await compiled.toOnnx(shapes, { metadata }));
    expect(described).toMatchObject({ producerName: 'me', producerVersion: '7', docString: 'turns signs' });
    expect(described.metadataProps.map(({ key, value }) => [key, value])).toEqual(Object.entries(metadata.properties));
  });

  it('has fixed axes where the shapes do', async () => {
    const bytes = await compile(({ x }) => ({ y: tf.slice(x!, 1) })).toOnnx({ x: [3] });
    expect(axes(ModelProto.decode(bytes).graph?.output ?? [])).toEqual({ y: [2] });
    expect((await runNative(bytes, { x: { data: Float32Array.of(1, 2, 3), shape: [3] } })).y!.data).toEqual([2, 3]);
  });

  it('leaves an axis unnamed that depends on the batch in another way', async () => {
    const bytes = await compile(({ x }) => ({ y: tf.slice(x!, 1) })).toOnnx({ x: ['batch'] });
    const [axis] = ModelProto.decode(bytes).graph!.output![0]!.type!.tensorType!.shape!.dim!;
    expect([axis!.dimValue ?? 'none', axis!.dimParam ?? 'none']).toEqual(['none', 'none']);
    expect((await runNative(bytes, { x: { data: Float32Array.of(1, 2, 3), shape: [3] } })).y!.data).toEqual([2, 3]);
  });
});
