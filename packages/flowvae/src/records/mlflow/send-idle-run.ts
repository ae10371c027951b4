// Sends a run that no process works on, under its lock.
import { LockedError, lockRun } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { idleState, type RunState } from '../../run-list/run-state.ts';
import type { Destination } from './destination.ts';
import { type RunStatus, type SentRun, sendRun } from './send-run.ts';
import { AwayError, RefusedError, type TrackingClient } from './tracking-client.ts';

/** Why a run is not on a server. */
export interface Failure {
  readonly failure: string;
  /** Whether the server is away, so that other runs cannot be sent either. */
  readonly isAway?: boolean;
}

/** A run on a server, or why it is not there. */
export type Outcome = SentRun | Failure;

/** Sends the unsent parts of a run. A fault of the server or of a file is named in the outcome, never thrown. */
export async function sendIdleRun(folder: string, to: Destination, client: TrackingClient): Promise<Outcome> {
  try {
    const lock = lockRun(folder);
    try {
      const state = idleState(folder);
      if (state === undefined || state.state === 'damaged') return { failure: state?.reason ?? 'it is no run' };
      return await sendRun(folder, to, { client, status: statusOf(state) });
    } finally {
      lock.release();
    }
  } catch (error) {
    if (error instanceof LockedError) return { failure: 'a process works on it: send it after its end' };
    return { failure: faultOf(error), isAway: error instanceof AwayError };
  }
}

/** A fault in one line: of files that the system refuses, and of defects, too. A run never fails by its sending. */
export function faultOf(error: unknown): string {
  const isExpected = error instanceof AwayError || error instanceof RefusedError || error instanceof ExpectationError;
  return isExpected ? error.message : String(error);
}

/** The status of a run that no process works on. A reason tells that the values stopped being finite. */
export function statusOf({ state, reason }: RunState): RunStatus {
  if (state === 'finished') return 'FINISHED';
  return reason === undefined ? 'KILLED' : 'FAILED';
}
