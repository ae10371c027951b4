// How long it takes until a training step can run, in a process that has traced nothing yet; milliseconds.
import { compile, fit, tf, traceGraph } from 'flowvae';
import { lossAndGradients } from '../contenders/loss-and-gradients.ts';
import { readTask } from '../contenders/own-child.ts';
import { problemOf } from '../setting.ts';

const task = readTask();
await tf.setBackend('cpu');
const { problem, model, optimizer } = await problemOf(task);
const { variables } = model;

const fn = lossAndGradients(problem, variables);
const works: Readonly<Record<string, () => Promise<unknown>>> = {
  trace: async () => traceGraph(fn, problem.inputShapes, { variables, ownKernels: true }),
  session: () => compile(fn, { variables, inPlace: true }).specialise(problem.inputShapes),
  'first step': () => fit({ ...problem, variables, optimizer, steps: 1, threads: task.threads }),
};
const from = performance.now();
await works[task.what]!();
process.stdout.write(String(performance.now() - from), () => process.exit());
