// Runs one pure function of named tensors on either engine, on plain arrays, so that a law can ask both the same
// question.
import { type Arrays, compile, runCounter, type Traceable } from '@flowvae/compiler';
import { type NamedVariables, type Scalar, type Tensor, tf } from '@flowvae/tensor';

/** Numbers, row-major, and their shape. */
export interface ShapedArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Inputs of a pure function by name. */
export type Inputs = Readonly<Record<string, ShapedArray>>;

/** Named tensors. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** Numbers with a shape; rounded to float32. */
export function shaped(values: ArrayLike<number>, shape: readonly number[]): ShapedArray {
  return { values: Float32Array.from(values), shape };
}

/** Runs a function kernel by kernel; every tensor is freed. */
export function eager(fn: Traceable, inputs: Inputs): Arrays {
  const tensors = Object.entries(inputs).map(
    ([name, { values, shape }]) => [name, tf.tensor(values, [...shape])] as const,
  );
  const outputs = tf.tidy(() => fn(Object.fromEntries(tensors)) as Record<string, Tensor>);
  const arrays = Object.entries(outputs).map(([name, tensor]) => [name, Float32Array.from(tensor.dataSync())]);
  tf.dispose([outputs, tensors.map(([, tensor]) => tensor)]);
  return Object.fromEntries(arrays);
}

/** Runs a function as one graph on ONNX Runtime, and proves by the counter that it did. */
export async function compiled(fn: Traceable, inputs: Inputs, variables: NamedVariables = {}): Promise<Arrays> {
  const program = compile(fn, { variables });
  try {
    const before = { ...runCounter };
    const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
    const arrays = Object.fromEntries(Object.entries(inputs).map(([name, { values }]) => [name, values]));
    const state = Object.entries(variables).map(([name, variable]) => [name, Float32Array.from(variable.dataSync())]);
    const executable = await program.specialise(shapes);
    const results = await executable.run({ ...arrays, ...Object.fromEntries(state) });
    if (runCounter.runs === before.runs || runCounter.nodes === before.nodes)
      throw new Error('no compiled graph has run');
    return results;
  } finally {
    await program.dispose();
  }
}

/** A loss and its gradient with respect to every input, as `value` and `gradient:<input>`. */
export function withGradients(loss: (inputs: Tensors) => Scalar): Traceable {
  return (inputs) => {
    const names = Object.keys(inputs);
    const ofList = (...tensors: Tensor[]) => loss(Object.fromEntries(names.map((name, i) => [name, tensors[i]!])));
    const { value, grads } = tf.valueAndGrads(ofList)(Object.values(inputs));
    return { value, ...Object.fromEntries(names.map((name, i) => [`gradient:${name}`, grads[i]!])) };
  };
}
