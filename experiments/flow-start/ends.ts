// Where a run ends: its validation bound, and the share of its flow's layers on the flat ends of tanh.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  completeConfig,
  dataRows,
  key,
  openRun,
  type ProgressStream,
  RunFolder,
  startEagerBackend,
  trainRun,
  type ValidationEntry,
} from 'flowvae';
import { useOf } from '../table2/flow-use.ts';
import { type Case, type Part, settingsOf } from './config.ts';

/** Images and draws that the flow is judged by. */
const TAKEN = { first: 0, count: 100, draws: 10 } as const;

/** A run's end; nats. */
export interface End extends Case {
  readonly steps: number;
  /** −ELBO of the validation set, untempered, by step. */
  readonly validation: readonly (readonly [step: number, negativeElbo: number])[];
  /** Share of layers and draws with |tanh(wᵀz + b)| above 0.99. */
  readonly flat: number;
  readonly logDet: number;
}

/** How and where a run is done. */
export interface EndOptions {
  /** The run's folder; a run that is there goes on. */
  readonly out: string;
  readonly threads: number;
  readonly progress: ProgressStream;
  readonly signal: AbortSignal;
}

/** Trains a case to its end; undefined after a stop. */
export async function endOf(each: Case, { steps, every }: Part, options: EndOptions): Promise<End | undefined> {
  const { out, progress, signal } = options;
  const resume = existsSync(join(out, 'config.json'));
  // on as many threads as it began with: others could give other bytes
  const threads = resume ? RunFolder.claimed(out).readConfig().threads : options.threads;
  const config = completeConfig({ ...settingsOf(each), steps, validateEvery: every, evalImages: 0, threads });
  await trainRun(config, { out, resume, progress, signal });
  if (signal.aborted) return undefined;
  await startEagerBackend('wasm');
  const { folder, parts } = await openRun(out);
  const validations = folder.readMetrics().filter((entry): entry is ValidationEntry => 'validation' in entry);
  // the run itself has no test rows: it is not evaluated
  const test = dataRows(parts.set, 'test', { binarisation: parts.plan.binarisation, key: key(0) });
  const { flat, logDet } = useOf({ ...parts, test }, TAKEN);
  return {
    ...each,
    steps,
    validation: validations.map(({ step, validation }) => [step, -validation.elbo] as const),
    flat,
    logDet,
  };
}
