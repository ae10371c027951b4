// Sources of parameters: free (one set for all data) or amortised (a linear head on the encoder's features).
import {
  checkShape,
  ExpectationError,
  elementCount,
  type NamedVariables,
  type Tensor,
  type Tensor2D,
  tf,
  type Variable,
} from '@flowvae/tensor';
import type { Flow, ParamShapes, Params, ParamValues } from '../flow.ts';

/** Trainable variables that yield parameters for a batch of contexts. */
export interface ParameterSource<S extends ParamShapes> {
  readonly variables: NamedVariables;
  /**
   * Parameters that no data point can have for itself, each [1, ...shape]: the flow's shared parameters, such as
   * weights of its networks.
   */
  readonly fixed: Readonly<Record<string, Tensor>>;
  /** context [B, C] → parameters [B or 1, ...shape] */
  at(context: Tensor2D): Params<S>;
}

/** Initial kernel of a head [C, N], row-major. */
export type KernelInit = (contextWidth: number, size: number, param: string) => Float32Array;

const mapShapes = <S extends ParamShapes, T>(shapes: S, f: (name: keyof S & string, shape: readonly number[]) => T) =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, f(name, shape)])) as {
    readonly [P in keyof S]: T;
  };

const named = <T>(record: Readonly<Record<string, T>>, names: readonly string[]): Readonly<Record<string, T>> =>
  Object.fromEntries(names.map((name) => [name, record[name]!]));

/** Free parameters: the variables are the parameters themselves. */
export interface FreeParameters<S extends ParamShapes> extends ParameterSource<S> {
  readonly variables: { readonly [P in keyof S]: Variable };
}

/**
 * Free parameters: variables of shape [1, ...shape], the same for every data point.
 *
 * @param shared parameters that no data point could have for itself
 */
export function free<S extends ParamShapes>(
  shapes: S,
  values: ParamValues<S>,
  shared: readonly string[] = [],
): FreeParameters<S> {
  const variables = mapShapes(shapes, (name, shape) => newVariable(values[name]!, [1, ...shape]));
  return { variables, fixed: named(variables, shared), at: () => variables as Params<S> };
}

/**
 * A flow's parameters without an encoder: all of them free.
 *
 * @throws ExpectationError if the flow has a context, which only an encoder can give
 */
export function freeFlow<S extends ParamShapes>(flow: Flow<S>, values: ParamValues<S>): FreeParameters<S> {
  if (!flow.contexts?.length) return free(flow.paramShapes, values, flow.shared);
  throw new ExpectationError({
    where: `free parameters of ${flow.name}`,
    expected: 'a flow without context',
    received: `the context ${flow.contexts.join(', ')}`,
    remedy: 'make the flow with contextWidth 0, or amortise it',
  });
}

/**
 * Scaling of the encoder's features h [B, C] before the heads' kernels: h/√C (`'scaled'`) or h itself (`'plain'`).
 *
 * A step of Adam moves every weight by about the learning rate, so it moves an output of a plain head by the rate times
 * Σ|h|: with 400 features and a rate of 1e-3, a tenth and more per step, for parameters with a useful range of about
 * one. Scaling makes it √C times less.
 */
export type HeadScaling = 'scaled' | 'plain';

/** Options of {@link amortised}. */
export interface AmortisedOptions {
  readonly contextWidth: number;
  /** Default `'plain'`. */
  readonly heads?: HeadScaling;
  /** Default zeros. */
  readonly kernel?: KernelInit;
  /** Parameters that stay variables [1, ...shape] for all data. */
  readonly shared?: readonly string[];
  /** Parameters that are the context itself. */
  readonly contexts?: readonly string[];
}

/** One parameter's variables, and its value at a context. */
interface Part {
  readonly variables: NamedVariables;
  at(context: Tensor2D): Tensor;
}

/**
 * Amortised parameters: λ(h) = s·h·kernel + bias for each parameter, h the encoder's features, s = 1 or 1/√C by {@link
 * HeadScaling}; shared parameters stay one variable for all data, and contexts are h itself.
 *
 * The bias starts at `values` and the kernel at zero (unless `kernel` is given), so that a flow starts as the identity
 * for every input: even a kernel of scale 0.01 would move z by 0.1 through ten planar layers. Shapes: context [B, C] →
 * [B, ...shape]; shared [1, ...shape].
 * @see Rezende & Mohamed 2015, section 4.2
 */
export function amortised<S extends ParamShapes>(
  shapes: S,
  values: ParamValues<S>,
  { contextWidth, heads = 'plain', kernel = zeros, shared = [], contexts = [] }: AmortisedOptions,
): ParameterSource<S> {
  const parts = mapShapes(shapes, (name, shape): Part => {
    if (contexts.includes(name)) return { variables: {}, at: (context) => context };
    if (shared.includes(name)) return sharedPart(name, shape, values[name]!);
    return head(name, shape, values[name]!, kernel(contextWidth, elementCount(shape), name));
  });
  return {
    variables: Object.assign({}, ...Object.values(parts).map(({ variables }) => variables)) as NamedVariables,
    fixed: Object.assign({}, ...shared.map((name) => parts[name]?.variables)) as NamedVariables,
    at(context) {
      checkShape('amortised parameters: context', context, ['batch', contextWidth]);
      const features = heads === 'scaled' ? tf.mul<Tensor2D>(context, 1 / Math.sqrt(contextWidth)) : context;
      return mapShapes(shapes, (name): Tensor => parts[name].at(contexts.includes(name) ? context : features));
    },
  };
}

/** The amortised parameters of a flow. */
export const amortisedFlow = <S extends ParamShapes>(
  flow: Flow<S>,
  values: ParamValues<S>,
  options: Pick<AmortisedOptions, 'contextWidth' | 'heads'>,
): ParameterSource<S> => {
  const { paramShapes, shared = [], contexts = [] } = flow;
  return amortised(paramShapes, values, { ...options, shared, contexts });
};

/**
 * Number of scalars that a flow trains: all except its contexts; parameters that are not shared have heads on features
 * of this width.
 */
export function flowParameterCount({ paramShapes, shared = [], contexts = [] }: Flow, contextWidth?: number): number {
  return Object.entries(paramShapes).reduce((total, [name, shape]) => {
    if (contexts.includes(name)) return total;
    const isHead = contextWidth !== undefined && !shared.includes(name);
    return total + elementCount(shape) * (isHead ? contextWidth + 1 : 1);
  }, 0);
}

function sharedPart(name: string, shape: readonly number[], values: Float32Array): Part {
  const variable = newVariable(values, [1, ...shape]);
  return { variables: { [name]: variable }, at: () => variable };
}

function head(name: string, shape: readonly number[], values: Float32Array, initialKernel: Float32Array): Part {
  const size = elementCount(shape);
  const kernel = newVariable(initialKernel, [initialKernel.length / size, size]);
  const bias = newVariable(values, [size]);
  return {
    variables: { [`${name}/kernel`]: kernel, [`${name}/bias`]: bias },
    at(context) {
      const flat = tf.add(tf.matMul(context, kernel as unknown as Tensor2D), bias);
      return tf.reshape(flat, [context.shape[0], ...shape]);
    },
  };
}

const zeros: KernelInit = (contextWidth, size) => new Float32Array(contextWidth * size);

/** A variable from values; avoids the extra tensor that tfjs would leave behind. */
const newVariable = (values: Float32Array, shape: readonly number[]): Variable =>
  tf.tidy(() => tf.variable(tf.tensor(values, [...shape])));
