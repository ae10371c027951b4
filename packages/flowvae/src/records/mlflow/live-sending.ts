// Sends a run while it is going on. Training never waits for the server and never fails by it: the unsent rest goes
// with the next attempt, after the end, or by `flowvae runs send`.
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { CONFIG, liveHolder } from '@flowvae/runs/plain';
import type { Destination } from './destination.ts';
import { faultOf, sendIdleRun } from './send-idle-run.ts';
import { sendRun } from './send-run.ts';
import { AwayError, trackingClient } from './tracking-client.ts';

/** Options of {@link liveSending}. */
export interface LiveSendingOptions {
  readonly destinations: readonly Destination[];
  /** Takes notices, a line each. */
  readonly tell: (notice: string) => void;
  /** Milliseconds between attempts; after a failure twice as many, and so on. Default 5000. */
  readonly every?: number;
}

/** A run that is being sent. */
export interface LiveSending {
  /**
   * Sends the rest; called when no process works on the run any more.
   *
   * @param within milliseconds that it may take
   */
  end(within: number): Promise<void>;
}

const EVERY_MS = 5_000;

/** The longest time between attempts. */
const LONGEST_MS = 60_000;

/** Begins to send the run in a folder, as soon as this process has begun it. */
export function liveSending(folder: string, options: LiveSendingOptions): LiveSending {
  const each = options.destinations.map((to) => sendingTo(folder, to, options));
  return {
    async end(within) {
      await Promise.all(each.map((sending) => sending.end(within)));
    },
  };
}

function sendingTo(folder: string, to: Destination, { tell, every = EVERY_MS }: LiveSendingOptions): LiveSending {
  const stop = new AbortController();
  const client = trackingClient(to.uri, { signal: stop.signal });
  const later = `what was not sent: flowvae runs send ${folder} --mlflow ${to.uri}`;
  let told = false;
  const failed = (fault: string, words: string) => {
    if (!told) tell(`MLflow: ${fault}; ${words}`);
    told = true;
  };
  /** @returns milliseconds until the next attempt; undefined: there is none */
  const attempt = async (waited: number): Promise<number | undefined> => {
    if (!isOwn(folder)) return every;
    try {
      await sendRun(folder, to, { client, status: 'RUNNING' });
      if (told) tell('MLflow: the server has the run again');
      told = false;
      return every;
    } catch (error) {
      const fault = faultOf(error);
      if (stop.signal.aborted) return undefined;
      const isAway = error instanceof AwayError;
      failed(fault, isAway ? 'training goes on, and it will be tried again' : `training goes on without it; ${later}`);
      return isAway ? Math.min(2 * waited, LONGEST_MS) : undefined;
    }
  };
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();
  const schedule = (wait: number) => {
    timer = setTimeout(() => {
      current = attempt(wait).then((next) => {
        if (next !== undefined && !stop.signal.aborted) schedule(next);
      });
      current.catch(() => {}); // `end` reports it
    }, wait).unref();
  };
  schedule(every);
  return {
    async end(within) {
      stop.abort();
      clearTimeout(timer);
      await current;
      // it did not begin, or another process has taken it up
      if (!existsSync(join(folder, CONFIG)) || liveHolder(folder)) return;
      const rest = trackingClient(to.uri, { signal: AbortSignal.timeout(within) });
      const outcome = await sendIdleRun(folder, to, rest);
      if ('failure' in outcome) tell(`MLflow: ${outcome.failure}; ${later}`);
      else if (outcome.withoutFiles) tell(`MLflow: files are not sent: ${outcome.withoutFiles}`);
    },
  };
}

/** Whether this process holds the lock of a run: only then may it write to the folder. */
function isOwn(folder: string): boolean {
  const holder = existsSync(join(folder, CONFIG)) ? liveHolder(folder) : undefined;
  return holder?.pid === process.pid && holder.host === hostname();
}
