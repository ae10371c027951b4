// Signs and neutral elements, by the rules that hold for every float: NaN, infinities and −0 included.
import type { Constant, Graph, GraphNode, Value } from '../graph/graph.ts';
import { sameShape } from '../graph/graph.ts';
import { type Decision, rewrite } from './rewrite.ts';

/**
 * −(−x) = x; |−x| = |x|; a + (−b) = a − b; (−a) + b = b − a; a − (−b) = a + b; (−a)·(−b) = a·b; x + (−0) = x − 0 = x/1
 * = x.
 *
 * Not among them: x + 0, which turns −0 into 0; −(a − b) = b − a and 0 − x = −x, which differ in the sign of 0; a·0; a
 * − a.
 */
export function foldSigns(graph: Graph): Graph {
  const numbers = new Map(graph.constants.filter(isScalar).map(({ value, data }) => [value, data[0]]));
  const negatives = new Map<Value, Value>(); // −x by x's negative
  const negated = (value: Value) => negatives.get(value);
  const decide = (node: GraphNode): Decision => {
    const { operator, inputs, outputs } = node;
    const [a, b] = inputs as [Value, Value];
    const [result] = outputs as [Value];
    if (result?.type !== 'float32') return { keep: node };
    const become = (other: string, ...operands: Value[]): Decision => ({
      keep: { ...node, operator: other, inputs: operands },
    });
    if (operator === 'Neg') {
      const inner = negated(a);
      if (inner) return { replaceBy: [inner] };
      negatives.set(result, a);
    }
    if (operator === 'Abs' && negated(a)) return become('Abs', negated(a)!);
    if (isNeutral(operator, b && numbers.get(b)) && sameShape(a.shape, result.shape)) return { replaceBy: [a] };
    if (operator === 'Add' && negated(b)) return become('Sub', a, negated(b)!);
    if (operator === 'Add' && negated(a)) return become('Sub', b, negated(a)!);
    if (operator === 'Sub' && negated(b)) return become('Add', a, negated(b)!);
    if (operator === 'Mul' && negated(a) && negated(b)) return become('Mul', negated(a)!, negated(b)!);
    return { keep: node };
  };
  return rewrite(graph, decide);
}

const isScalar = ({ value, data }: Constant) => value.type === 'float32' && data.length === 1;

/** Whether an operation by a number on its right leaves every float as it is. */
function isNeutral(operator: string, number: number | bigint | undefined): boolean {
  if (operator === 'Add') return Object.is(number, -0);
  if (operator === 'Sub') return Object.is(number, 0);
  return operator === 'Div' && number === 1;
}
