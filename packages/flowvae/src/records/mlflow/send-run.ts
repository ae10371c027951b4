// Sends the parts of a run that a tracking server does not have yet, from the files of its folder. It may be cut off
// anywhere and called again: every part is recorded once the server has answered, and a repeated part changes nothing.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { anyObject, type DescribedRun, foundRuns, madeExperiment, madeRun, namedExperiment } from './answers.ts';
import { metricBatches, paramBatches } from './batches.ts';
import type { Destination } from './destination.ts';
import {
  artefactsOf,
  begunAt,
  describedAs,
  endedAt,
  KEY,
  metricsByLine,
  resultMetrics,
  settingsOf,
} from './run-content.ts';
import { SENT, type Sent, sentTo, writeSent } from './sent-record.ts';
import { RefusedError, type TrackingClient } from './tracking-client.ts';

/** How a run stands, in MLflow's words. A stopped run, which can go on, counts as killed. */
export type RunStatus = 'RUNNING' | 'FINISHED' | 'KILLED' | 'FAILED';

/** Options of {@link sendRun}. */
export interface SendRunOptions {
  readonly client: TrackingClient;
  readonly status: RunStatus;
}

/** A run on a server. */
export interface SentRun {
  readonly runId: string;
  /** Why some or all files were not sent; absent: they were, or the run goes on. */
  readonly withoutFiles?: string;
}

/**
 * Sends a run that this process holds the lock of.
 *
 * @throws AwayError, RefusedError as the client; ExpectationError for damaged files, or another experiment
 */
export async function sendRun(folder: string, to: Destination, { client, status }: SendRunOptions): Promise<SentRun> {
  const sending = new Sending(folder, to, client);
  await sending.make();
  try {
    await sending.settings();
    await sending.metrics();
    if (status === 'FINISHED') await sending.results();
    await sending.status(status);
    // last, for they may be large: the run has ended, however long they take
    const withoutFiles = status === 'RUNNING' ? undefined : await sending.artefacts();
    return { runId: sending.runId, ...(withoutFiles === undefined ? {} : { withoutFiles }) };
  } catch (error) {
    throw error instanceof RefusedError ? explained(error, folder) : error;
  }
}

/** Says how to go on if the run was removed on the server. */
function explained({ message, code }: RefusedError, folder: string): RefusedError {
  const isGone = code === 'RESOURCE_DOES_NOT_EXIST' || /\bdeleted\b/.test(message);
  const remedy = `; restore the run there, or remove ${join(folder, SENT)} to send it anew, as another one`;
  return new RefusedError(`${message}${isGone ? remedy : ''}`, code);
}

class Sending {
  readonly #folder: string;
  readonly #client: TrackingClient;
  #sent: Sent;

  constructor(folder: string, to: Destination, client: TrackingClient) {
    this.#folder = folder;
    this.#client = client;
    this.#sent = sentTo(folder, to);
  }

  get runId(): string {
    return this.#sent.runId!;
  }

