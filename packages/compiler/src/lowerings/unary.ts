// Element-wise functions of one tensor. If ONNX Runtime's own operator is slow or inexact, the composition stands here.
import { tf, type tfjs } from '@flowvae/tensor';
import type { Value, ValueType } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import {
  closestType,
  converted,
  elementwise,
  type Lowering,
  type Lowerings,
  pairwise,
  required,
  stored,
  where,
} from './lowering.ts';

type Compute = (builder: GraphBuilder, x: Value) => Value;

/**
 * Element types that a function takes directly; other types are converted to the first of them, and the result back.
 */
const FLOATS = ['float32'] as const;
const NUMBERS = ['int32', 'float32'] as const;

/**
 * An element-wise function. tfjs gives its result in the type of its operand (the root of an int32 is cut to int32), or
 * always in `result`.
 */
const mapped =
  (compute: Compute, types: readonly ValueType[], result?: ValueType): Lowering<unknown> =>
  (builder, inputs) => {
    const x = required(inputs, 'x');
    const y = compute(builder, converted(builder, x, closestType(x, types)));
    return stored(builder, y, result ?? x.type);
  };

const operator =
  (name: string): Compute =>
  (builder, x) =>
    elementwise(builder, name, x);

const floatFunction = (compute: Compute | string) =>
  mapped(typeof compute === 'string' ? operator(compute) : compute, FLOATS);

/** Rounding leaves integers as they are. */
const rounding =
  (name: string): Lowering<unknown> =>
  (builder, inputs) => {
    const x = required(inputs, 'x');
    return elementwise(builder, x.type === 'float32' ? name : 'Identity', x);
  };

/** A question about floating-point numbers; integers are all alike. */
const test = (compute: Compute) => mapped(compute, FLOATS, 'bool');

const square = (builder: GraphBuilder, x: Value) => pairwise(builder, 'Mul', x, x);

const reciprocalSquareRoot = (builder: GraphBuilder, x: Value) =>
  elementwise(builder, 'Reciprocal', elementwise(builder, 'Sqrt', x));

/**
 * log(1 + x) without cancellation: with p = fl(1 + x), log p + (x − (p − 1))/p. The second term corrects the rounding
 * error of 1 + x to first order, so small x keep their relative accuracy without a branch (and without the 0/0 that a
 * branch would have to hide).
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
 * σ(x) = 1/(1 + exp(−x)), with its lower tail down to float32's smallest numbers. ONNX Runtime's Sigmoid is a clamped
 * rational approximation, exactly 0 from −18 down; the gradient of softplus would then be 0 too.
 */
export function sigmoid(builder: GraphBuilder, x: Value): Value {
  if (builder.isForDevice) return elementwise(builder, 'Sigmoid', x);
  const e = elementwise(builder, 'Exp', elementwise(builder, 'Neg', x));
  return elementwise(builder, 'Reciprocal', pairwise(builder, 'Add', e, builder.scalar(1)));
}

/**
 * tanh(x), never beyond ±1: ONNX Runtime's Tanh is 1.0000001 or 1.0000002 for about one float32 in 25 from 8 to 9.5,
 * where log(1 − tanh²) and atanh(tanh) would be NaN. Clip keeps NaN. Its WebGPU provider computes (1 − e)/(1 + e),
 * which a device may exceed by the error of its division only, so it needs no node more there.
 */
function tanh(builder: GraphBuilder, x: Value): Value {
  const raw = elementwise(builder, 'Tanh', x);
  return builder.isForDevice ? raw : clipped(builder, raw, -1, 1);
}

/**
 * exp(x) − 1 without cancellation: with t = tanh(x/2) it equals 2t/(1 − t), which is inaccurate only for large exp(x).
 */
function smallExponentialMinusOne(builder: GraphBuilder, x: Value): Value {
  const t = tanh(builder, pairwise(builder, 'Mul', x, builder.scalar(0.5)));
  return pairwise(builder, 'Div', pairwise(builder, 'Add', t, t), pairwise(builder, 'Sub', builder.scalar(1), t));
}

/** The same for any x. */
function exponentialMinusOne(builder: GraphBuilder, x: Value): Value {
  const one = builder.scalar(1);
  const large = pairwise(builder, 'Sub', elementwise(builder, 'Exp', x), one);
  return where(builder, pairwise(builder, 'Less', x, one, 'bool'), smallExponentialMinusOne(builder, x), large);
}

/**
 * x above 0, α·(exp(x) − 1) below, as relu(x) + α·(exp(min(x, 0)) − 1). ONNX Runtime's Elu and Selu lose small x to
 * cancellation.
 */
export function elu(builder: GraphBuilder, x: Value, alpha = 1): Value {
  const below = smallExponentialMinusOne(builder, pairwise(builder, 'Min', x, builder.scalar(0)));
  const scaled = alpha === 1 ? below : pairwise(builder, 'Mul', below, builder.scalar(alpha));
  return pairwise(builder, 'Add', elementwise(builder, 'Relu', x), scaled);
}

/** tfjs gives the sign 0 to NaN, ONNX gives NaN. */
function sign(builder: GraphBuilder, x: Value): Value {
  const raw = elementwise(builder, 'Sign', x);
  if (x.type !== 'float32') return raw;
  return where(builder, elementwise(builder, 'IsNaN', x, { type: 'bool' }), builder.scalar(0), raw);
}

const finite = (builder: GraphBuilder, x: Value) =>
  pairwise(builder, 'Less', elementwise(builder, 'Abs', x), builder.scalar(Number.POSITIVE_INFINITY), 'bool');

