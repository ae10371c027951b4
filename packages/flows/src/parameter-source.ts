// Where parameters come from: free (one set for all data) or amortised (a linear head on the encoder's features).
import {
  checkShape,
  elementCount,
  type NamedVariables,
  type Tensor,
  type Tensor2D,
  tf,
  type Variable,
} from '@flowvae/tensor';
import type { ParamShapes, Params, ParamValues } from './flow.ts';

/** Trainable variables that yield parameters for a batch of contexts. */
export interface ParameterSource<S extends ParamShapes> {
  readonly variables: NamedVariables;
  /** context [B, C] → parameters [B or 1, ...shape] */
  at(context: Tensor2D): Params<S>;
}

/** Initial kernel of a head [C, N], row-major. */
export type KernelInit = (contextWidth: number, size: number, param: string) => Float32Array;

const mapShapes = <S extends ParamShapes, T>(shapes: S, f: (name: keyof S & string, shape: readonly number[]) => T) =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, f(name, shape)])) as {
    readonly [P in keyof S]: T;
  };

/** Free parameters: variables of shape [1, ...shape], the same for every data point. */
export function free<S extends ParamShapes>(shapes: S, values: ParamValues<S>): ParameterSource<S> {
  const variables = mapShapes(shapes, (name, shape) => newVariable(values[name]!, [1, ...shape]));
  return { variables, at: () => variables as Params<S> };
}

/**
 * Amortised parameters: λ(h) = h·kernel + bias for each parameter, h the encoder's features.
 *
 * The bias starts at `values` and the kernel at zero unless `kernel` says otherwise, so that a flow starts as the identity for every input:
 * even a kernel of scale 0.01 would move z by 0.1 through ten planar layers.
 * Shapes: context [B, C] → [B, ...shape].
 * @see Rezende & Mohamed 2015, section 4.2
 */
export function amortised<S extends ParamShapes>(
  shapes: S,
  values: ParamValues<S>,
  { contextWidth, kernel = zeros }: { readonly contextWidth: number; readonly kernel?: KernelInit },
): ParameterSource<S> {
  const heads = mapShapes(shapes, (name, shape) => {
    const size = elementCount(shape);
    return {
      kernel: newVariable(kernel(contextWidth, size, name), [contextWidth, size]),
      bias: newVariable(values[name]!, [size]),
    };
  });
  const variables = Object.entries(heads).flatMap(([name, head]) => [
    [`${name}/kernel`, head.kernel] as const,
    [`${name}/bias`, head.bias] as const,
  ]);
  return {
    variables: Object.fromEntries(variables),
    at(context) {
      const { batch } = checkShape('amortised parameters', 'context', context, ['batch', contextWidth]);
      return mapShapes(shapes, (name, shape): Tensor => {
        const flat = tf.add(tf.matMul(context, heads[name].kernel as Tensor2D), heads[name].bias);
        return tf.reshape(flat, [batch!, ...shape]);
      });
    },
  };
}

const zeros: KernelInit = (contextWidth, size) => new Float32Array(contextWidth * size);

/** A variable from values, without the tensor that tfjs would leave behind. */
const newVariable = (values: Float32Array, shape: readonly number[]): Variable =>
  tf.tidy(() => tf.variable(tf.tensor(values, [...shape])));
