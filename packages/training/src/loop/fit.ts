// The training loop. It writes no file and prints nothing; callbacks do this.
import { ExpectationError, type NamedVariables } from '@flowvae/tensor';
import { chooseEngine, type EngineChoice } from '../engines/choose-engine.ts';
import type { Engine } from '../engines/engine.ts';
import { type NonFiniteError, nonFiniteParameters, withOrigin } from '../finite/non-finite.ts';
import { type NonFiniteOrigin, stepOrigin } from '../finite/non-finite-origin.ts';
import { leaveOut, type NonFiniteCounters, type NonFinitePolicy, noNonFinite } from '../finite/non-finite-policy.ts';
import { localState } from '../memory/local-state.ts';
import type { Optimizer } from '../memory/optimizer.ts';
import type { TrainingState, TrainingStateOptions } from '../memory/training-state.ts';
import type { Callback, FitStart, Moment } from './callback.ts';
import { type HistoryEntry, RunningAverage } from './history.ts';
import { type RunState, readState, writeState } from './run-state.ts';
import { Stretches } from './stretches.ts';
import { nextTurn } from './turn.ts';
import type { TrainingProblem } from './variational.ts';

/** Options of {@link fit}. */
export interface FitOptions extends TrainingProblem {
  /**
   * All variables that the loss uses and a checkpoint holds. The optimiser trains the trainable ones; the loss may
   * assign the others.
   */
  readonly variables: NamedVariables;
  readonly optimizer: Optimizer;
  readonly steps: number;
  /** Default `'compiled'`; if it cannot be used, another engine does the run, and `onStart` gets the reason. */
  readonly engine?: EngineChoice;
  /** Cores for one step. Default 1. */
  readonly threads?: number;
  /** Steps averaged into one entry of the history. Default 100. */
  readonly entryEvery?: number;
  readonly callbacks?: readonly Callback[];
  /** Continues from a state, as if the earlier steps had been done here; the variables' values are then ignored. */
  readonly from?: RunState | undefined;
  /** The policy for a step that is not finite. Default `'stop'`. */
  readonly onNonFinite?: NonFinitePolicy;
  /** Stops after the step under way. */
  readonly signal?: AbortSignal;
}

/** The result of a run. */
export interface FitResult {
  /** Steps done, including those before the state that the run continued from. */
  readonly steps: number;
  /** The kind of the engine. */
  readonly engine: string;
  /**
   * Median duration of a step after 20 warm-up steps (of all steps if there are no more), with batch and optimiser,
   * without tracing; ms. Where several steps pass unseen on a device, each has their mean.
   */
  readonly msPerStep: number;
  /** Entries of this call. */
  readonly history: readonly HistoryEntry[];
}

/** Steps that the median of durations leaves out, because caches and the runtime's memory pool settle during them. */
const WARM_UP_STEPS = 20;

/**
 * Minimises a loss: batch → loss and gradients → optimiser, step by step. Equal arguments give equal bytes for one
 * thread count, runtime version and machine. At the end, or after a stop, the variables hold the trained values.
 *
 * Variables that are not trainable take the values that the loss assigns, such as moving averages of batch
 * normalisation. They are part of the state, a skipped step leaves them unchanged, and the optimiser does not touch
 * them.
 * @throws NonFiniteError at a loss, term or gradient that is not finite, before it reaches the parameters, unless
 * `onNonFinite` skips the step
 * @throws ExpectationError if the starting state belongs to another model or optimiser, the loss assigns a variable
 * that is trainable or not among `variables`, or the optimiser's schedule gives no rate
 */
export async function fit(options: FitOptions): Promise<FitResult> {
  const { variables, optimizer, threads = 1 } = options;
  const { engine, fallback } = await chooseEngine(options.engine);
  refuseOtherTypes(variables);
  const { state, rowsTogether } = await trainingState(engine, { ...options, threads, slots: optimizer.slots });
  try {
    if (options.from) await writeState(options.from, state, options);
    const start = {
      steps: options.steps,
      engine: engine.kind,
      ...(fallback === undefined ? {} : { fallback }),
      ...(rowsTogether === undefined ? {} : { rowsTogether }),
      ...(options.from ? { from: options.from.step } : {}),
    };
    const result = await loop(options, start, state).catch(async (error: unknown) => {
      await state.writeVariables().catch(() => {}); // a lost device cannot give them; the error matters more
      throw error;
    });
    await state.writeVariables();
    return { engine: engine.kind, ...result };
  } finally {
    await state.dispose();
  }
}

/**
 * The engine's own state if it has one, else one in this thread; and the reason if threads were to share rows but do
 * not.
 */
