// Sends the parts of a run that a tracking server does not have yet, from the files of its folder. It may be cut off
// anywhere and called again: every part is recorded once the server has answered, and a repeated part changes nothing.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
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
import { type Sent, sentTo, writeSent } from './sent-record.ts';
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
  /** Why files were not sent; absent: they were, or the run goes on. */
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
  await sending.settings();
  await sending.metrics();
  let withoutFiles: string | undefined;
  if (status !== 'RUNNING') {
    if (status === 'FINISHED') await sending.results();
    withoutFiles = await sending.artefacts();
  }
  await sending.status(status);
  return { runId: sending.runId, ...(withoutFiles === undefined ? {} : { withoutFiles }) };
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
    this.#keep({ runId: info.run_id, artifactUri: info.artifact_uri });
  }

  async #found(experiment: string, key: string) {
    const filter = `tags.\`${KEY}\` = '${key}'`;
    const { runs } = await this.#client.post('runs/search', { experiment_ids: [experiment], filter, max_results: 1 });
    return runs?.[0];
  }

  async #made(experiment: string, key: string) {
    const { name, tags } = describedAs(this.#folder, key);
    const start = begunAt(this.#folder);
    const body = { experiment_id: experiment, run_name: name, start_time: start, tags };
    return (await this.#client.post('runs/create', body)).run;
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
    const lines = metricsByLine(this.#folder);
    let { lines: done } = this.#sent;
    while (done < lines.length) {
      const next = Math.min(done + LINES, lines.length);
      for (const metrics of metricBatches(lines.slice(done, next).flat())) await this.#log({ metrics });
      done = next;
      this.#keep({ lines: done });
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

  /** Sends files that the server does not have. @returns why none was sent, if the server cannot take them */
  async artefacts(): Promise<string | undefined> {
    const root = proxiedPath(this.#sent.artifactUri);
    if (root === undefined) return `the server does not take files for its store ${this.#sent.artifactUri}`;
    for (const name of artefactsOf(this.#folder)) {
      const content = new Uint8Array(await readFile(join(this.#folder, name)));
      const digest = createHash('sha256').update(content).digest('hex');
      if (this.#sent.artefacts[name] === digest) continue;
      await this.#client.upload(`${root}/${name}`, content);
      this.#keep({ artefacts: { ...this.#sent.artefacts, [name]: digest } });
    }
    return undefined;
  }

  async status(status: RunStatus): Promise<void> {
    if (this.#sent.status === status) return;
    const end = status === 'RUNNING' ? {} : { end_time: endedAt(this.#folder) };
    await this.#client.post('runs/update', { run_id: this.runId, status, ...end });
    this.#keep({ status });
  }

  #log(body: object) {
    return this.#client.post('runs/log-batch', { run_id: this.runId, ...body });
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
    return (await client.post('experiments/create', { name })).experiment_id;
  });
  return made ?? named(client, name);
}

async function named(client: TrackingClient, name: string): Promise<string> {
  const { experiment } = await client.get('experiments/get-by-name', { experiment_name: name });
  return experiment.experiment_id;
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
const proxiedPath = (uri = ''): string | undefined => /^mlflow-artifacts:(?:\/\/[^/]*)?\/+(.+)$/.exec(uri)?.[1];
