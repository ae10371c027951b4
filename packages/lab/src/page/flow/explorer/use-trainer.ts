// The page's side of training: the worker, and its news.
import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { FlowNews, FlowOrder } from '../../../worker/flow-messages.ts';
import { isSingleFile, startWorker } from '../../parts/beside.ts';
import type { BoundEntry } from '../canvas/bound-chart.ts';
import { formulaOf } from './preset.ts';
import type { Exploration } from './use-explorer.ts';

/** The state of a training. */
export interface Training {
  readonly phase: 'ready' | 'starting' | 'running' | 'stopping' | 'stopped' | 'done' | 'failed';
  readonly step: number;
  readonly entries: readonly BoundEntry[];
  readonly engine: string;
  readonly msPerStep: number;
  /** Why another engine runs, or why the training failed. */
  readonly note: string;
}

/** Training, and the orders for it. */
export interface Trainer extends Training {
  /** Begins, or goes on from the last stop if nothing was changed since. */
  start(steps: number): void;
  stop(): void;
}

const ready: Training = { phase: 'ready', step: 0, entries: [], engine: '', msPerStep: 0, note: '' };

/** The training after a message. */
function after(before: Training, news: FlowNews): Training {
  if (news.kind === 'started') {
    return { ...before, phase: 'running', engine: news.engine, note: news.fallback ?? '' };
  }
  if (news.kind === 'progress') {
    const { step, elbo, msPerStep } = news;
    return { ...before, step, msPerStep, entries: [...before.entries, { step, elbo }] };
  }
  if (news.kind === 'stopped') return { ...before, phase: news.isDone ? 'done' : 'stopped', step: news.step };
  return { ...before, phase: 'failed', note: news.message };
}

/** The page draws for at most this share of the time while it trains, so that it still answers. */
const DRAWING_SHARE = 0.3;

/** Shows values as often as their pictures allow; values that must be seen are never left out. */
function paced<T>(show: (values: T) => void): (values: T, isNeeded: boolean) => void {
  let due = 0;
  return (values, isNeeded) => {
    const begin = performance.now();
    if (begin < due && !isNeeded) return;
    due = Number.POSITIVE_INFINITY;
    show(values);
    requestAnimationFrame(() =>
      setTimeout(() => {
        due = begin + (performance.now() - begin) / DRAWING_SHARE;
      }),
    );
  };
}

/** A worker and the training in it. */
interface Session {
  readonly worker: Worker;
  readonly steps: number;
  /** The parameters at its last stop. */
  left?: unknown;
}

export function useTrainer({ model, choice, setValues }: Exploration): Trainer {
  const [training, setTraining] = useState(ready);
  const session = useRef<Session | undefined>(undefined);
  const close = useCallback(() => {
    session.current?.worker.terminate();
    session.current = undefined;
  }, []);
  // another flow, base or target ends the training, before the page hears of it again
  useLayoutEffect(
    () => () => {
      close();
      setTraining(ready);
    },
    [model.flow, choice, close],
  );
  const order = (message: FlowOrder) => session.current!.worker.postMessage(message);
  const open = (steps: number) => {
    close();
    const opened: Session = { worker: startWorker('flow'), steps };
    session.current = opened;
    const show = paced((values: typeof model.values) => setValues(model.flow, values));
    const hear = (news: FlowNews) => {
      // messages that were under way when the session ended
      if (session.current !== opened) return;
      setTraining((before) => after(before, news));
      if (!('values' in news) || !news.values) return;
      show(news.values, news.kind === 'stopped');
      if (news.kind === 'stopped') opened.left = news.isDone ? undefined : news.values;
    };
    opened.worker.onmessage = ({ data }: MessageEvent<FlowNews>) => hear(data);
    opened.worker.onerror = ({ message }) => hear({ kind: 'failed', message });
  };
  const start = (steps: number) => {
    const goesOn = session.current?.left === model.values && session.current.steps === steps;
    if (!goesOn) open(steps);
    setTraining((before) => ({ ...(goesOn ? before : ready), phase: 'starting' }));
    const { setup, values } = model;
    const { base, seed } = setup;
    order({
      kind: 'start',
      formula: formulaOf(setup),
      values,
      base,
      target: choice,
      steps,
      seed,
      goesOn,
      engine: 'compiled',
      // a page of one file has no runtime
      runtime: isSingleFile ? undefined : new URL('ort/', location.href.replace(/#.*/, '')).href,
    });
  };
  const stop = () => {
    setTraining((before) => ({ ...before, phase: 'stopping' }));
    order({ kind: 'stop' });
  };
  // parameters that were moved by hand since the stop begin a new training
  const isMoved = training.phase === 'stopped' && session.current?.left !== model.values;
  return { ...training, ...(isMoved ? { phase: 'ready' as const } : {}), start, stop };
}
