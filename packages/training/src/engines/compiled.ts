// One graph on ONNX Runtime, on the cores of this machine.

import { type Arrays, compile, sharedViews, whyNotCompiled } from '@flowvae/compiler';
import { elementCount, type NamedVariables } from '@flowvae/tensor';
import { parallelState } from '#parallel-state';
import type { Engine } from './engine.ts';
import { spreadRuns } from './spread-runs.ts';

/** The engine that traces a function once and runs its graph. */
export const compiled: Engine = {
  kind: 'compiled',
  unusable: whyNotCompiled,
  async open(fn, shapes, { variables = {}, threads = 1, into } = {}) {
    const program = compile(fn, { variables, threads, inPlace: into !== undefined });
    const executable = await program.specialise(shapes);
    const outputs = executable.graph.outputs.map(
      ({ name, value }) => [name, into?.[name] ?? new Float32Array(elementCount(value.shape))] as const,
    );
    const targets = into && Object.fromEntries(outputs);
    return {
      run: (values) => executable.run({ ...heldBesides(values, variables), ...values }, targets),
      dispose: () => program.dispose(),
    };
  },
  spread: spreadRuns,
  async trainingState({ batchInputs, ...options }) {
    if (!batchInputs || options.threads < 2) return undefined;
    if (!(await sharedViews())) return 'threads cannot share memory with ONNX Runtime here';
    return parallelState({ ...options, batchInputs });
  },
};

/** The current values of variables that are not given. */
export function heldBesides(values: Arrays, variables: NamedVariables): Arrays {
  const others = Object.entries(variables).filter(([name]) => !(name in values));
  return Object.fromEntries(others.map(([name, variable]) => [name, variable.dataSync<'float32'>()]));
}
