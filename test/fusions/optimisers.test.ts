// No session of ours runs the fusions of ONNX Runtime that lose outputs, and no exported file is within their reach.
import { compile } from '@flowvae/compiler';
import { tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { sessionOptions } from '../../packages/compiler/src/sessions/session-options.ts';
import { runNative } from '../compiler/export/runtimes.ts';
import { program } from '../processes/programs.ts';
import { fusedGraphs } from './fused-graphs.ts';

const optimised = (name: string, options: 'ours' | 'defaults') =>
  program('test/fusions/optimisers-program.ts', [name, options]);

/** Nodes that the fusions put in place of others, by the names that ONNX Runtime gives them. */
const fusedIn = (stdout: string) => (JSON.parse(stdout) as string[]).filter((node) => /TransposeFusion/.test(node));

const names = Object.keys(fusedGraphs);

describe('the options of our sessions', () => {
  it.each(names)('let ONNX Runtime fuse no transpose into a product: %s', async (name) => {
    const { code, stdout, stderr } = await optimised(name, 'ours');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(fusedIn(stdout)).toEqual([]);
  });
});

describe('the default options', () => {
  it.each(names.filter((name) => !fusedGraphs[name]!.losesOutput))(
    'let ONNX Runtime fuse a transpose into a product: %s',
    async (name) => {
      const { code, stdout } = await optimised(name, 'defaults');
      expect(code).toBe(0);
      expect(fusedIn(stdout).length).toBeGreaterThan(0);
    },
  );
});

it('every way to a session of ours takes the same options', () => {
  const { extra } = sessionOptions({ threads: 1 }) as {
    extra: { optimization: { disable_specified_optimizers: string } };
  };
  expect(extra.optimization.disable_specified_optimizers).toBe('GemmTransposeFusion;MatmulTransposeFusion');
});

describe.each(names)('a file of %s', (name) => {
  const { fn, shapes } = fusedGraphs[name]!;
  const numbers = (shape: readonly number[], k: number) =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => 3 * Math.sin(i + k));
  const feeds = Object.fromEntries(
    Object.entries(shapes).map(([input, shape], k) => [input, { data: numbers(shape, k), shape }]),
  );

  it('loads with defaults, and gives the numbers of eager TensorFlow.js', async () => {
    const outputs = await runNative(await compile(fn).toOnnx(shapes), feeds);
    const tensors = Object.entries(feeds).map(([input, { data, shape }]) => [input, tf.tensor(data, [...shape])]);
    for (const [output, tensor] of Object.entries(fn(Object.fromEntries(tensors))))
      expect(
        outputs[output]!.data.map((value, i) => Math.abs(value - tensor.dataSync()[i]!)).every((d) => d < 1e-5),
      ).toBe(true);
  });
});