/**
 * 1 above zero, `alpha` elsewhere: the derivative of relu (alpha 0), of leaky relu, and of abs (alpha −1). NaN stays
 * NaN. With alpha 0 it is x·2^200 clipped to [0, 1], which is 1 from float32's smallest number, 2^−149, up; no factor
 * of float32 is that large, so HardSigmoid, which clips, multiplies by half of the powers. Two vectorised passes that
 * keep NaN, where ONNX Runtime's Sign and Where are slow loops.
 */
const step: Lowering<tfjs.StepAttrs> = (builder, inputs, { alpha = 0 }) => {
  const x = required(inputs, 'x');
  const number = converted(builder, x, 'float32');
  if (alpha === 0 && builder.isForDevice) {
    const attributes = { alpha: { float: STEEPEST }, beta: { float: 0 } };
    return stored(builder, elementwise(builder, 'HardSigmoid', number, { attributes }), x.type);
  }
  if (alpha === 0) {
    const steep = pairwise(builder, 'Mul', number, builder.scalar(STEEP));
    const attributes = { alpha: { float: STEEP }, beta: { float: 0 } };
    return stored(builder, elementwise(builder, 'HardSigmoid', steep, { attributes }), x.type);
  }
  const positive = pairwise(builder, 'Greater', number, builder.scalar(0), 'bool');
  const chosen = where(builder, positive, builder.scalar(1), builder.scalar(alpha));
  if (x.type !== 'float32') return stored(builder, chosen, x.type);
  return where(builder, elementwise(builder, 'IsNaN', x, { type: 'bool' }), x, chosen);
};

const STEEP = 2 ** 100;

/** A device may take numbers below 2^−126 for 0, so one factor is enough: 2^−126 becomes 2. */
const STEEPEST = 2 ** 127;

const clipped = (builder: GraphBuilder, x: Value, least: number, most: number) => {
  const bounds = [least, most].map((bound) => builder.scalar(bound, x.type as 'int32' | 'float32'));
  return builder.node('Clip', [x, ...bounds], { shape: x.shape, type: x.type });
};

/** tfjs's leaky relu is float32 for every operand. */
const leakyRelu: Lowering<tfjs.LeakyReluAttrs> = (builder, inputs, { alpha }) =>
  elementwise(builder, 'LeakyRelu', converted(builder, required(inputs, 'x'), 'float32'), {
    attributes: { alpha: { float: alpha } },
  });

/** x, times alpha for negative x; float32 for every operand. */
const prelu: Lowering<unknown> = (builder, inputs) => {
  const [x, alpha] = ['x', 'alpha'].map((name) => converted(builder, required(inputs, name), 'float32')) as [
    Value,
    Value,
  ];
  const negative = pairwise(builder, 'Less', x, builder.scalar(0), 'bool');
  return where(builder, negative, pairwise(builder, 'Mul', alpha, x), x);
};

const selu = (builder: GraphBuilder, x: Value) => {
  const { SELU_SCALE, SELU_SCALEALPHA } = tf.backend_util;
  return pairwise(builder, 'Mul', elu(builder, x, SELU_SCALEALPHA / SELU_SCALE), builder.scalar(SELU_SCALE));
};

/** dy·(1 for y ≥ 0, else y + 1): the derivative of elu, from its result. */
const eluGradient: Lowering<unknown> = (builder, inputs) => {
  const negativePart = pairwise(builder, 'Min', required(inputs, 'y'), builder.scalar(0));
  return pairwise(builder, 'Mul', required(inputs, 'dy'), pairwise(builder, 'Add', negativePart, builder.scalar(1)));
};

export const unaryFunctions = {
  Abs: mapped(operator('Abs'), NUMBERS),
  Acos: floatFunction('Acos'),
  Acosh: floatFunction('Acosh'),
  Asin: floatFunction('Asin'),
  Asinh: floatFunction('Asinh'),
  Atan: floatFunction('Atan'),
  Atanh: floatFunction('Atanh'),
  Ceil: rounding('Ceil'),
  Cos: floatFunction('Cos'),
  Cosh: floatFunction('Cosh'),
  Elu: floatFunction((builder, x) => elu(builder, x)),
  EluGrad: eluGradient,
  Erf: floatFunction('Erf'),
  Exp: mapped(operator('Exp'), FLOATS, 'float32'),
  Expm1: floatFunction(exponentialMinusOne),
  Floor: rounding('Floor'),
  IsFinite: test(finite),
  IsInf: test((builder, x) => elementwise(builder, 'IsInf', x, { type: 'bool' })),
  IsNan: test((builder, x) => elementwise(builder, 'IsNaN', x, { type: 'bool' })),
  LeakyRelu: leakyRelu,
  Log: floatFunction('Log'),
  Log1p: floatFunction(logOnePlusAnywhere),
  Neg: mapped(operator('Neg'), NUMBERS),
  Prelu: prelu,
  Reciprocal: floatFunction('Reciprocal'),
  Relu: mapped(operator('Relu'), NUMBERS),
  Relu6: mapped((builder, x) => clipped(builder, x, 0, 6), NUMBERS),
  Round: rounding('Round'),
  Rsqrt: floatFunction(reciprocalSquareRoot),
  Selu: floatFunction(selu),
  Sigmoid: floatFunction(sigmoid),
  Sign: mapped(sign, NUMBERS),
  Sin: floatFunction('Sin'),
  Sinh: floatFunction('Sinh'),
  Softplus: floatFunction(softplus),
  Sqrt: floatFunction('Sqrt'),
  Square: mapped(square, NUMBERS),
  Step: step,
  Tan: floatFunction('Tan'),
  Tanh: floatFunction(tanh),
} satisfies Lowerings;
