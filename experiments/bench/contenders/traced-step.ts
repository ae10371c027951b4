// Loss and gradients of a training step from one trace, on graphs that differ in their passes, and brought into a flat
// buffer in several ways.
import { type Arrays, type Graph, tf } from 'flowvae';
import { Executable, optimise, type PassName, trace } from '../compiler-parts.ts';
import { type Candidate, median, medianDuration } from '../measurement.ts';
import { problemOf, type Setting } from '../setting.ts';
import { lossAndGradients } from './loss-and-gradients.ts';
import { sideBySide } from './side-by-side.ts';

const WARM_UP = 5;

/** How gradients come into the flat buffer. */
type Delivery =
  /** ONNX Runtime writes outputs directly into their places. */
  | 'in place'
  /** ONNX Runtime writes them there, and its binding copies them into new arrays as well. */
  | 'copied'
  /** Outputs are new arrays and are copied from there. */
  | 'gathered';

/** A step that was traced once. */
export interface TracedStep {
  readonly threads: number;
  /** As it was traced. */
  readonly graph: Graph;
  /** Inputs and variables by name. */
  readonly values: Arrays;
  /** The place of each output: the gradients side by side in one buffer. */
  readonly places: Arrays;
}

/** Traces the step, with the compiler's own kernels as training does, or for ONNX alone as an export does. */
export async function tracedStep(setting: Setting, ownKernels: boolean): Promise<TracedStep> {
  await tf.setBackend('cpu');
  const { problem, model } = await problemOf(setting);
  const { variables } = model;
  const graph = trace(lossAndGradients(problem, variables), problem.inputShapes, { variables, ownKernels });
  const held = Object.entries(variables).map(([name, variable]) => [name, variable.dataSync().slice()] as const);
  for (const variable of Object.values(variables)) variable.dispose();
  const values: Arrays = { ...problem.batch(0), ...(Object.fromEntries(held) as Arrays) };
  return { threads: setting.threads, graph, values, places: sideBySide(graph) };
}

/** Milliseconds of a run. */
export const runOf = (
  name: string,
  { threads, graph, values, places }: TracedStep,
  { without = [], delivery = 'in place' }: { readonly without?: readonly PassName[]; readonly delivery?: Delivery },
): Candidate => ({
  name,
  async start() {
    const inPlace = delivery === 'in place';
    const executable = await Executable.create(optimise(graph, without), { threads, inPlace });
    const run = async () => {
      const outputs = await executable.run(values, delivery === 'gathered' ? {} : places);
      if (delivery === 'gathered') for (const [name, array] of Object.entries(outputs)) places[name]!.set(array);
    };
    return { measure: (count) => medianDuration(run, count, WARM_UP), close: () => executable.dispose() };
  },
});

/** Milliseconds from the traced graph to a session. */
export const sessionOf = (name: string, { threads, graph }: TracedStep, without: readonly PassName[]): Candidate => ({
  name,
  start: async () => ({
    async measure(count) {
      const durations: number[] = [];
      for (let i = 0; i < count; i++) {
        const from = performance.now();
        const executable = await Executable.create(optimise(graph, without), { threads, inPlace: true });
        durations.push(performance.now() - from);
        await executable.dispose();
      }
      return median(durations);
    },
    close: async () => {},
  }),
});

/** Nodes of the graph that ONNX Runtime is given. */
export const nodesOf = (name: string, { graph }: TracedStep, without: readonly PassName[]): Candidate => ({
  name,
  start: async () => ({ measure: async () => optimise(graph, without).nodes.length, close: async () => {} }),
});
