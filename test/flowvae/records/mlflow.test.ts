// Runs on an MLflow server that this process plays: finished ones, runs that are going on, and servers that go away.
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { lockRun, sealed } from '@flowvae/runs/plain';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { metricBatches, paramBatches } from '../../../packages/flowvae/src/records/mlflow/batches.ts';
import { liveSending } from '../../../packages/flowvae/src/records/mlflow/live-sending.ts';
import { sendIdleRun } from '../../../packages/flowvae/src/records/mlflow/send-idle-run.ts';
import { trackingClient } from '../../../packages/flowvae/src/records/mlflow/tracking-client.ts';
import { flowvae } from '../../processes/programs.ts';
import { flowvaeHere, jsonHere } from '../in-process.ts';
import { changed, finished, without } from '../run-list/changed-runs.ts';
import { freshPath, tinyData, tinyFlags } from '../tiny-run.ts';
import { type Fate, TrackingServer } from './tracking-server.ts';

const server = await TrackingServer.start();
beforeEach(() => {
  server.runs.clear();
  server.requests.length = 0;
  server.store = 'mlflow-artifacts:';
  server.fateOf = () => 'answered';
});
afterEach(() => {
  process.exitCode = 0;
});

/** The numbers of each line, by key and step, as a reader of metrics.jsonl would write them down. */
function linesOf(run: string): string[] {
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
const servedLines = () =>
  [...server.run.metrics.values()]
    .filter(({ key }) => /^(train|validation)\//.test(key) && key !== 'validation/best')
    .map(({ key, step, value }) => `${key} ${step} ${value}`);

const servedResults = () => Object.fromEntries([...server.run.metrics.values()].map(({ key, value }) => [key, value]));

const read = (run: string, name: string) => JSON.parse(readFileSync(join(run, name), 'utf8'));
const send = (run: string) => sendIdleRun(run, { uri: server.uri, experiment: 'mine' }, trackingClient(server.uri));
const posted = () => server.requests.filter(({ path }) => /log-batch|create|update|artifacts/.test(path)).length;

describe('flowvae runs send', () => {
  it('sends settings, metrics by step, results, tags and files of a finished run, each once', async () => {
    const run = changed(() => {});
    const words = ['runs', 'send', run, '--mlflow', `${server.uri}/`, '--mlflow-experiment', 'mine'];
    const { runs } = await jsonHere(...words);
    expect(runs).toEqual([{ run, runId: 'run0' }]);
    const { experiment, params, tags, status, files } = server.run;
    expect([experiment, status]).toEqual(['mine', 'FINISHED']);
    const { testElbo, testNll, version } = read(run, 'report.json');
    expect(params).toMatchObject({
      flow: 'planar*2',
      K: '2',
      hidden: '8',
      lr: '0.001',
      seed: '3',
      data: expect.any(String),
    });
    expect(Object.keys(params).toSorted()).toEqual(
      Object.keys(params)
        .filter((name) => !/sha256|versions/i.test(name))
        .toSorted(),
    );
    expect(tags).toMatchObject({ 'flowvae.version': version, 'mlflow.runName': run.split('/').at(-1) });
    expect(servedLines().toSorted()).toEqual(linesOf(run).toSorted());
    const bounds = linesOf(run)
      .filter((line) => line.startsWith('validation/elbo'))
      .map((line) => Number(line.split(' ')[2]));
    const results = { 'test/elbo': testElbo, 'test/nll': testNll, 'validation/best': Math.max(...bounds) };
    expect(servedResults()).toMatchObject(results);
    const names = ['config.json', 'figures/samples.png', 'metrics.jsonl', 'model.safetensors', 'report.json'];
    expect([...files.keys()]).toEqual(expect.arrayContaining(names));
    for (const [name, content] of files)
      expect([name, content.equals(readFileSync(join(run, name)))]).toEqual([name, true]);
    const before = posted();
    await jsonHere(...words);
    expect(posted()).toBe(before);
  });

  it('sends what is new of a run that was evaluated again', async () => {
    const run = changed(() => {});
    await send(run);
    const before = posted();
    writeFileSync(join(run, 'report.json'), JSON.stringify({ ...read(run, 'report.json'), testNll: 12.5 }));
    await send(run);
    expect(servedResults()).toMatchObject({ 'test/nll': 12.5 });
    expect(posted() - before).toBe(2); // the results, and report.json
  });

  it('leaves the same run behind whichever answer is lost, or request refused for a time', async () => {
    const run = changed(without('figures'));
    await send(run);
    const [{ length: requests }, whole] = [server.requests, served()];
    expect(requests).toBeGreaterThan(9);
    for (const fate of ['lost', 'busy'] as const) {
      for (let at = 0; at < requests; at++) {
        rmSync(join(run, 'mlflow.json'));
        server.runs.clear();
        let count = 0;
        server.fateOf = () => (count++ === at ? fate : 'answered');
        expect(await send(run)).toMatchObject({
          failure: expect.stringMatching(/does not answer|answers 503/),
          isAway: true,
        });
        expect(await send(run)).toEqual({ runId: 'run0' });
        expect([fate, at, served()]).toEqual([fate, at, whole]);
      }
    }
  });

  it('sends nothing of a run that a process works on or that is damaged, and says so', async () => {
    const root = freshPath();
    mkdirSync(root);
    changed(() => {}, join(root, 'free'));
    const busy = changed(() => {}, join(root, 'busy'));
    changed((folder) => writeFileSync(join(folder, 'report.json'), '{'), join(root, 'damaged'));
    const lock = lockRun(busy);
    const { stdout } = await flowvaeHere(['runs', 'send', root, '--mlflow', server.uri]);
    lock.release();
    const [first, second, third] = stdout.trim().split('\n');
    expect(first).toMatch(/busy: not sent: a process works on it/);
    expect(second).toMatch(/damaged: not sent: .*report\.json/);
    expect(third).toMatch(/free: sent as run0/);
    expect(process.exitCode).toBe(1);
    expect(server.run.tags['mlflow.runName']).toBe('free');
  });

  it('asks a server that is away once for all runs', async () => {
    const root = freshPath();
    mkdirSync(root);
    for (const name of ['a', 'b', 'c']) cpSync(finished, join(root, name), { recursive: true });
    let asked = 0;
    server.fateOf = () => {
      asked++;
      return 'busy';
    };
    const { runs } = await jsonHere('runs', 'send', root, '--mlflow', server.uri);
    expect(runs.map(({ failure }: { failure: string }) => failure)).toEqual(Array(3).fill(`${server.uri} answers 503`));
    expect(asked).toBe(1);
  });

  it('says that files stay where the server does not take them', async () => {
    server.store = 's3://bucket';
    const run = changed(() => {});
    const { stdout } = await flowvaeHere(['runs', 'send', run, '--mlflow', server.uri]);
    expect(stdout).toMatch(/sent as run0, without files: the server does not take files for its store s3:\/\/bucket/);
    expect([server.run.files.size, server.run.status]).toEqual([0, 'FINISHED']);
  });

  it.each<[string, string, Record<string, string | undefined>]>([
    ['a token', 'Bearer s3cret', { MLFLOW_TRACKING_TOKEN: 's3cret' }],
    [
      'a password before a token',
      `Basic ${btoa('me:s3cret')}`,
      { MLFLOW_TRACKING_USERNAME: 'me', MLFLOW_TRACKING_PASSWORD: 's3cret', MLFLOW_TRACKING_TOKEN: 'other' },
    ],
  ])('takes %s from the environment, and writes it nowhere', async (_, header, env) => {
    const run = changed(() => {});
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    await jsonHere('runs', 'send', run, '--mlflow', server.uri);
    vi.unstubAllEnvs();
    expect(new Set(server.requests.map(({ authorization }) => authorization))).toEqual(new Set([header]));
    for (const name of readdirSync(run, { recursive: true, withFileTypes: true })) {
      if (name.isFile()) expect(readFileSync(join(name.parentPath, name.name)).includes('s3cret')).toBe(false);
    }
  });

  it.each([
    [
      ['--mlflow', 'mlruns'],
      /--mlflow: expected the address of a tracking server, such as .*, got 'mlruns'; start one/,
    ],
    [['--mlflow', 'http://me:s3cret@host'], /expected an address without a user name, got one with it; set MLFLOW_/],
    [['--mlflow-experiment', 'mine'], /--mlflow-experiment: expected --mlflow beside it, got none/],
    [['--mlflow', 'http://host', '--mlflow-experiment', ' '], /--mlflow-experiment: expected a name of 1 to 500/],
    [[], /--mlflow: expected the address of a tracking server/],
  ])('refuses %j', async (words, message) => {
    const { code, stderr } = await flowvaeHere(['runs', 'send', finished, ...words]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(stderr).not.toContain('s3cret');
  });

  it('refuses another experiment of the same server, and a changed record', async () => {
    const run = changed(() => {});
    await send(run);
    const { runs } = await jsonHere('runs', 'send', run, '--mlflow', server.uri, '--mlflow-experiment', 'yours');
    expect(runs[0].failure).toMatch(/--mlflow-experiment: expected 'mine', where .* is, got 'yours'/);
    const { sha256: _, ...record } = read(run, 'mlflow.json');
    writeFileSync(join(run, 'mlflow.json'), sealed({ destinations: [{ ...record.destinations[0], lines: -1 }] }));
    expect(await send(run)).toMatchObject({
      failure: expect.stringMatching(/mlflow\.json: .*remove the file to send/),
    });
  });
});

/** Everything that the server has, in an order of its own. */
function served() {
  const { tags, ...run } = server.run;
  const { 'flowvae.key': _, ...others } = tags;
  const order = (map: ReadonlyMap<string, unknown>) => [...map.keys()].toSorted();
  return { ...run, tags: others, metrics: order(run.metrics), files: order(run.files) };
}

describe('liveSending', () => {
  const fast = { every: 10 };
  const told: string[] = [];
  const tell = (notice: string) => void told.push(notice);
  let run: string;
  let all: readonly string[];
  beforeEach(() => {
    told.length = 0;
    run = changed(without('report.json'));
    all = readFileSync(join(run, 'metrics.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => `${line}\n`);
    writeFileSync(join(run, 'metrics.jsonl'), '');
  });
  const grow = (from: number, to: number) => appendFileSync(join(run, 'metrics.jsonl'), all.slice(from, to).join(''));
  const until = (condition: () => boolean) =>
    vi.waitFor(() => expect(condition()).toBe(true), { timeout: 3000, interval: 5 });
  const isServed = () => server.runs.size === 1 && servedLines().length === linesOf(run).length;
  const to = () => ({ destinations: [{ uri: server.uri, experiment: 'mine' }], tell, ...fast });

  it('sends lines while the run grows, a server that goes away and comes back gets the rest, told once each', async () => {
    const lock = lockRun(run);
    const sending = liveSending(run, to());
    grow(0, 2);
    await until(isServed);
    expect(server.run.status).toBe('RUNNING');
    let asked = 0;
    server.fateOf = () => {
      asked++;
      return 'away';
    };
    grow(2, 4);
    await until(() => asked > 2);
    expect(told).toEqual([
      expect.stringMatching(/^MLflow: .* does not answer .*training goes on, and it will be tried again$/),
    ]);
    server.fateOf = () => 'answered';
    await until(() => told.length === 2);
    expect([told[1], isServed()]).toEqual(['MLflow: the server has the run again', true]);
    grow(4, all.length);
    lock.release();
    await sending.end(1000);
    expect(told).toHaveLength(2);
    expect([servedLines().toSorted(), server.run.status]).toEqual([linesOf(run).toSorted(), 'KILLED']);
    expect([...server.run.files.keys()]).toContain('model.safetensors');
  });

  it('writes nothing while another process holds the lock', async () => {
    const lock = lockRun(run);
    const holder = JSON.parse(readFileSync(join(run, 'run.lock'), 'utf8'));
    writeFileSync(
      join(run, 'run.lock'),
      JSON.stringify({ ...holder, pid: process.ppid, started: startOf(process.ppid) }),
    );
    const sending = liveSending(run, to());
    grow(0, 2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await sending.end(1000);
    expect([server.requests, existsSync(join(run, 'mlflow.json')), told]).toEqual([[], false, []]);
    lock.release();
  });

  it('gives up where the server refuses, and names the command for later', async () => {
    server.fateOf = () => 'forbidden';
    const lock = lockRun(run);
    const sending = liveSending(run, to());
    await until(() => told.length === 1);
    expect(told[0]).toMatch(
      /answers 403 PERMISSION_DENIED; training goes on without it; .*flowvae runs send .* --mlflow/,
    );
    lock.release();
    await sending.end(1000);
  });

  it('does not wait for a server that is silent', async () => {
    server.fateOf = () => 'silent';
    const sending = liveSending(run, to());
    const from = performance.now();
    await sending.end(100);
    expect(performance.now() - from).toBeLessThan(2000);
    expect(told).toEqual([expect.stringMatching(/does not answer .*what was not sent: flowvae runs send/)]);
  });
});

/** Field 22 of /proc/<pid>/stat. */
const startOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19];

describe('flowvae train --mlflow', () => {
  const words = ['train', ...tinyFlags(tinyData()), '--validate-every', '2', '--checkpoint-every', '1', '-q'];
  const plain = freshPath();
  beforeAll(async () => {
    await jsonHere(...words, '--out', plain);
  });
  const modelOf = (run: string) => readFileSync(join(run, 'model.safetensors'));

  it('sends a run that is stopped and resumed as one, and leaves the bytes of one that is not sent', async () => {
    const out = freshPath();
    await jsonHere(...words, '--out', out, '--mlflow', server.uri, '--until', '3');
    expect(server.run.status).toBe('KILLED');
    expect(servedLines()).toHaveLength(linesOf(out).length);
    await jsonHere('train', '--resume', out, '-q'); // the folder knows where it is sent
    expect(server.run).toMatchObject({ experiment: 'flowvae', status: 'FINISHED' });
    expect(servedLines().toSorted()).toEqual(linesOf(out).toSorted());
    expect(servedResults()).toMatchObject({ 'test/nll': read(out, 'report.json').testNll });
    expect(modelOf(out).equals(modelOf(plain))).toBe(true);
  });

  it('does not send the lines again that a killed run has to write again', async () => {
    const out = freshPath();
    await jsonHere(...words, '--out', out, '--mlflow', server.uri, '--until', '4');
    const before = servedLines();
    rmSync(join(out, 'checkpoints'), { recursive: true });
    await jsonHere('train', '--resume', out, '-q');
    expect(servedLines()).toEqual(expect.arrayContaining(before));
    expect(stepsOnly(servedLines())).toEqual(stepsOnly(linesOf(out)));
  });

  it.each<Fate>(['away', 'forbidden'])(
    'trains to the end beside a server that is %s, and the run can be sent later',
    async (fate) => {
      server.fateOf = () => fate;
      const out = freshPath();
      const { code, stderr } = await flowvaeHere([...words, '--out', out, '--mlflow', server.uri]);
      expect([code, process.exitCode]).toEqual([0, 0]);
      expect(stderr).toMatch(/MLflow: .*what was not sent: flowvae runs send .* --mlflow http/);
      expect(modelOf(out).equals(modelOf(plain))).toBe(true);
      server.fateOf = () => 'answered';
      await jsonHere('runs', 'send', out, '--mlflow', server.uri);
      expect(servedLines().toSorted()).toEqual(linesOf(out).toSorted());
    },
  );

  it('sends every run of a sweep, and names the sweep', async () => {
    const out = freshPath();
    const sweep = [
      'sweep',
      ...tinyFlags(tinyData()).filter((_, i, all) => all[i] !== '--seed' && all[i - 1] !== '--seed'),
    ];
    const { code, stderr } = await flowvae([...sweep, '--seeds', '1', '--out', out, '--mlflow', server.uri]);
    expect([code, stderr]).toEqual([0, stderr]);
    const runs = [...server.runs.values()];
    expect(runs.map(({ status, tags, params }) => [status, tags['flowvae.sweep'], params.seed]).toSorted()).toEqual([
      ['FINISHED', out.split('/').at(-1), '0'],
    ]);
  });

  it('refuses an address before anything is written', async () => {
    const out = freshPath();
    const { code, stderr } = await flowvaeHere([...words, '--out', out, '--mlflow', 'localhost:5000']);
    expect([code, existsSync(out), stderr]).toEqual([
      2,
      false,
      expect.stringMatching(/--mlflow: expected the address/),
    ]);
  });
});

/** Names and steps, without values that a machine's speed decides. */
const stepsOnly = (lines: readonly string[]) => lines.map((line) => line.split(' ').slice(0, 2).join(' ')).toSorted();

describe('limits of a request', () => {
  it('split 2,500 metrics and 230 settings, and cut long values between letters', () => {
    const metrics = Array.from({ length: 2500 }, (_, step) => ({ key: 'k', value: 1, timestamp: 0, step }));
    expect(metricBatches(metrics).map(({ length }) => length)).toEqual([1000, 1000, 500]);
    expect(metricBatches(metrics).flat()).toEqual(metrics);
    const params = Object.fromEntries(Array.from({ length: 230 }, (_, i) => [`p${i}`, i === 7 ? '𝒛'.repeat(600) : i]));
    const batches = paramBatches(params);
    expect(batches.map(({ length }) => length)).toEqual([100, 100, 30]);
    const { value } = batches[0]![7]!;
    expect([[...value].length, value.at(-1), value.slice(0, 2)]).toEqual([500, '…', '𝒛']);
    expect(paramBatches({ 'set.größe': 1 })[0]![0]!.key).toBe('set.gr__e');
  });

  it('send numbers that are not finite by their names', async () => {
    const run = changed((folder) => {
      const path = join(folder, 'metrics.jsonl');
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
      const first = { ...JSON.parse(lines[0]!), loss: 'NaN', gradientNorm: 'Infinity' };
      writeFileSync(path, `${[JSON.stringify(first), ...lines.slice(1)].join('\n')}\n`);
    });
    expect(await send(run)).toEqual({ runId: 'run0' });
    expect(servedLines().toSorted()).toEqual(linesOf(run).toSorted());
  });
});
