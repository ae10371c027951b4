// The training loop. It writes no file and prints nothing: callbacks do.
import { loadRuntime } from '@flowvae/compiler';
import type { NamedVariables } from '@flowvae/tensor';
import type { Engine } from './gradient-step.ts';
import { type HistoryEntry, RunningAverage } from './history.ts';
import { refuseNonFinite, refuseNonFiniteParameters } from './non-finite.ts';
import { FIRST_SLOT, type Optimizer } from './optimizer.ts';
import { parallelState } from './parallel/parallel-state.ts';
import { localState, type TrainingState, type TrainingStateOptions } from './training-state.ts';
import type { TrainingProblem } from './variational.ts';

/** What a run looks like when it starts. */
export interface FitStart {
  readonly steps: number;
  readonly engine: Engine;
  /** Why the compiled engine is not used although it was asked for. */
  readonly fallback?: string;
}

/** Told what happens; every method may be left out. A promise is awaited. */
export interface Callback {
  onStart?(start: FitStart): void | Promise<void>;
  onEntry?(entry: HistoryEntry): void | Promise<void>;
}

/** Options of {@link fit}. */
export interface FitOptions extends TrainingProblem {
  readonly variables: NamedVariables;
  readonly optimizer: Optimizer;
  readonly steps: number;
  /** Default `'compiled'`; where ONNX Runtime cannot be loaded, `onStart` is told why and the run goes on eagerly. */
  readonly engine?: Engine;
  /** Cores for one step. Default 1. */
  readonly threads?: number;
  /** Steps averaged into one entry of the history. Default 100. */
  readonly entryEvery?: number;
  readonly callbacks?: readonly Callback[];
  /** Stops after the step under way. */
  readonly signal?: AbortSignal;
}

/** What a run was. */
export interface FitResult {
  /** Steps done. */
  readonly steps: number;
  readonly engine: Engine;
  /** Median duration of a step after 20 warm-up steps (of all where there are no more), batch and optimiser included, tracing not; ms. */
  readonly msPerStep: number;
  readonly history: readonly HistoryEntry[];
}

/** Steps that the median of durations leaves out: caches and the runtime's memory pool settle in them. */
const WARM_UP_STEPS = 20;

/**
 * Minimises a loss: batch → loss and gradients → optimiser, step by step. Equal arguments give equal bytes for one thread count, runtime
 * version and machine. At the end, and when it is stopped, the variables hold the trained values.
 *
 * @throws NonFiniteError at the first loss, term or gradient that is not finite, before the parameters take it
 */
export async function fit(options: FitOptions): Promise<FitResult> {
  const { variables, optimizer, inputShapes, loss, threads = 1, callbacks = [] } = options;
  const { engine, fallback } = await chooseEngine(options.engine ?? 'compiled');
  const { slots } = optimizer;
  const state = await trainingState(engine, { loss, variables, inputShapes, threads, slots }, options.batchInputs);
  try {
    const start = { steps: options.steps, engine, ...(fallback === undefined ? {} : { fallback }) };
    for (const callback of callbacks) await callback.onStart?.(start);
    try {
      return { engine, ...(await loop(options, state)) };
    } finally {
      await state.writeVariables();
    }
  } finally {
    await state.dispose();
  }
}

/** Several threads share the rows of a batch where the loss is a mean over them. */
function trainingState(engine: Engine, options: TrainingStateOptions, batchInputs: readonly string[] | undefined) {
  const spread = engine === 'compiled' && options.threads > 1 && batchInputs;
  return spread ? parallelState({ ...options, batchInputs }) : localState(engine, options);
}

async function chooseEngine(wanted: Engine): Promise<{ engine: Engine; fallback?: string }> {
  if (wanted === 'eager') return { engine: 'eager' };
  const runtime = await loadRuntime();
  return typeof runtime === 'string' ? { engine: 'eager', fallback: runtime } : { engine: 'compiled' };
}

async function loop(options: FitOptions, state: TrainingState) {
  const { steps, optimizer, batch, callbacks = [], entryEvery = 100, signal } = options;
  const history: HistoryEntry[] = [];
  const durations: number[] = [];
  let average = new RunningAverage();
  const closeEntry = async (step: number) => {
    const entry = average.entry(step);
    history.push(entry);
    average = new RunningAverage();
    for (const callback of callbacks) await callback.onEntry?.(entry);
  };
  let done = 0;
  while (done < steps && !signal?.aborted) {
    const from = performance.now();
    const values = await state.run(batch(done));
    const gradientNorm = state.gradientNorm();
    await refuseNonFinite(values, gradientNorm, { step: done, state });
    optimizer.apply(state, FIRST_SLOT, done);
    state.commit();
    const milliseconds = performance.now() - from;
    durations.push(milliseconds);
    average.add({ ...values, gradientNorm, milliseconds });
    done++;
    if (done % entryEvery === 0) await closeEntry(done);
  }
  if (!average.isEmpty) await closeEntry(done);
  await refuseNonFiniteParameters(state, done);
  // a run that ended while it warmed up has no other steps to judge by
  const settled = done > WARM_UP_STEPS ? durations.slice(WARM_UP_STEPS) : durations;
  return { steps: done, msPerStep: median(settled), history };
}

/** The middle value; 0 of none. */
function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
