// Runs a pure function on plain arrays, compiled where that is possible: what evaluation needs and training has of its own.
import { type Arrays, compile, type InputShapes, loadRuntime, type Traceable } from '@flowvae/compiler';
import { type NamedVariables, type Tensor, tf } from '@flowvae/tensor';
import type { Engine } from './gradient-step.ts';

/** How a function is run. */
export interface RunnerOptions {
  /** Variables that the function reads; the values that they have now are used. */
  readonly variables?: NamedVariables;
  /** Default `'compiled'`; where ONNX Runtime cannot be loaded, the function runs eagerly. */
  readonly engine?: Engine;
  /** Cores for one run. Default 1. */
  readonly threads?: number;
}

/** A function of arrays. */
export interface FunctionRunner {
  run(arrays: Arrays, shapes: InputShapes): Promise<Arrays>;
  dispose(): Promise<void>;
}

/** Prepares a function; it is traced once for each set of shapes. */
export async function functionRunner(fn: Traceable, options: RunnerOptions): Promise<FunctionRunner> {
  const { variables = {}, engine = 'compiled', threads = 1 } = options;
  if (engine === 'eager' || typeof (await loadRuntime()) === 'string') return eagerRunner(fn);
  const compiled = compile(fn, { variables, threads });
  const values = Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => [name, Float32Array.from(variable.dataSync())]),
  );
  return {
    async run(arrays, shapes) {
      const executable = await compiled.specialise(shapes);
      return executable.run({ ...values, ...arrays });
    },
    dispose: () => compiled.dispose(),
  };
}

function eagerRunner(fn: Traceable): FunctionRunner {
  return {
    async run(arrays, shapes) {
      const outputs = tf.tidy(() => {
        const tensors = Object.entries(shapes).map(([name, shape]) => [name, tf.tensor(arrays[name]!, [...shape])]);
        return fn(Object.fromEntries(tensors)) as Record<string, Tensor>;
      });
      const read = Object.entries(outputs).map(([name, tensor]) => [name, tensor.dataSync() as Float32Array]);
      tf.dispose(outputs);
      return Object.fromEntries(read);
    },
    dispose: async () => {},
  };
}
