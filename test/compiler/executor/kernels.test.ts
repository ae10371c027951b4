// The executor of pages beside ONNX Runtime: every kernel of the compiler's table, every flow's training step.
import { Executable, type Graph, traceGraph } from '@flowvae/compiler';
import { describe, expect, it } from 'vitest';
import { withGradients as stepOf } from '../../../packages/training/src/steps/gradient-step.ts';
import { formulas, stepCase } from '../../device/step-cases.ts';
import { kernelCases } from '../kernel-cases.ts';
import { arraysOf, shapesOf, withGradients } from '../kernel-programs.ts';
import { apart, executed } from './executed.ts';

type Arrays = Readonly<Record<string, Float32Array>>;

async function byRuntime(graph: Graph, arrays: Arrays) {
  const executable = await Executable.create(graph, { threads: 1 });
  const results = await executable.run(arrays);
  await executable.dispose();
  return results;
}

/** Operators that pages leave to onnxruntime-web. */
const lacking = new Set([
  ...['Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Cosh', 'Erf', 'Mod', 'Pow', 'Sinh', 'Tan'],
  ...['ArgMax', 'ArgMin', 'TopK', 'Einsum', 'ScatterElements'],
  ...['AveragePool', 'Conv', 'ConvTranspose', 'MaxPool'],
]);

/** Operators of which it has some forms: of floats alone, with places that are known. */
const partly = new Set(['Cast', 'Clip', 'Gather', 'Min', 'ReduceMax', 'ReduceMin', 'ReduceSum']);

describe('the executor', () => {
  it('gives the numbers of ONNX Runtime for every kernel that it has, alone and in three parts', async () => {
    let compared = 0;
    const unknown = new Set<string>();
    for (const row of kernelCases) {
      const arrays = arraysOf(row);
      const graph = traceGraph((inputs) => withGradients(row, inputs), shapesOf(row), { ownKernels: true });
      const alone = await executed(graph, arrays);
      if (typeof alone === 'string') {
        if (!lacking.has(alone)) unknown.add(alone);
        continue;
      }
      const expected = await byRuntime(graph, arrays);
      for (const results of [alone, await executed(graph, arrays, 3)]) {
        const differences = apart(results as typeof alone, expected);
        expect([row.kernel, row.name, Math.max(...Object.values(differences)) < 2e-6]).toEqual([
          row.kernel,
          row.name,
          true,
        ]);
      }
      compared++;
    }
    expect([...unknown].filter((operator) => !partly.has(operator))).toEqual([]);
    expect(compared).toBeGreaterThan(400);
  });

  it.each(formulas)('takes a training step of %s as ONNX Runtime does', async (formula) => {
    const { problem, variables } = stepCase(formula);
    const options = { variables, ownKernels: true };
    const graph = traceGraph(stepOf(problem.loss, variables), problem.inputShapes, options);
    const values = Object.entries(variables).map(([name, variable]) => [name, variable.dataSync<'float32'>()] as const);
    const arrays = { ...problem.batch(0), ...Object.fromEntries(values) };
    const [alone, shared] = [await executed(graph, arrays), await executed(graph, arrays, 2)];
    const differences = apart(alone as Arrays, await byRuntime(graph, arrays));
    expect(Math.max(...Object.values(differences))).toBeLessThan(1e-5);
    expect(Math.max(...Object.values(apart(shared as Arrays, alone as Arrays)))).toBeLessThan(1e-6);
  });
});
