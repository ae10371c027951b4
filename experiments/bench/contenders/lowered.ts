// Operations lowered as the compiler lowers them, and in the plain way that it does not take.
import {
  type Arrays,
  bernoulli,
  drawNormal,
  type Graph,
  key,
  type Tensor,
  type Tensor2D,
  type Traceable,
  tf,
} from 'flowvae';
import { Executable, GraphBuilder, optimise, trace } from '../compiler-parts.ts';
import { type Candidate, medianDuration } from '../measurement.ts';
import { shape } from '../setting.ts';
import { elements, sideBySide } from './side-by-side.ts';

const WARM_UP = 5;
const SHAPE = [shape.batch, shape.pixels] as const;
type Built = (builder: GraphBuilder, x: ReturnType<GraphBuilder['input']>) => ReturnType<GraphBuilder['node']>;

const traced = (fn: Traceable, inputs: readonly string[] = ['x']): Graph =>
  optimise(trace(fn, Object.fromEntries(inputs.map((name) => [name, SHAPE]))));

/** A graph from its operators. */
function built(body: Built): Graph {
  const builder = new GraphBuilder();
  return builder.graph([{ name: 'y', value: body(builder, builder.input('x', SHAPE, 'float32')) }]);
}

/** Value and gradient of the mean of a negative log-likelihood. */
const withGradient =
  (negativeLogLikelihood: (x: Tensor2D, logits: Tensor2D) => Tensor): Traceable =>
  ({ x, logits }) => {
    const loss = (l: Tensor) => tf.mean<Tensor>(negativeLogLikelihood(x as Tensor2D, l as Tensor2D));
    const { value, grad } = tf.valueAndGrad(loss as (l: Tensor) => ReturnType<typeof tf.scalar>)(logits!);
    return { value, gradient: grad };
  };

const floats = { shape: SHAPE, type: 'float32' } as const;

/** By operation: the compiler's lowering, and the plain way. */
export const operations: Readonly<Record<string, { readonly ours: () => Graph; readonly plain: () => Graph }>> = {
  softplus: {
    ours: () => traced(({ x }) => ({ y: tf.softplus(x!) })),
    plain: () => built((builder, x) => builder.node('Softplus', [x], floats)),
  },
  "relu's derivative": {
    ours: () => traced(({ x }) => ({ y: tf.step(x!) })),
    plain: () =>
      built((builder, x) => {
        const positive = builder.node('Greater', [x, builder.scalar(0)], { shape: SHAPE, type: 'bool' });
        return builder.node('Where', [positive, builder.scalar(1), builder.scalar(0)], floats);
      }),
  },
  'sigmoid cross-entropy with its gradient': {
    ours: () =>
      traced(
        withGradient((x, logits) => tf.neg(bernoulli({ logits }).logProb(x))),
        ['x', 'logits'],
      ),
    // relu(l) − l·x + log(1 + e^−|l|) as tf.losses.sigmoidCrossEntropy writes it, differentiated term by term
    plain: () =>
      traced(
        withGradient((x, logits) =>
          tf.sum(tf.add(tf.sub(tf.relu(logits), tf.mul(logits, x)), tf.log1p(tf.exp(tf.neg(tf.abs(logits))))), 1),
        ),
        ['x', 'logits'],
      ),
  },
};

/** Microseconds of a run on one thread. */
export const runOfGraph = (name: string, graphOf: () => Graph, threads: number): Candidate => ({
  name,
  async start() {
    await tf.setBackend('cpu');
    const graph = graphOf();
    const executable = await Executable.create(graph, { threads, inPlace: true });
    const values: Arrays = Object.fromEntries(
      graph.inputs.map((input, i) => [input.name, drawNormal(key(i), elements(input.value.shape))]),
    );
    const places = sideBySide(graph);
    const run = async () => void (await executable.run(values, places));
    return {
      measure: async (count) => 1e3 * (await medianDuration(run, count, WARM_UP)),
      close: () => executable.dispose(),
    };
  },
});
