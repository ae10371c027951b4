// Operators of traced graphs over dense arrays of 32-bit elements; booleans are the integers 0 and 1. Pointers are
// bytes, sizes and strides are elements.

export { copy, fill, gather } from './moves';
export {
  add,
  addInt,
  and,
  divide,
  equal,
  equalInt,
  greater,
  greaterInt,
  greaterOrEqual,
  greaterOrEqualInt,
  larger,
  leaky,
  less,
  lessInt,
  lessOrEqual,
  lessOrEqualInt,
  multiply,
  multiplyInt,
  or,
  smaller,
  subtract,
  subtractInt,
  unequal,
} from './pairs';
export { product } from './products';
export { cumulativeSum, logSoftmax, maximum, minimum, productOf, softmax, sum } from './reductions';
export {
  absolute,
  ceiling,
  cosine,
  exponential,
  floor,
  fromInt,
  hyperbolicTangent,
  inverse,
  isInfinite,
  isNaNumber,
  logarithm,
  negate,
  negateInt,
  not,
  rectify,
  round,
  sigmoid,
  sign,
  sine,
  squareRoot,
  toBool,
  toInt,
} from './singles';
export { clip, hardSigmoid, select } from './triples';

/** The start of free memory. */
export function heapBase(): usize {
  return __heap_base;
}
