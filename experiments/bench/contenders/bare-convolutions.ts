// The floor of a network with convolutions: nothing but the convolutions and matrix products of the step's graph, on
// ONNX Runtime, each reduced to a number inside the graph; one thread's share of a batch, since threads share rows in
// a step.
import { type Arrays, drawNormal, type Graph, key, tf } from 'flowvae';
import { Executable, GraphBuilder, optimise, trace } from '../compiler-parts.ts';
import { type Candidate, medianDuration } from '../measurement.ts';
import { problemOf, type Setting, shape } from '../setting.ts';
import { lossAndGradients } from './loss-and-gradients.ts';
import { elements } from './side-by-side.ts';

type Node = Graph['nodes'][number];

const CONVOLUTIONS = new Set(['Conv', 'ConvTranspose']);

/** Products of a matrix for each row. */
const BATCHED = new Set(['MatMul', 'FusedMatMul']);

/** Products with a row of ones are sums: they are no part of the floor. */
const isProduct = ({ operator, outputs }: Node): boolean =>
  (operator === 'Gemm' && outputs[0]!.shape[0] !== 1) || BATCHED.has(operator);

/** The step's convolutions and products over one thread's share of a batch. */
export async function convolutionsOf(setting: Setting): Promise<readonly Node[]> {
  await tf.setBackend('cpu');
  const { problem, model } = await problemOf({ ...setting, batch: shape.batch / setting.threads });
  const { variables } = model;
  const graph = optimise(trace(lossAndGradients(problem, variables), problem.inputShapes, { variables }));
  for (const variable of Object.values(variables)) variable.dispose();
  return convolutionsIn(graph);
}

/** The convolutions and products of a graph. */
export const convolutionsIn = ({ nodes }: Graph): readonly Node[] =>
  nodes.filter((node) => CONVOLUTIONS.has(node.operator) || isProduct(node));

/** Multiplications and additions of these operators, 10⁹; windows over padding count. */
export const convolutionGigaflop = (nodes: readonly Node[]): number =>
  nodes.reduce((sum, node) => sum + operations(node), 0) / 1e9;

function operations({ operator, inputs, outputs, attributes }: Node): number {
  const [x, weights] = inputs.map(({ shape }) => shape) as [readonly number[], readonly number[]];
  const result = elements(outputs[0]!.shape);
  if (operator === 'Conv') return 2 * result * elements(weights.slice(1));
  if (operator === 'ConvTranspose') return 2 * elements(x) * elements(weights.slice(1));
  const isTransposed = attributes.transA === 1;
  return 2 * result * x.at(isTransposed ? -2 : -1)!;
}

/** These operators by themselves: every operand is an input, but for known weights. */
function alone(nodes: readonly Node[], knownWeights: boolean): Graph {
  const builder = new GraphBuilder();
  const outputs = nodes.map(({ operator, inputs, outputs, attributes, domain }, i) => {
    const operands = inputs.map(({ shape }, k) =>
      knownWeights && k > 0
        ? builder.constant(drawNormal(key(i), elements(shape)), shape)
        : builder.input(`x${i}.${k}`, shape, 'float32'),
    );
    const { shape } = outputs[0]!;
    const result = builder.node(operator, operands, { shape, type: 'float32', attributes, domain });
    const value = builder.node('ReduceSum', [result], { shape: [], type: 'float32', attributes: { keepdims: 0 } });
    return { name: `sum${i}`, value };
  });
  return builder.graph(outputs);
}

/**
 * Milliseconds of one thread with nothing beside it, so that no sharing of rows can be faster.
 *
 * @param knownWeights whether filters are constants, which ONNX Runtime lays out once; those of a training step are not
 */
export const bareConvolutions = (nodes: readonly Node[], knownWeights = false): Candidate => ({
  name: 'bare convolutions',
  async start() {
    const graph = alone(nodes, knownWeights);
    const executable = await Executable.create(graph, { threads: 1 });
    const values: Arrays = Object.fromEntries(
      graph.inputs.map(({ name, value }, i) => [name, drawNormal(key(i), elements(value.shape))]),
    );
    return {
      measure: (count) => medianDuration(async () => void (await executable.run(values)), count, 5),
      close: () => executable.dispose(),
    };
  },
});
