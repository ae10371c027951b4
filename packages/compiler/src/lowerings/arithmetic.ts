// Element-wise arithmetic, comparison and choice.
import type { CastAttrs, ClipByValueAttrs } from '@flowvae/tensor';
import type { Value, ValueType } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import {
  broadcastShape,
  converted,
  elementwise,
  type Inputs,
  type Lowering,
  type Lowerings,
  pairwise,
  required,
} from './lowering.ts';

const binary =
  (operator: string, type?: ValueType): Lowering<unknown> =>
  (builder, inputs) =>
    pairwise(builder, operator, required(inputs, 'a'), required(inputs, 'b'), type);

/** tfjs divides int32 as floats and rounds towards zero only on request; its RealDiv always yields float32. */
const realDivision: Lowering<unknown> = (builder, inputs) => {
  const a = converted(builder, required(inputs, 'a'), 'float32');
  return pairwise(builder, 'Div', a, converted(builder, required(inputs, 'b'), 'float32'));
};

const notEqual: Lowering<unknown> = (builder, inputs) => {
  const equal = pairwise(builder, 'Equal', required(inputs, 'a'), required(inputs, 'b'), 'bool');
  return elementwise(builder, 'Not', equal);
};

const squaredDifference: Lowering<unknown> = (builder, inputs) => {
  const difference = pairwise(builder, 'Sub', required(inputs, 'a'), required(inputs, 'b'));
  return pairwise(builder, 'Mul', difference, difference);
};

const addN: Lowering<unknown> = (builder, inputs) =>
  listed(inputs).reduce((sum, term) => pairwise(builder, 'Add', sum, term));

const select: Lowering<unknown> = (builder, inputs) => {
  const condition = required(inputs, 'condition');
  const [t, e] = [required(inputs, 't'), required(inputs, 'e')];
  return builder.node('Where', [condition, t, e], { shape: t.shape, type: t.type });
};

/** tfjs truncates floats towards zero when casting to int32, as ONNX does, and takes any non-zero for true. */
const cast: Lowering<CastAttrs> = (builder, inputs, { dtype }) => {
  const x = required(inputs, 'x');
  return elementwise(builder, 'Identity', converted(builder, x, supportedType(dtype)));
};

const clip: Lowering<ClipByValueAttrs> = (builder, inputs, { clipValueMin, clipValueMax }) => {
  const x = required(inputs, 'x');
  const bounds = [clipValueMin, clipValueMax].map((bound) => scalarLike(builder, x, bound));
  return builder.node('Clip', [x, ...bounds], { shape: x.shape, type: x.type });
};

export const arithmetic = {
  Add: binary('Add'),
  AddN: addN,
  Sub: binary('Sub'),
  Multiply: binary('Mul'),
  RealDiv: realDivision,
  Maximum: binary('Max'),
  Minimum: binary('Min'),
  Pow: binary('Pow'),
  SquaredDifference: squaredDifference,
  Greater: binary('Greater', 'bool'),
  GreaterEqual: binary('GreaterOrEqual', 'bool'),
  Less: binary('Less', 'bool'),
  LessEqual: binary('LessOrEqual', 'bool'),
  Equal: binary('Equal', 'bool'),
  NotEqual: notEqual,
  LogicalAnd: binary('And', 'bool'),
  LogicalOr: binary('Or', 'bool'),
  LogicalNot: (builder, inputs) => elementwise(builder, 'Not', required(inputs, 'x')),
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

/** Chooses element-wise between two values of one type. */
export const where = (builder: GraphBuilder, condition: Value, yes: Value, no: Value): Value =>
  builder.node('Where', [condition, yes, no], {
    shape: broadcastShape(condition, { shape: broadcastShape(yes, no), type: yes.type }),
    type: yes.type,
  });
