// How long it takes until a training step can run, in a process that has traced nothing yet; milliseconds.
import { compile, fit, type Tensor, type Traceable, tf, traceGraph } from 'flowvae';
import { readTask } from '../contenders/own-child.ts';
import { problemOf } from '../setting.ts';

const task = readTask();
await tf.setBackend('cpu');
const { problem, model, optimizer } = problemOf(task);
const { variables } = model;

const lossAndGradients: Traceable = (inputs) => {
  const { value, grads } = tf.variableGrads(() => problem.loss(inputs).loss, Object.values(variables));
  const named = Object.entries(grads).map(([name, gradient]): [string, Tensor] => [`gradient:${name}`, gradient]);
  return { loss: value, ...Object.fromEntries(named) };
};

const works: Readonly<Record<string, () => Promise<unknown>>> = {
  trace: async () => traceGraph(lossAndGradients, problem.inputShapes, variables),
  session: () => compile(lossAndGradients, { variables, inPlace: true }).specialise(problem.inputShapes),
  'first step': () => fit({ ...problem, variables, optimizer, steps: 1, threads: task.threads }),
};
const from = performance.now();
await works[task.what]!();
process.stdout.write(String(performance.now() - from), () => process.exit());
