// An MLflow server that this process plays, and a run's numbers as the server and as the folder have them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { sendIdleRun } from '../../../packages/flowvae/src/records/mlflow/send-idle-run.ts';
import { trackingClient } from '../../../packages/flowvae/src/records/mlflow/tracking-client.ts';
import { TrackingServer } from './tracking-server.ts';

/** The server; each test finds it empty and answering. */
export const server = await TrackingServer.start();
beforeEach(() => {
  server.runs.clear();
  server.requests.length = 0;
  server.store = 'mlflow-artifacts:';
  server.otherwise = () => undefined;
  server.deleted.clear();
  server.fateOf = () => 'answered';
});
afterEach(() => {
  process.exitCode = 0;
});

/** The numbers of each line, by key and step, as a reader of metrics.jsonl would write them down. */
export function linesOf(run: string): string[] {
  const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n');
  return lines.flatMap((line) => {
    const { step, terms = {}, validation, ...scalars } = JSON.parse(line);
    const ofTraining = validation ? {} : { ...scalars, ...terms };
    return [
      ...Object.entries(ofTraining).map(([name, value]) => `train/${name} ${step} ${value}`),
      ...Object.entries(validation ?? {}).map(([name, value]) => `validation/${name} ${step} ${value}`),
    ];
  });
}

/** The same numbers as the server has them, with repetitions. */
export const servedLines = () =>
  [...server.run.metrics.values()]
    .filter(({ key }) => /^(train|validation)\//.test(key) && key !== 'validation/best')
    .map(({ key, step, value }) => `${key} ${step} ${value}`);

/** The last value of each key. */
export const servedResults = () =>
  Object.fromEntries([...server.run.metrics.values()].map(({ key, value }) => [key, value]));

/** An object of a run's folder. */
export const read = (run: string, name: string) => JSON.parse(readFileSync(join(run, name), 'utf8'));
/** Sends a run to the server. */
export const send = (run: string) =>
  sendIdleRun(run, { uri: server.uri, experiment: 'mine' }, trackingClient(server.uri));
/** Requests that changed something. */
export const posted = () => server.requests.filter(({ path }) => /log-batch|create|update|artifacts/.test(path)).length;

/** Everything that the server has, in an order of its own. */
export function served() {
  const { tags, ...run } = server.run;
  const { 'flowvae.key': _, ...others } = tags;
  const order = (map: ReadonlyMap<string, unknown>) => [...map.keys()].toSorted();
  return { ...run, tags: others, metrics: order(run.metrics), files: order(run.files) };
}
