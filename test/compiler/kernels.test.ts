// Every lowering against tfjs's own CPU kernels: values, shapes, types, gradients.
import { compile, runCounter } from '@flowvae/compiler';
import { type Tensor, tf } from '@flowvae/tensor';
import { describe, expect, it, vi } from 'vitest';
import { lowerings } from '../../packages/compiler/src/lowerings/table.ts';
import { recorder } from '../../packages/compiler/src/recorder.ts';
import type { KernelCase } from './kernel-case.ts';
import { kernelCases } from './kernel-cases.ts';

const TOLERANCE = 1e-5;

const arraysOf = ({ inputs }: KernelCase) => {
  const filled = Object.entries(inputs).map(([name, [shape, values]]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return [name, Float32Array.from({ length: size }, (_, i) => values[i % values.length]!)] as const;
  });
  return Object.fromEntries(filled);
};

const shapesOf = ({ inputs }: KernelCase) =>
  Object.fromEntries(Object.entries(inputs).map(([name, [shape]]) => [name, [...shape]]));

/** The results by number and, where there is one, the gradient of their weighted sum for each input. */
function withGradients(
  { fn, noGradient }: KernelCase,
  inputs: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  const listed = (results: Tensor | Tensor[]) => (Array.isArray(results) ? results : [results]);
  const outputs = Object.fromEntries(listed(fn(inputs)).map((result, i) => [`result ${i}`, result]));
  if (noGradient !== undefined) return outputs;
  const weighted = (x: Tensor) =>
    tf.sum(
      tf.mul(
        x,
        tf.tensor(
          Float32Array.from({ length: x.size }, (_, i) => Math.cos(i + 1)),
          x.shape,
        ),
      ),
    );
  const names = Object.keys(inputs);
  const total = (...given: Tensor[]) => {
    const results = listed(fn(Object.fromEntries(given.map((x, i) => [names[i]!, x]))));
    return results.map(weighted).reduce((a, b) => tf.add(a, b));
  };
  const gradients = tf.grads(total)(Object.values(inputs));
  return { ...outputs, ...Object.fromEntries(gradients.map((gradient, i) => [`gradient for ${names[i]}`, gradient])) };
}

const agree = (a: number, b: number) =>
  Object.is(a, b) || a === b || Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(b));

const typedArrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as Readonly<Record<string, unknown>>;

async function compare(row: KernelCase): Promise<string[]> {
  const [arrays, shapes] = [arraysOf(row), shapesOf(row)];
  const eager = tf.tidy(() =>
    withGradients(
      row,
      Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, tf.tensor(arrays[name]!, shape)])),
    ),
  );
  const compiled = compile((inputs) => withGradients(row, inputs));
  const executable = await compiled.specialise(shapes);
  const before = runCounter.runs;
  const results = await executable.run(arrays);
  expect(runCounter.runs).toBe(before + 1);
  const differences = executable.graph.outputs.flatMap(({ name, value }) => {
    const expected = eager[name]!;
    const [got, want] = [results[name]!, expected.dataSync()];
    expect([name, value.shape, value.type]).toEqual([name, expected.shape, expected.dtype]);
    expect(got).toBeInstanceOf(typedArrays[expected.dtype]);
    expect(got.length).toBe(want.length);
    return Array.from(got).flatMap((number, i) =>
      agree(number, want[i]!) ? [] : [`${name}[${i}]: ${number}, eager ${want[i]}`],
    );
  });
  expect(Object.keys(results)).toEqual(Object.keys(eager));
  tf.dispose(eager);
  await compiled.dispose();
  return differences;
}

describe.each([...new Set(kernelCases.map(({ kernel }) => kernel))])('%s', (kernel) => {
  it.each(kernelCases.filter((row) => row.kernel === kernel).map((row) => [row.name, row] as const))(
    '%s',
    async (_, row) => {
      const recorded = vi.spyOn(recorder, 'record');
      try {
        expect(await compare(row)).toEqual([]);
        expect(recorded.mock.calls.map(([name]) => name)).toContain(kernel);
      } finally {
        recorded.mockRestore();
      }
    },
  );
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
    expect(await compare(row)).not.toEqual([]);
  });
});
