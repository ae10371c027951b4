// Element-wise arithmetic, comparison and choice.
import type { tfjs } from '@flowvae/tensor';
import type { Value, ValueType } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import {
  broadcastShape,
  closestType,
  converted,
  cutToInt32,
  elementwise,
  type Inputs,
  type Lowering,
  type Lowerings,
  pairwise,
  required,
  stored,
  where,
} from './lowering.ts';

/** Element types that an operator takes directly; other types are converted to the first of them. */
const NUMBERS = ['int32', 'float32'] as const;
const ANY = ['int32', 'float32', 'bool'] as const;
const TRUTHS = ['bool'] as const;

type Compute = (builder: GraphBuilder, a: Value, b: Value) => Value;

/** An element-wise function of two operands of one type; the result has the same type, or `result` if given. */
const mapped =
  (compute: Compute | string, types: readonly ValueType[], result?: ValueType): Lowering<unknown> =>
  (builder, inputs) => {
    const [a, b] = [required(inputs, 'a'), required(inputs, 'b')];
    const type = closestType(a, types);
    const operands = [converted(builder, a, type), converted(builder, b, type)] as const;
    if (typeof compute !== 'string') return stored(builder, compute(builder, ...operands), result ?? a.type);
    if (result === 'bool') return pairwise(builder, compute, ...operands, 'bool');
    return converted(builder, pairwise(builder, compute, ...operands), result ?? a.type);
  };

const arithmetical = (compute: Compute | string) => mapped(compute, NUMBERS);
const comparison = (operator: string, types: readonly ValueType[] = NUMBERS) => mapped(operator, types, 'bool');
const logical = (operator: string) => mapped(operator, TRUTHS, 'bool');

/** tfjs divides int32 as floats and rounds towards zero only on request; its RealDiv always yields float32. */
const realDivision: Lowering<unknown> = (builder, inputs) => {
  const a = converted(builder, required(inputs, 'a'), 'float32');
  return pairwise(builder, 'Div', a, converted(builder, required(inputs, 'b'), 'float32'));
};

const notEqual: Compute = (builder, a, b) => elementwise(builder, 'Not', pairwise(builder, 'Equal', a, b, 'bool'));

const squaredDifference: Compute = (builder, a, b) => {
  const difference = pairwise(builder, 'Sub', a, b);
  return pairwise(builder, 'Mul', difference, difference);
};

/** b, or 1 if b is 0 or −1: integer division by these may end the process (−2^31 by −1 does). */
const divisor = (builder: GraphBuilder, b: Value) => {
  const [zero, minusOne] = [0, -1].map((number) =>
    pairwise(builder, 'Equal', b, builder.scalar(number, 'int32'), 'bool'),
  ) as [Value, Value];
  const either = pairwise(builder, 'Or', zero, minusOne, 'bool');
  return { zero, minusOne, safe: where(builder, either, builder.scalar(1, 'int32'), b) };
};

const remainder = (builder: GraphBuilder, a: Value, b: Value, truncated: boolean) =>
  builder.node('Mod', [a, b], { shape: broadcastShape(a, b), type: a.type, attributes: { fmod: Number(truncated) } });

/** The remainder with the divisor's sign. Division by 0 gives NaN, in int32 0. */
const modulo: Compute = (builder, a, b) => {
  if (a.type === 'int32') return remainder(builder, a, divisor(builder, b).safe, false);
  const plain = remainder(builder, a, b, true);
  const [negativeA, negativeB] = [a, b].map((x) => pairwise(builder, 'Less', x, builder.scalar(0), 'bool'));
  const sameSign = pairwise(builder, 'Equal', negativeA!, negativeB!, 'bool');
  return where(builder, sameSign, plain, remainder(builder, pairwise(builder, 'Add', plain, b), b, true));
};

/**
 * ⌊a/b⌋ as int32. ONNX rounds integer quotients towards zero, so the result is one less if the signs differ and the
 * division leaves a remainder; a/0 is 0.
 */
const floorDivision: Compute = (builder, a, b) => {
  if (a.type === 'float32') return elementwise(builder, 'Floor', pairwise(builder, 'Div', a, b));
  const { zero, minusOne, safe } = divisor(builder, b);
  const none = builder.scalar(0, 'int32');
  const even = pairwise(builder, 'Equal', remainder(builder, a, safe, false), none, 'bool');
  const [negativeA, negativeB] = [a, safe].map((x) => pairwise(builder, 'Less', x, none, 'bool')) as [Value, Value];
  const below = pairwise(builder, 'Xor', negativeA, negativeB, 'bool');
  const uneven = pairwise(builder, 'And', below, elementwise(builder, 'Not', even), 'bool');
  const cut = pairwise(builder, 'Div', a, safe);
  const floor = pairwise(builder, 'Sub', cut, converted(builder, uneven, 'int32'));
  return where(builder, zero, none, where(builder, minusOne, elementwise(builder, 'Neg', a), floor));
};