  /** Makes the run, or finds one whose making was not answered. */
  async make(): Promise<void> {
    if (this.#sent.runId !== undefined) return;
    this.#keep({}); // the key, before the server knows it
    const { experiment, key } = this.#sent;
    const id = await experimentId(this.#client, experiment);
    const { info } = (await this.#found(id, key)) ?? (await this.#made(id, key));
    this.#keep({ runId: info.run_id, artifactUri: storeOf(info.artifact_uri) });
  }

  async #found(experiment: string, key: string): Promise<DescribedRun | undefined> {
    const filter = `tags.\`${KEY}\` = '${key}'`;
    const body = { experiment_ids: [experiment], filter, max_results: 1 };
    return (await this.#client.post('runs/search', body, foundRuns)).runs[0];
  }

  async #made(experiment: string, key: string): Promise<DescribedRun> {
    const { name, tags } = describedAs(this.#folder, key);
    const start = begunAt(this.#folder);
    const body = { experiment_id: experiment, run_name: name, start_time: start, tags };
    return (await this.#client.post('runs/create', body, madeRun)).run;
  }

  /** Settings never change; only the number of layers comes later. */
  async settings(): Promise<void> {
    const settings = settingsOf(this.#folder);
    const text = JSON.stringify(settings);
    if (text === this.#sent.settings) return;
    const before = this.#sent.settings === undefined ? {} : JSON.parse(this.#sent.settings);
    const news = Object.fromEntries(Object.entries(settings).filter(([name]) => !Object.hasOwn(before, name)));
    for (const params of paramBatches(news)) await this.#log({ params });
    this.#keep({ settings: text });
  }

  async metrics(): Promise<void> {
    const { lines: done } = this.#sent;
    const unsent = metricsByLine(this.#folder, done);
    for (let at = 0; at < unsent.length; at += LINES) {
      const next = unsent.slice(at, at + LINES);
      for (const metrics of metricBatches(next.flat())) await this.#log({ metrics });
      this.#keep({ lines: done + at + next.length });
    }
  }

  /** An evaluation may be repeated with other samples: its results then follow the first ones. */
  async results(): Promise<void> {
    const metrics = resultMetrics(this.#folder);
    const text = JSON.stringify(metrics.map(({ key, value }) => [key, value]));
    if (text === this.#sent.results) return;
    for (const batch of metricBatches(metrics)) await this.#log({ metrics: batch });
    this.#keep({ results: text });
  }

  /** Sends files that the server does not have. @returns why some were not sent */
  async artefacts(): Promise<string | undefined> {
    const { artifactUri: store = '' } = this.#sent;
    const root = proxiedPath(store);
    if (root === undefined) return `the server does not take files for its store (${store || 'none named'})`;
    const refusals: string[] = [];
    for (const name of artefactsOf(this.#folder)) {
      const content = new Uint8Array(await readFile(join(this.#folder, name)));
      const digest = createHash('sha256').update(content).digest('hex');
      if (this.#sent.artefacts[name] === digest) continue;
      try {
        await this.#client.upload(`${root}/${name}`, content);
        this.#keep({ artefacts: { ...this.#sent.artefacts, [name]: digest } });
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        refusals.push(`${name}: ${error.message}`); // one may be too large for a proxy
      }
    }
    return refusals.length === 0 ? undefined : refusals.join(', ');
  }

  async status(status: RunStatus): Promise<void> {
    if (this.#sent.status === status) return;
    const end = status === 'RUNNING' ? {} : { end_time: endedAt(this.#folder) };
    await this.#client.post('runs/update', { run_id: this.runId, status, ...end }, anyObject);
    this.#keep({ status });
  }

  #log(body: object) {
    return this.#client.post('runs/log-batch', { run_id: this.runId, ...body }, anyObject);
  }

  #keep(changes: Partial<Sent>): void {
    this.#sent = { ...this.#sent, ...changes };
    writeSent(this.#folder, this.#sent);
  }
}

/** Lines that are recorded as sent at once. */
const LINES = 100;

/** The experiment of a name, made where there is none; another process may make it at the same time. */
async function experimentId(client: TrackingClient, name: string): Promise<string> {
  const known = await unless('RESOURCE_DOES_NOT_EXIST', () => named(client, name));
  if (known !== undefined) return known;
  const made = await unless('RESOURCE_ALREADY_EXISTS', async (): Promise<string> => {
    return (await client.post('experiments/create', { name }, madeExperiment)).experiment_id;
  });
  return made ?? named(client, name);
}

async function named(client: TrackingClient, name: string): Promise<string> {
  const { experiment } = await client.get('experiments/get-by-name', { experiment_name: name }, namedExperiment);
  if (experiment.lifecycle_stage !== 'deleted') return experiment.experiment_id;
  throw new RefusedError(`the experiment '${name}' was deleted: restore it, or name another by --mlflow-experiment`);
}

/** Undefined where the server refuses for this reason. */
async function unless<T>(code: string, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RefusedError && error.code === code) return undefined;
    throw error;
  }
}

/** The path of a run's artefacts on a server that stands before its store: `mlflow-artifacts:/1/<run>/artifacts`. */
const proxiedPath = (uri: string): string | undefined => /^mlflow-artifacts:(?:\/\/[^/]*)?\/+(.+)$/.exec(uri)?.[1];

/** Only the kind of a store that the server does not stand before: its address may hold a password. */
const storeOf = (uri: string): string =>
  proxiedPath(uri) === undefined ? (/^[a-z][a-z0-9+.-]*:/i.exec(uri)?.[0] ?? '') : uri;
