// Element-wise operators.
import { elementCount } from '@flowvae/tensor';
import type { Value, ValueType } from '../../graph/graph.ts';
import { onnxTypes } from '../../lowerings/lowering.ts';
import { nest, repeated } from '../axes.ts';
import { at, type Work } from '../work.ts';
import { float, integer, type Operator } from './operator.ts';

/** Functions by the type of the operands. */
type ByType = Readonly<Partial<Record<ValueType, string>>>;

const floats = (name: string): ByType => ({ float32: name });

const singles: Readonly<Record<string, ByType>> = {
  Abs: floats('absolute'),
  Ceil: floats('ceiling'),
  Cos: floats('cosine'),
  Exp: floats('exponential'),
  Floor: floats('floor'),
  IsInf: floats('isInfinite'),
  IsNaN: floats('isNaNumber'),
  Log: floats('logarithm'),
  Neg: { float32: 'negate', int32: 'negateInt' },
  Not: { bool: 'not' },
  Reciprocal: floats('inverse'),
  Relu: floats('rectify'),
  Round: floats('round'),
  Sigmoid: floats('sigmoid'),
  Sign: floats('sign'),
  Sin: floats('sine'),
  Sqrt: floats('squareRoot'),
  Tanh: floats('hyperbolicTangent'),
};

const pairs: Readonly<Record<string, ByType>> = {
  Add: { float32: 'add', int32: 'addInt' },
  And: { bool: 'and' },
  Div: floats('divide'),
  Equal: { float32: 'equal', int32: 'equalInt', bool: 'equalInt' },
  Greater: { float32: 'greater', int32: 'greaterInt' },
  GreaterOrEqual: { float32: 'greaterOrEqual', int32: 'greaterOrEqualInt' },
  Less: { float32: 'less', int32: 'lessInt' },
  LessOrEqual: { float32: 'lessOrEqual', int32: 'lessOrEqualInt' },
  Max: floats('larger'),
  Min: floats('smaller'),
  Mul: { float32: 'multiply', int32: 'multiplyInt' },
  Or: { bool: 'or' },
  Sub: { float32: 'subtract', int32: 'subtractInt' },
  Xor: { bool: 'unequal' },
};

/** A function over all elements of one operand. */
function single(name: string, result: Value, x: Value): Work {
  const units = elementCount(result.shape);
  return {
    units,
    operations: units,
    calls: (from, to) => [{ function: name, arguments: [at(result, from), at(x, from), to - from] }],
  };
}

/** A function over operands that are repeated to the shape of the result. */
const spread = (name: string, result: Value, operands: readonly Value[]): Work =>
  nest({
    function: name,
    sizes: result.shape,
    result: repeated(result, result.shape),
    sources: operands.map((operand) => repeated(operand, result.shape)),
  });

const ofOne =
  (functions: ByType): Operator =>
  ({ inputs: [x], outputs: [result] }) => {
    const name = functions[x!.type];
    return name === undefined ? undefined : [single(name, result!, x!)];
  };

const ofTwo =
  (functions: ByType): Operator =>
  ({ inputs, outputs: [result] }) => {
    const name = functions[inputs[0]!.type];
    return name === undefined || inputs.length !== 2 ? undefined : [spread(name, result!, inputs)];
  };

const all = (table: Readonly<Record<string, ByType>>, make: (functions: ByType) => Operator) =>
  Object.fromEntries(Object.entries(table).map(([operator, functions]) => [operator, make(functions)]));

/** By source and target; a name, or '' where the elements are the same. */
const casts: Readonly<Record<string, string>> = {
  'bool int32': '',
  'bool float32': 'fromInt',
  'int32 float32': 'fromInt',
  'float32 bool': 'toBool',
  'float32 int32': 'toInt',
};

const cast: Operator = (node) => {
  const [x] = node.inputs;
  const [result] = node.outputs;
  if (integer(node, 'to', 0) !== onnxTypes[result!.type]) return undefined;
  const name = x!.type === result!.type ? '' : casts[`${x!.type} ${result!.type}`];
  if (name === undefined) return undefined;
  return name === '' ? { of: x! } : [single(name, result!, x!)];
};

const clip: Operator = ({ inputs: [x, low, high], outputs: [result] }, constants) => {
  if (x!.type !== 'float32') return undefined;
  const bounds = [low ?? constants.scalar(-Infinity), high ?? constants.scalar(Infinity)];
  return [spread('clip', result!, [x!, ...bounds])];
};

const where: Operator = ({ inputs, outputs: [result] }) => [spread('select', result!, inputs)];

const hardSigmoid: Operator = (node, constants) => {
  const line = [constants.scalar(float(node, 'alpha', 0.2)), constants.scalar(float(node, 'beta', 0.5))];
  return [spread('hardSigmoid', node.outputs[0]!, [node.inputs[0]!, ...line])];
};

const leakyRelu: Operator = (node, constants) => [
  spread('leaky', node.outputs[0]!, [node.inputs[0]!, constants.scalar(float(node, 'alpha', 0.01))]),
];

export const elementwiseOperators: Readonly<Record<string, Operator>> = {
  ...all(singles, ofOne),
  ...all(pairs, ofTwo),
  Cast: cast,
  Clip: clip,
  HardSigmoid: hardSigmoid,
  Identity: ({ inputs: [x] }) => ({ of: x! }),
  LeakyRelu: leakyRelu,
  Where: where,
};
