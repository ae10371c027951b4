// Every lowering against tfjs's own CPU kernels: values, shapes, types, gradients.
import { compile, runCounter, traceGraph } from '@flowvae/compiler';
import { elementCount, tf } from '@flowvae/tensor';
import { describe, expect, it, vi } from 'vitest';
import { lowerings } from '../../packages/compiler/src/lowerings/table.ts';
import { recorder } from '../../packages/compiler/src/tracing/recorder.ts';
import type { KernelCase } from './kernel-case.ts';
import { kernelCases } from './kernel-cases.ts';
import { agree, arraysOf, shapesOf, withGradients } from './kernel-programs.ts';

const typedArrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as Readonly<Record<string, unknown>>;

interface Result {
  readonly shape: readonly number[];
  readonly type: string;
  readonly array: ArrayLike<number>;
}
type Results = Readonly<Record<string, Result>>;

/** The case as any tfjs program runs it, on one backend. */
function eagerly(row: KernelCase, backend: string): Results {
  const before = tf.getBackend();
  tf.setBackend(backend);
  try {
    return tf.tidy(() => {
      const [arrays, shapes] = [arraysOf(row), shapesOf(row)];
      const inputs = Object.entries(shapes).map(([name, shape]) => [name, tf.tensor(arrays[name]!, shape)] as const);
      const results = Object.entries(withGradients(row, Object.fromEntries(inputs)));
      return Object.fromEntries(
        results.map(([name, x]) => [name, { shape: x.shape, type: x.dtype, array: x.dataSync() }]),
      );
    });
  } finally {
    tf.setBackend(before);
  }
}

async function compiled(row: KernelCase): Promise<Results> {
  const fn = compile((inputs) => withGradients(row, inputs));
  const executable = await fn.specialise(shapesOf(row));
  const before = runCounter.runs;
  const arrays = await executable.run(arraysOf(row));
  expect(runCounter.runs).toBe(before + 1);
  const results = executable.graph.outputs.map(
    ({ name, value }) => [name, { ...value, array: arrays[name]! }] as const,
  );
  await fn.dispose();
  return Object.fromEntries(results);
}

/** On the lazy backend, where a tensor that only takes another shape, and one without elements, needs no run. */
function lazily(row: KernelCase): Results {
  const before = runCounter.nodes;
  const results = eagerly(row, 'onnxruntime');
  const { nodes } = traceGraph((inputs) => withGradients(row, inputs), shapesOf(row));
  const works = nodes.some(({ operator, outputs }) => operator !== 'Reshape' && elementCount(outputs[0]!.shape) > 0);
  if (works) expect(runCounter.nodes).toBeGreaterThan(before);
  return results;
}

function differences(results: Results, expected: Results): string[] {
  expect(Object.keys(results)).toEqual(Object.keys(expected));
  return Object.entries(expected).flatMap(([name, want]) => {
    const got = results[name]!;
    expect([name, got.shape, got.type]).toEqual([name, want.shape, want.type]);
    expect(got.array).toBeInstanceOf(typedArrays[want.type]);
    expect(got.array.length).toBe(want.array.length);
    return Array.from(got.array).flatMap((number, i) =>
      agree(number, want.array[i]!) ? [] : [`${name}[${i}]: ${number}, eager ${want.array[i]}`],
    );
  });
}

/** Which kernels a backend was asked to record. */
async function recordedBy(backend: { record: (kernel: string, ...rest: never[]) => unknown }, run: () => unknown) {
  const recorded = vi.spyOn(backend, 'record');
  try {
    return { results: (await run()) as Results, kernels: recorded.mock.calls.map(([name]) => name) };
  } finally {
    recorded.mockRestore();
  }
}

describe.each([...new Set(kernelCases.map(({ kernel }) => kernel))])('%s', (kernel) => {
  const rows = kernelCases.filter((row) => row.kernel === kernel).map((row) => [row.name, row] as const);
  it.each(rows)('%s', async (_, row) => {
    const { results, kernels } = await recordedBy(recorder, () => compiled(row));
    expect(differences(results, eagerly(row, 'cpu'))).toEqual([]);
    expect(kernels).toContain(kernel);
  });

  it.each(rows)('%s, on the backend', async (_, row) => {
    const { results, kernels } = await recordedBy(tf.engine().findBackend('onnxruntime') as never, () => lazily(row));
    expect(differences(results, eagerly(row, 'cpu'))).toEqual([]);
    expect(kernels).toContain(kernel);
  });
});

describe('the table of cases', () => {
  it('has a row for every lowering', () => {
    const covered = new Set(kernelCases.map(({ kernel }) => kernel));
    expect(Object.keys(lowerings).filter((kernel) => !covered.has(kernel))).toEqual([]);
  });

  it('fails a kernel that computes something else', async () => {
    const row: KernelCase = {
      kernel: 'Mutant',
      name: '',
      inputs: { x: [[3], [1, 2, 3]] },
      fn: ({ x }) => (tf.getBackend() === 'cpu' ? tf.exp(x!) : tf.square(x!)),
    };
    const expected = eagerly(row, 'cpu');
    expect(differences(await compiled(row), expected)).not.toEqual([]);
    expect(differences(lazily(row), expected)).not.toEqual([]);
  });
});
