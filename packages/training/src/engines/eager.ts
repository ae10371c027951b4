// TensorFlow.js kernel by kernel, on its current backend. All eager computations get their arrays here.
import { type Arrays, ASSIGNED, type InputShapes, type Traceable } from '@flowvae/compiler';
import { ExpectationError, elementCount, type NamedVariables, type Tensor, tf } from '@flowvae/tensor';
import { assignVariables } from '../memory/flat-parameters.ts';
import type { Engine } from './engine.ts';

/** The engine that needs nothing but TensorFlow.js. */
export const eager: Engine = {
  kind: 'eager',
  open: async (fn, shapes, { variables = {}, into = {} } = {}) => ({
    async run(values) {
      const given = Object.entries(variables).filter(([name]) => name in values && !(name in shapes));
      return keepingValues(variables, () => {
        assignVariables(Object.fromEntries(given), values);
        return outputsOf(fn, tensorsOf(values, shapes), { variables, into });
      });
    },
    dispose: async () => {},
  }),
};

/**
 * Arrays as the tensors of an eager function.
 *
 * @throws ExpectationError for a missing array or a wrong length
 */
export function tensorsOf(arrays: Arrays, shapes: InputShapes): Readonly<Record<string, Tensor>> {
  const tensors = Object.entries(shapes).map(([name, shape]) => {
    const array = arrays[name];
    if (array?.length !== elementCount(shape)) {
      throw new ExpectationError({
        where: `run: '${name}'`,
        expected: `${elementCount(shape)} float32 values of shape [${shape.join(', ')}]`,
        received: array ? `${array.length} values in a ${array.constructor.name}` : 'nothing',
      });
    }
    return [name, tf.tensor(array, [...shape])] as const;
  });
  return Object.fromEntries(tensors);
}

/** Runs a function and then restores the variables' values; every tensor is freed. */
export function keepingValues<T>(variables: NamedVariables, fn: () => T): T {
  let result: T;
  tf.tidy(() => {
    const held = Object.values(variables).map((variable) => [variable, variable.clone()] as const);
    try {
      result = fn();
    } finally {
      for (const [variable, value] of held) variable.assign(value);
    }
  });
  return result!;
}

function outputsOf(
  fn: Traceable,
  inputs: Readonly<Record<string, Tensor>>,
  { variables, into }: { readonly variables: NamedVariables; readonly into: Arrays },
): Arrays {
  const before = new Map(Object.entries(variables).map(([name, { dataId }]) => [name, dataId]));
  const { id: last } = tf.scalar(0); // later tensors have larger ids
  const outputs = fn(inputs);
  const assigned = Object.entries(variables).filter(([name, { dataId }]) => dataId !== before.get(name));
  const results = [
    ...Object.entries(outputs),
    ...assigned.map(([name, variable]) => [ASSIGNED + name, variable] as const),
  ];
  const read = results.map(([name, tensor]) => {
    const values = tensor.dataSync<'float32'>();
    const target = into[name];
    target?.set(values);
    return [name, target ?? values.slice()] as const; // a copy: the values may belong to an input or a variable
  });
  // tensors that the function kept from its own scopes; results from outside are not ours to free
  tf.dispose(Object.values(outputs).filter(({ id, kept }) => kept && id > last));
  return Object.fromEntries(read);
}
