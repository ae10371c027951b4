// Element-wise functions of one tensor. Where ONNX Runtime's own operator is slow or inexact, the composition is given here.
import type { LeakyReluAttrs, StepAttrs } from '@flowvae/tensor';
import type { Value } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { where } from './arithmetic.ts';
import { elementwise, type Lowering, type Lowerings, pairwise, required } from './lowering.ts';

const unary =
  (operator: string): Lowering<unknown> =>
  (builder, inputs) =>
    elementwise(builder, operator, required(inputs, 'x'));

/** A function composed of operators, from its only operand. */
const composed =
  (compose: (builder: GraphBuilder, x: Value) => Value): Lowering<unknown> =>
  (builder, inputs) =>
    compose(builder, required(inputs, 'x'));

const square = (builder: GraphBuilder, x: Value) => pairwise(builder, 'Mul', x, x);

const reciprocalSquareRoot = (builder: GraphBuilder, x: Value) =>
  elementwise(builder, 'Reciprocal', elementwise(builder, 'Sqrt', x));

/**
 * log(1 + x) without cancellation: with p = fl(1 + x), log p + (x − (p − 1))/p. The rounding error of 1 + x is put back to first order, so
 * small x keep their relative accuracy without a branch (and without the 0/0 that a branch would have to hide).
 */
function logOnePlus(builder: GraphBuilder, x: Value): Value {
  const one = builder.scalar(1);
  const p = pairwise(builder, 'Add', x, one);
  const lost = pairwise(builder, 'Sub', x, pairwise(builder, 'Sub', p, one));
  return pairwise(builder, 'Add', elementwise(builder, 'Log', p), pairwise(builder, 'Div', lost, p));
}

/** The same for any x: at x = −1 and x = ∞ the correction is 0/0 or ∞/∞, and log p is right without it. */
function logOnePlusAnywhere(builder: GraphBuilder, x: Value): Value {
  const p = pairwise(builder, 'Add', x, builder.scalar(1));
  const zero = pairwise(builder, 'Equal', p, builder.scalar(0), 'bool');
  const infinite = pairwise(builder, 'Equal', p, builder.scalar(Number.POSITIVE_INFINITY), 'bool');
  const atEnd = pairwise(builder, 'Or', zero, infinite);
  return where(builder, atEnd, elementwise(builder, 'Log', p), logOnePlus(builder, x));
}

/**
 * softplus(x) = relu(x) + log(1 + exp(−|x|)), both tails kept. ONNX Runtime's Softplus is exact too, but a scalar loop.
 */
function softplus(builder: GraphBuilder, x: Value): Value {
  const magnitude = elementwise(builder, 'Abs', x);
  const e = elementwise(builder, 'Exp', elementwise(builder, 'Neg', magnitude));
  return pairwise(builder, 'Add', elementwise(builder, 'Relu', x), logOnePlus(builder, e));
}

/**
 * σ(x) = 1/(1 + exp(−x)), its lower tail kept to float32's smallest numbers. ONNX Runtime's Sigmoid is a clamped rational approximation,
 * exactly 0 from −18 down, which would take the gradient of softplus with it.
 */
export function sigmoid(builder: GraphBuilder, x: Value): Value {
  const e = elementwise(builder, 'Exp', elementwise(builder, 'Neg', x));
  return elementwise(builder, 'Reciprocal', pairwise(builder, 'Add', e, builder.scalar(1)));
}

/** 1 above zero, `alpha` elsewhere: the derivative of relu (alpha 0), of leaky relu, and of abs (alpha −1). */
const step: Lowering<StepAttrs> = (builder, inputs, { alpha = 0 }) => {
  const positive = pairwise(builder, 'Greater', required(inputs, 'x'), builder.scalar(0), 'bool');
  // a cast is one pass; Where with two scalars is several in ONNX Runtime
  if (alpha === 0) return elementwise(builder, 'Cast', positive, { type: 'float32', attributes: { to: 1 } });
  return where(builder, positive, builder.scalar(1), builder.scalar(alpha));
};

const leakyRelu: Lowering<LeakyReluAttrs> = (builder, inputs, { alpha }) =>
  elementwise(builder, 'LeakyRelu', required(inputs, 'x'), { attributes: { alpha: { float: alpha } } });

/** dy·(1 where y ≥ 0, else y + 1): the derivative of elu by its result. */
const eluGradient: Lowering<unknown> = (builder, inputs) => {
  const negativePart = pairwise(builder, 'Min', required(inputs, 'y'), builder.scalar(0));
  return pairwise(builder, 'Mul', required(inputs, 'dy'), pairwise(builder, 'Add', negativePart, builder.scalar(1)));
};

export const unaryFunctions = {
  Abs: unary('Abs'),
  Ceil: unary('Ceil'),
  Cos: unary('Cos'),
  Elu: unary('Elu'),
  EluGrad: eluGradient,
  Erf: unary('Erf'),
  Exp: unary('Exp'),
  Floor: unary('Floor'),
  LeakyRelu: leakyRelu,
  Log: unary('Log'),
  Log1p: composed(logOnePlusAnywhere),
  Neg: unary('Neg'),
  Reciprocal: unary('Reciprocal'),
  Relu: unary('Relu'),
  Round: unary('Round'),
  Rsqrt: composed(reciprocalSquareRoot),
  Sigmoid: composed(sigmoid),
  Sign: unary('Sign'),
  Sin: unary('Sin'),
  Softplus: composed(softplus),
  Sqrt: unary('Sqrt'),
  Square: composed(square),
  Step: step,
  Tan: unary('Tan'),
  Tanh: unary('Tanh'),
} satisfies Lowerings;