async function trainingState(
  engine: Engine,
  options: TrainingStateOptions,
): Promise<{ readonly state: TrainingState; readonly rowsTogether?: string }> {
  const own = await engine.trainingState?.(options);
  if (typeof own === 'object') return { state: own };
  const state = await localState(engine, options);
  return own === undefined ? { state } : { state, rowsTogether: own };
}

/** Parameters, gradients and all state of training are float32. */
function refuseOtherTypes(variables: NamedVariables): void {
  const [name, other] = Object.entries(variables).find(([, { dtype }]) => dtype !== 'float32') ?? [];
  if (!other) return;
  throw new ExpectationError({
    where: `fit: variable '${name}'`,
    expected: 'float32',
    received: other.dtype,
    remedy: 'keep it as float32, and cast it where it is used',
  });
}

async function loop(options: FitOptions, start: FitStart, state: TrainingState) {
  const { steps, variables, optimizer, callbacks = [], entryEvery = 100, onNonFinite = 'stop' } = options;
  const history: HistoryEntry[] = [];
  const durations: number[] = [];
  let done = options.from?.step ?? 0;
  let average = new RunningAverage(options.from?.average);
  let nonFinite = options.from?.nonFinite ?? noNonFinite;
  let isStopped = false;
  const closeEntry = async () => {
    const entry = { ...average.entry(done), ...counted(nonFinite) };
    history.push(entry);
    average = new RunningAverage();
    for (const callback of callbacks) await callback.onEntry?.(entry);
  };
  const moment = (): Moment => ({
    step: done,
    async state() {
      const arrays = await readState(state, variables, optimizer);
      return { step: done, ...arrays, average: average.sums, nonFinite };
    },
    writeVariables: () => state.writeVariables(),
    stop() {
      isStopped = true;
    },
  });
  const listeners = callbacks.filter(({ onStep }) => onStep);
  const stretches = new Stretches(state, options);
  const isNeeded = (step: number) =>
    step % entryEvery === 0 || step === steps || listeners.some(({ needsStep }) => needsStep?.(step) ?? true);
  const breath = breaths();
  for (const callback of callbacks) await callback.onStart?.(start, moment());
  while (done < steps && !isStopped && !options.signal?.aborted) {
    const stretch = await stretches.next({ step: done, counters: nonFinite, isNeeded });
    if (stretch.error) {
      nonFinite = await leftOut(stretch.error);
      done++;
    } else {
      for (const record of stretch.records) {
        durations.push(record.milliseconds);
        average.add(record);
      }
      done += stretch.records.length;
      if (nonFinite.inARow > 0) nonFinite = { ...nonFinite, inARow: 0 };
    }
    if ((done % entryEvery === 0 || done === steps) && !average.isEmpty) await closeEntry();
    for (const listener of listeners) await listener.onStep!(moment());
    await breath();
  }
  const failure = await nonFiniteParameters(state, done);
  for (const callback of callbacks) await callback.onEnd?.(moment(), failure);
  if (!average.isEmpty) await closeEntry();
  if (failure) throw failure;
  // a run that ended during the warm-up has no other steps
  const settled = durations.length > WARM_UP_STEPS ? durations.slice(WARM_UP_STEPS) : durations;
  return { steps: done, msPerStep: median(settled), history };

  async function leftOut(error: NonFiniteError): Promise<NonFiniteCounters> {
    try {
      return leaveOut(onNonFinite, nonFinite, error);
    } catch {
      await state.writeVariables();
      const located = withOrigin(error, originOf(options, done));
      for (const callback of callbacks) await callback.onEnd?.(moment(), located);
      throw located;
    }
  }
}

/** The origin of a step's loss that is not finite; undefined if tfjs cannot compute it. */
function originOf(options: FitOptions, step: number): NonFiniteOrigin | undefined {
  try {
    return stepOrigin(options, options.batch(step), options.variables);
  } catch {
    return undefined; // the error being reported matters more
  }
}

/** The counters for a history entry: only those with something to report. */
const counted = ({ skipped, rateFactor }: NonFiniteCounters): Pick<HistoryEntry, 'skipped' | 'rateFactor'> => ({
  ...(skipped > 0 ? { skipped } : {}),
  ...(rateFactor !== 1 ? { rateFactor } : {}),
});

/** Longest time between two turns of the event loop. */
const BREATH_MS = 50;

/** Lets signals and timers in now and then: the eager engine alone would never give a turn of the event loop. */
function breaths(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < BREATH_MS) return undefined;
    last = performance.now();
    return nextTurn();
  };
}

/** The middle value; 0 for an empty list. */
function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
