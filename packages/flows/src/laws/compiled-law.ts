// The law that one compiled graph gives the eager numbers.
import type { Tensor } from '@flowvae/tensor';
import { evaluate, forwardOf } from '../check/drawn-inputs.ts';
import type { Flow } from '../flow.ts';
import { inputsFor, withGradients } from './computing-laws.ts';
import { differences } from './differences.ts';

type Tensors = Readonly<Record<string, Tensor>>;

/** The function `compile` of the compiler, as far as the law uses it. */
export type Compile = (fn: (tensors: Tensors) => Tensors) => {
  specialise(shapes: Readonly<Record<string, readonly number[]>>): Promise<{
    run(inputs: Readonly<Record<string, Float32Array>>): Promise<Readonly<Record<string, ArrayLike<number>>>>;
  }>;
  dispose(): Promise<void>;
};

/** Both engines compute in float32, and sums run in other orders. */
const TOLERANCE = 1e-4;

/** Values, log-dets and gradients of both engines agree, for parameters of each point's own. */
export async function agreesWhenCompiled(flow: Flow, compile: Compile): Promise<string[]> {
  const inputs = inputsFor(flow, { batch: 4, rows: 4 });
  const fn = (tensors: Tensors): Tensors => ({ ...forwardOf(flow)(tensors), ...withGradients(flow)(tensors) });
  const expected = evaluate(fn, inputs);
  const program = compile(fn);
  try {
    const of = <T>(field: (array: (typeof inputs)[string]) => T) =>
      Object.fromEntries(Object.entries(inputs).map(([name, array]) => [name, field(array)]));
    const executable = await program.specialise(of(({ shape }) => shape));
    const found = await executable.run(of(({ values }) => values));
    return differences('compiled', found, { expected, tolerance: TOLERANCE });
  } finally {
    await program.dispose();
  }
}
