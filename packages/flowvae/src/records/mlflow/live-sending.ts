// Sends a run while it is going on. Training never waits for the server and never fails by it: the unsent rest goes
// with the next attempt, after the end, or by `flowvae runs send`.
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { CONFIG, liveHolder } from '@flowvae/runs/plain';
import type { Destination } from './destination.ts';
import { faultOf, sendIdleRun } from './send-idle-run.ts';
import { sendLater } from './send-later.ts';
import { sendRun } from './send-run.ts';
import { AwayError, type TrackingClient, trackingClient } from './tracking-client.ts';

/** Options of {@link liveSending}. */
export interface LiveSendingOptions {
  readonly destinations: readonly Destination[];
  /** Takes notices, a line each. */
  readonly tell: (notice: string) => void;
  /** Milliseconds between attempts; after a failure twice as many, and so on. Default 5000. */
  readonly every?: number;
}

/** Limits of {@link LiveSending.end}. */
interface EndOptions {
  /** Milliseconds that it may take. */
  readonly within: number;
  /** Ends it at once; one that was aborted before has no effect. */
  readonly signal?: AbortSignal;
}

/** A run that is being sent. */
export interface LiveSending {
  /** Sends the rest; called when no process works on the run any more. It never rejects: faults are told. */
  end(options: EndOptions): Promise<void>;
}

const EVERY_MS = 5_000;

/** The longest time between attempts. */
const LONGEST_MS = 60_000;

/** The time after which the user is told that the rest is being sent. */
const PATIENCE_MS = 2_000;

/**
 * Begins to send the run in a folder, as soon as this process has begun it.
 *
 * @throws ExpectationError for credentials that cannot be sent
 */
export function liveSending(folder: string, options: LiveSendingOptions): LiveSending {
  const each = options.destinations.map((to) => new SendingTo(folder, to, options));
  return {
    async end(limits) {
      await Promise.all(each.map((sending) => sending.end(limits)));
    },
  };
}

class SendingTo implements LiveSending {
  readonly #folder: string;
  readonly #to: Destination;
  readonly #options: LiveSendingOptions;
  readonly #stop = new AbortController();
  readonly #client: TrackingClient;
  #isAwayTold = false;
  #timer: NodeJS.Timeout | undefined;
  #current: Promise<void> = Promise.resolve();

  constructor(folder: string, to: Destination, options: LiveSendingOptions) {
    this.#folder = folder;
    this.#to = to;
    this.#options = options;
    this.#client = this.#clientUntil(this.#stop.signal);
    this.#schedule(this.#every);
  }

  async end(limits: EndOptions): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#timer);
    await this.#current;
    try {
      // it did not begin, or another process has taken it up
      if (existsSync(join(this.#folder, CONFIG)) && !liveHolder(this.#folder)) await this.#sendRest(limits);
    } catch (error) {
      this.#failed(faultOf(error));
    }
  }

  async #sendRest({ within, signal }: EndOptions): Promise<void> {
    const { tell } = this.#options;
    const limits = [AbortSignal.timeout(within), ...(signal && !signal.aborted ? [signal] : [])];
    const limit = AbortSignal.any(limits);
    const said = setTimeout(() => tell(`MLflow: sending the rest to ${this.#to.uri}`), PATIENCE_MS).unref();
    const outcome = await sendIdleRun(this.#folder, this.#to, this.#clientUntil(limit));
    clearTimeout(said);
    if ('failure' in outcome)
      this.#failed(limit.aborted ? `${this.#to.uri} did not take all in time` : outcome.failure);
    else if (outcome.withoutFiles) tell(`MLflow: files are not sent: ${outcome.withoutFiles}`);
  }

  get #every(): number {
    return this.#options.every ?? EVERY_MS;
  }

  #clientUntil(signal: AbortSignal): TrackingClient {
    return trackingClient(this.#to.uri, { signal, ...(this.#to.isRemembered ? { env: {} } : {}) });
  }

  #schedule(wait: number): void {
    this.#timer = setTimeout(() => {
      this.#current = this.#attempt(wait).then((next) => {
        if (next !== undefined && !this.#stop.signal.aborted) this.#schedule(next);
      });
    }, wait).unref();
  }

  /** Never rejects. @returns milliseconds until the next attempt; undefined: there is none */
  async #attempt(waited: number): Promise<number | undefined> {
    const { tell } = this.#options;
    try {
      if (!isOwn(this.#folder)) return this.#every;
      await sendRun(this.#folder, this.#to, { client: this.#client, status: 'RUNNING' });
      if (this.#isAwayTold) tell('MLflow: the server has the run again');
      this.#isAwayTold = false;
      return this.#every;
    } catch (error) {
      if (this.#stop.signal.aborted) return undefined;
      if (!(error instanceof AwayError)) {
        this.#failed(`${faultOf(error)}; training goes on without it`);
        return undefined;
      }
      if (!this.#isAwayTold) tell(`MLflow: ${faultOf(error)}; training goes on, and it will be tried again`);
      this.#isAwayTold = true;
      return Math.min(2 * waited, LONGEST_MS);
    }
  }

  #failed(fault: string): void {
    const hint = this.#to.isRemembered && /answers 40[13]\b/.test(fault) ? ` (${WITHOUT_CREDENTIALS})` : '';
    this.#options.tell(`MLflow: ${fault}${hint}; to send the rest later: ${sendLater(this.#folder, this.#to)}`);
  }
}

/** A folder from elsewhere could name any server. */
const WITHOUT_CREDENTIALS = 'credentials go only to a server that --mlflow names';

/** Whether this process holds the lock of a run: only then may it write to the folder. */
function isOwn(folder: string): boolean {
  const holder = existsSync(join(folder, CONFIG)) ? liveHolder(folder) : undefined;
  return holder?.pid === process.pid && holder.host === hostname();
}
