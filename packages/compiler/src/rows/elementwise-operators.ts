// Operators that compute each element of a result from the elements at its place, with operands broadcast.

/** The element-wise operators that are not linear. */
export const nonLinear: readonly string[] = (
  'Abs Acos Acosh And Asin Asinh Atan Atanh Cast Ceil Clip Cos Cosh Elu Equal Erf Exp Floor Greater GreaterOrEqual HardSigmoid IsInf IsNaN ' +
  'LeakyRelu Less LessOrEqual Log Max Min Mod Not Or PRelu Pow Reciprocal Relu Round Selu Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Tan Tanh ' +
  'Where Xor'
).split(' ');

const all = new Set([...nonLinear, 'Add', 'Div', 'Identity', 'Mul', 'Neg', 'Sub']);

export const isElementwise = (operator: string): boolean => all.has(operator);
