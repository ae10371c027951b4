// Outputs in place: written into the caller's arrays, the same numbers, and no fault hidden by the way in which copying
// is stopped.
import { compile } from '@flowvae/compiler';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { runInPlace, STOP } from '../../packages/compiler/src/sessions/in-place.js';

const fn = ({ x }: Readonly<Record<string, unknown>>) => {
  const matrix = x as Tensor2D;
  return { product: tf.matMul(matrix, matrix, false, true), sum: tf.sum(matrix), same: tf.clone(matrix) };
};
const x = Float32Array.of(1, -2, 3, 0.5, 0.25, -0.125);

describe('a function compiled to run in place', () => {
  it('writes the same results into arrays side by side in one buffer', async () => {
    const [copying, inPlace] = [compile(fn), compile(fn, { inPlace: true })];
    const wanted = await (await copying.specialise({ x: [2, 3] })).run({ x });
    const buffer = new Float32Array(11);
    const into = { product: buffer.subarray(0, 4), sum: buffer.subarray(4, 5), same: buffer.subarray(5) };
    const executable = await inPlace.specialise({ x: [2, 3] });
    const results = await executable.run({ x }, into);
    expect(results).toEqual(wanted);
    expect(results.product).toBe(into.product);
    expect([...buffer]).toEqual([...wanted.product!, ...wanted.sum!, ...wanted.same!]);
    await executable.run({ x: x.map((value) => 2 * value) }, into);
    expect([...into.sum]).toEqual([2 * wanted.sum![0]!]);
    await Promise.all([copying.dispose(), inPlace.dispose()]);
  });

  it('needs an array for every output', async () => {
    const compiled = compile(fn, { inPlace: true });
    const executable = await compiled.specialise({ x: [2, 3] });
    await expect(executable.run({ x }, { product: new Float32Array(4) })).rejects.toThrow(
      "run: 'sum' needs an array to be written into",
    );
    await compiled.dispose();
  });

  it('reports an error during the run of the graph', async () => {
    const compiled = compile(({ x }) => ({ y: tf.gather(tf.tensor1d([1, 2]), tf.cast(x!, 'int32')) }), {
      inPlace: true,
    });
    const executable = await compiled.specialise({ x: [1] });
    const y = new Float32Array(1);
    await expect(executable.run({ x: Float32Array.of(7) }, { y })).rejects.toThrow(/GatherV2/);
    await executable.run({ x: Float32Array.of(1) }, { y });
    expect([...y]).toEqual([2]);
    await compiled.dispose();
  });
});

describe('stopping before the copies', () => {
  const witness = new Float32Array(2);
  const fetches = { y: 'y' };
  const run = (work: () => void) =>
    runInPlace(
      {
        async run(_, given) {
          expect(Object.entries(given)).toEqual([[STOP, null], ...Object.entries(fetches)]); // the stop comes first
          work();
        },
      },
      {},
      fetches,
      witness,
    );
  const refuse = () => {
    throw new Error('Non tensor type is temporarily not supported.');
  };

  it('is no fault where the graph has run', async () => {
    await run(() => {
      witness[0] = 3;
      refuse();
    });
    expect(witness[0]).toBe(3);
  });

  it('is a fault where it has not', async () => {
    await expect(run(refuse)).rejects.toThrow('this version of onnxruntime-node does not run in place');
  });

  it('hides no other fault', async () => {
    const fail = () => {
      throw new RangeError('mine');
    };
    await expect(run(fail)).rejects.toThrow(RangeError);
  });

  it('is not needed where a version copies after all', async () => {
    await run(() => witness.fill(1));
    expect(witness[0]).toBe(1);
  });
});