/**
 * The angle of (b, a): the arc tangent of the smaller over the larger magnitude, turned into its octant. Signed zeros
 * and infinities as in
 * `Math.atan2`.
 */
const arcTangent2: Compute = (builder, a, b) => {
  const zero = builder.scalar(0);
  const magnitudes = [a, b].map((x) => elementwise(builder, 'Abs', x)) as [Value, Value];
  const [larger, smaller] = ['Max', 'Min'].map((operator) => pairwise(builder, operator, ...magnitudes)) as [
    Value,
    Value,
  ];
  const same = pairwise(builder, 'Equal', larger, smaller, 'bool'); // also 0/0 and ∞/∞
  const none = pairwise(builder, 'Equal', larger, zero, 'bool');
  const ratio = where(builder, same, builder.scalar(1), pairwise(builder, 'Div', smaller, larger));
  const octant = elementwise(builder, 'Atan', where(builder, none, zero, ratio));
  const steep = pairwise(builder, 'Greater', ...magnitudes, 'bool');
  const quadrant = where(builder, steep, pairwise(builder, 'Sub', builder.scalar(Math.PI / 2), octant), octant);
  const backward = isNegative(builder, b);
  const half = where(builder, backward, pairwise(builder, 'Sub', builder.scalar(Math.PI), quadrant), quadrant);
  return where(builder, isNegative(builder, a), elementwise(builder, 'Neg', half), half);
};

/** Also of −0, whose reciprocal is −∞. */
function isNegative(builder: GraphBuilder, x: Value): Value {
  const below = (value: Value) => pairwise(builder, 'Less', value, builder.scalar(0), 'bool');
  return pairwise(builder, 'Or', below(x), below(elementwise(builder, 'Reciprocal', x)), 'bool');
}

const addN: Lowering<unknown> = (builder, inputs) =>
  listed(inputs).reduce((sum, term) => pairwise(builder, 'Add', sum, term));

/** tfjs's upcast type: float32 before int32 before bool. */
const commonType = (a: Value, b: Value): ValueType =>
  (['float32', 'int32'] as const).find((type) => a.type === type || b.type === type) ?? 'bool';

/** Branches of two types are converted to the wider one. */
const select: Lowering<unknown> = (builder, inputs) => {
  const condition = required(inputs, 'condition');
  const type = commonType(required(inputs, 't'), required(inputs, 'e'));
  const [t, e] = [converted(builder, required(inputs, 't'), type), converted(builder, required(inputs, 'e'), type)];
  return builder.node('Where', [condition, t, e], { shape: t.shape, type: t.type });
};

/** tfjs truncates floats towards zero when casting to int32, as ONNX does, and takes any non-zero for true. */
const cast: Lowering<tfjs.CastAttrs> = (builder, inputs, { dtype }) => {
  const x = required(inputs, 'x');
  const type = supportedType(dtype);
  if (x.type === type) return elementwise(builder, 'Identity', x);
  return type === 'int32' ? cutToInt32(builder, x) : converted(builder, x, type);
};

const clip: Lowering<tfjs.ClipByValueAttrs> = (builder, inputs, { clipValueMin, clipValueMax }) => {
  const x = converted(builder, required(inputs, 'x'), closestType(required(inputs, 'x'), NUMBERS));
  const bounds = [clipValueMin, clipValueMax].map((bound) => scalarLike(builder, x, bound));
  const clipped = builder.node('Clip', [x, ...bounds], { shape: x.shape, type: x.type });
  return converted(builder, clipped, required(inputs, 'x').type);
};

export const arithmetic = {
  Add: arithmetical('Add'),
  AddN: addN,
  Atan2: mapped(arcTangent2, ['float32']),
  Sub: arithmetical('Sub'),
  Multiply: arithmetical('Mul'),
  RealDiv: realDivision,
  FloorDiv: mapped(floorDivision, NUMBERS, 'int32'),
  Maximum: arithmetical('Max'),
  Minimum: arithmetical('Min'),
  Mod: arithmetical(modulo),
  Pow: arithmetical('Pow'),
  SquaredDifference: arithmetical(squaredDifference),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterOrEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessOrEqual'),
  Equal: comparison('Equal', ANY),
  NotEqual: mapped(notEqual, ANY, 'bool'),
  LogicalAnd: logical('And'),
  LogicalOr: logical('Or'),
  LogicalXor: logical('Xor'),
  LogicalNot: (builder, inputs) => elementwise(builder, 'Not', converted(builder, required(inputs, 'x'), 'bool')),
  Select: select,
  Cast: cast,
  ClipByValue: clip,
} satisfies Lowerings;

/** The tensors of a kernel that takes a list, in order. */
export const listed = (inputs: Inputs): Value[] => Object.values(inputs);

/** A scalar of the type of another value. */
const scalarLike = (builder: GraphBuilder, x: Value, number: number) =>
  builder.scalar(number, x.type === 'int32' ? 'int32' : 'float32');

function supportedType(dtype: string): ValueType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new TypeError(`cast to '${dtype}': expected float32, int32 or bool`);
}
