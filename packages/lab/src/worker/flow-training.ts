// Fits a flow to a target of the room Flow, and tells the page about it.
import { runtimeFolder } from '@flowvae/compiler';
import { type ParamShapes, type ParamValues, parseFlow } from '@flowvae/flows';
import { fitGuide, type Guide, makeGuide, plainTarget } from '@flowvae/inference';
import { fold, key } from '@flowvae/random';
import { type NamedVariables, tf } from '@flowvae/tensor';
import type { Callback, HistoryEntry, RunState } from '@flowvae/training';
import { bases } from '../page/flow/plane/bases.ts';
import { hasNetworks } from '../page/flow/plane/has-networks.ts';
import { planeTarget } from '../page/flow/targets/target-choice.ts';
import { firstLine } from './first-line.ts';
import type { FlowNews, FlowOrder, FlowStart } from './flow-messages.ts';
import { type Receiver, tell } from './receiver.ts';

/** Steps between two reports. */
export const REPORT_EVERY = 10;

/** Least time between two pictures, ms. */
const PICTURE_MS = 90;

/** Draws in a step. */
const BATCH = 256;

/** First learning rates: a step of Adam moves each weight by about as much. */
const RATE = 2e-2;
const NETWORK_RATE = 5e-3;

let running: AbortController | undefined;
let stopped: RunState | undefined;

const post = (news: FlowNews): void => tell(news);

/** The receiver of the page's messages. */
export const flowTraining: Receiver = async (message) => {
  const order = message as FlowOrder;
  if (order.kind === 'stop') {
    running?.abort();
    return;
  }
  running = new AbortController();
  try {
    await tf.setBackend('cpu');
    if (order.runtime) runtimeFolder(order.runtime);
    stopped = await trainAnywhere(order, {
      signal: running.signal,
      from: order.goesOn ? stopped : undefined,
      tell: post,
    });
  } catch (error) {
    post({ kind: 'failed', message: firstLine(error) });
  }
};

/** Trains by the eager engine if the compiled one does not start, and tells the reason. */
async function trainAnywhere(order: FlowStart, surroundings: TrainingSurroundings): Promise<RunState> {
  let hasBegun = false;
  const noticing = (news: FlowNews) => {
    hasBegun = true;
    surroundings.tell(news);
  };
  try {
    return await train(order, { ...surroundings, tell: noticing });
  } catch (error) {
    if (hasBegun || order.engine === 'eager') throw error;
    const fallback = `The compiled engine did not start (${firstLine(error)}), so TensorFlow.js computes`;
    const tell = (news: FlowNews) => surroundings.tell(news.kind === 'started' ? { ...news, fallback } : news);
    return train({ ...order, engine: 'eager' }, { ...surroundings, tell });
  }
}

/** The surroundings of a training. */
export interface TrainingSurroundings {
  readonly signal: AbortSignal;
  /** The state to go on from. */
  readonly from: RunState | undefined;
  readonly tell: (news: FlowNews) => void;
}

/**
 * Trains until the last step or the signal: maximises the ELBO E_q[log p̃ − log q] by Adam. Equal orders give equal
 * numbers, whether the training was stopped between or not.
 *
 * @returns the state after the last step
 */
export async function train(order: FlowStart, { signal, from, tell }: TrainingSurroundings): Promise<RunState> {
  const flow = parseFlow(order.formula, 2);
  const base = bases[order.base].distribution();
  const runKey = fold(key(order.seed), 'training');
  const guide = makeGuide(flow, { dim: 2, key: runKey, base });
  assign(guide.variables, order.values);
  const { logDensity } = planeTarget(order.target);
  let state: RunState | undefined;
  try {
    await fitGuide(plainTarget(logDensity, 2), guide, {
      ...(from ? { from } : {}),
      base: base as NonNullable<Parameters<typeof fitGuide>[2]['base']>,
      steps: order.steps,
      batch: BATCH,
      lr: hasNetworks(flow) ? NETWORK_RATE : RATE,
      key: runKey,
      engine: order.engine,
      entryEvery: REPORT_EVERY,
      signal,
      callbacks: [
        reports(guide, tell),
        {
          async onEnd(moment) {
            state = await moment.state();
          },
        },
      ],
    });
    const { step } = state!;
    tell({ kind: 'stopped', step, isDone: step >= order.steps, values: valuesOf(guide.variables) });
    return state!;
  } finally {
    tf.dispose(guide.variables);
  }
}

/** Tells the bound after each stretch of steps, and the parameters now and then. */
function reports({ variables }: Guide, tell: TrainingSurroundings['tell']): Callback {
  let last: HistoryEntry | undefined;
  let pictured = 0;
  return {
    onStart: ({ engine, fallback }) =>
      tell({ kind: 'started', engine, ...(fallback === undefined ? {} : { fallback }) }),
    onEntry(entry) {
      last = entry;
    },
    needsStep: () => false, // those of entries alone
    async onStep(moment) {
      if (last?.step !== moment.step) return;
      const isDue = performance.now() - pictured >= PICTURE_MS;
      if (isDue) {
        pictured = performance.now();
        await moment.writeVariables();
      }
      const { step, loss, msPerStep } = last;
      tell({ kind: 'progress', step, elbo: -loss, msPerStep, ...(isDue ? { values: valuesOf(variables) } : {}) });
    },
  };
}

/** Puts parameters into variables of the same names. */
function assign(variables: NamedVariables, values: ParamValues<ParamShapes>): void {
  tf.tidy(() => {
    for (const [name, variable] of Object.entries(variables)) variable.assign(tf.tensor(values[name]!, variable.shape));
  });
}

const valuesOf = (variables: NamedVariables): ParamValues<ParamShapes> =>
  Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => [name, variable.dataSync<'float32'>().slice()]),
  );
