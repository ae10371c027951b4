// Servers that answer wrongly, records that were damaged, and secrets, none of which may reach a run or a terminal.
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { destination } from '../../../packages/flowvae/src/records/mlflow/destination.ts';
import { liveSending } from '../../../packages/flowvae/src/records/mlflow/live-sending.ts';
import { sendLater } from '../../../packages/flowvae/src/records/mlflow/send-later.ts';
import { trackingClient } from '../../../packages/flowvae/src/records/mlflow/tracking-client.ts';
import { unsentNotices } from '../../../packages/flowvae/src/records/mlflow/unsent-runs.ts';
import { flowvaeHere } from '../in-process.ts';
import { changed, without } from '../run-list/changed-runs.ts';
import { read, send, served, server } from './served-runs.ts';
import type { Other } from './tracking-server.ts';

const slight = () => changed(without('figures'));

/** Answers to one action in the server's place. */
const answering = (part: string, other: Other) => {
  server.otherwise = (action) => (action.includes(part) ? other : undefined);
};

describe('an answer', () => {
  const form = /answers in another form than an MLflow tracking server/;
  it.each<[string, string, Other, RegExp]>([
    ['without an experiment', 'get-by-name', { body: '{}' }, form],
    ['that is no object', 'get-by-name', { body: 'null' }, form],
    ['that is a page', 'get-by-name', { body: '<html>' }, form],
    ['that is empty', 'get-by-name', { body: '' }, form],
    ['with runs that are no list', 'runs/search', { body: '{"runs":{}}' }, form],
    ['with a run of no id', 'runs/create', { body: '{"run":{"info":{"run_id":"../x"}}}' }, form],
    ['of 5 MiB', 'get-by-name', { body: ' '.repeat(5 * 2 ** 20) }, /answers more than 4194304 bytes/],
    [
      'that changes the terminal',
      'log-batch',
      { status: 400, body: JSON.stringify({ error_code: 'a\u001b[2J', message: 'no\u001b[2J\nmore' }) },
      /answers 400 no \[2J$/,
    ],
  ])('%s is refused in one line', async (_, part, other, message) => {
    answering(part, other);
    expect(await send(slight())).toEqual({ failure: expect.stringMatching(message), isAway: false });
  });

  it('that redirects is not followed, and its secrets are not shown', async () => {
    const location = 'https://me:s3cret@elsewhere.test/login?token=s3cret';
    answering('get-by-name', { status: 307, headers: { location }, body: '' });
    const { failure } = (await send(slight())) as { failure: string };
    expect(failure).toMatch(/answers 307, a redirection to https:\/\/elsewhere\.test: name the final address$/);
    expect(server.requests).toHaveLength(1);
  });
});

it('every request has a connection of its own, which no server can close between two steps', async () => {
  await send(slight());
  expect(new Set(server.requests.map(({ connection }) => connection))).toEqual(new Set(['close']));
});

describe('a run on the server', () => {
  it('is finished though a file is refused, and the other files are there', async () => {
    answering('model.safetensors', { status: 413, body: '<html>' });
    const run = slight();
    const { withoutFiles } = (await send(run)) as { withoutFiles: string };
    expect(withoutFiles).toMatch(/^model\.safetensors: .* answers 413$/);
    expect([server.run.status, [...server.run.files.keys()]]).toEqual([
      'FINISHED',
      expect.arrayContaining(['report.json']),
    ]);
    server.otherwise = () => undefined;
    expect(await send(run)).toEqual({ runId: 'run0' });
    expect([...server.run.files.keys()]).toContain('model.safetensors');
  });

  it('begins and ends with the run itself, whenever it is sent or evaluated again', async () => {
    const run = slight();
    const [begun, ended, evaluated] = [1_700_000_000, 1_700_000_100, 1_700_009_000];
    for (const name of ['config.json', 'metrics.jsonl']) utimesSync(join(run, name), begun, begun);
    for (const name of ['model.safetensors', 'events.out.tfevents.flowvae']) utimesSync(join(run, name), ended, ended);
    utimesSync(join(run, 'report.json'), evaluated, evaluated);
    await send(run);
    expect(server.run).toMatchObject({ start: 1000 * begun, end: 1000 * ended });
  });

  it('stays in its experiment where none is named', async () => {
    const run = slight();
    await send(run);
    const { stdout } = await flowvaeHere(['runs', 'send', run, '--mlflow', server.uri]);
    expect([stdout, server.run.experiment]).toEqual([expect.stringMatching(/sent as run0/), 'mine']);
  });

  it('that was removed there is told with its remedy', async () => {
    const run = slight();
    await send(run);
    server.runs.clear();
    writeFileSync(join(run, 'report.json'), JSON.stringify({ ...read(run, 'report.json'), testNll: 1 }));
    const { failure } = (await send(run)) as { failure: string };
    expect(failure).toMatch(
      /RESOURCE_DOES_NOT_EXIST .*; restore the run there, or remove .*mlflow\.json to send it anew/,
    );
    rmSync(join(run, 'mlflow.json'));
    expect(await send(run)).toEqual({ runId: 'run0' });
  });

  it('is the same at another address of the server', async () => {
    const run = slight();
    await send(run);
    const whole = served();
    const other = server.uri.replace('127.0.0.1', 'localhost');
    await flowvaeHere(['runs', 'send', run, '--mlflow', other, '--mlflow-experiment', 'mine']);
    expect([server.runs.size, served()]).toEqual([1, whole]);
  });
});

it('an experiment that was deleted is named, and the run can go to another', async () => {
  const run = slight();
  await send(slight());
  server.runs.clear();
  server.deleted.add('mine');
  expect(await send(run)).toMatchObject({
    failure: expect.stringMatching(/'mine' was deleted: restore it, or name an/),
  });
  const words = ['runs', 'send', run, '--mlflow', server.uri, '--mlflow-experiment', 'other'];
  expect((await flowvaeHere(words)).stdout).toMatch(/sent as run0/);
});

describe('mlflow.json', () => {
  it.each<[string, (path: string) => void]>([
    ['cut', (path) => writeFileSync(path, readFileSync(path).subarray(0, 40))],
    ['empty', (path) => writeFileSync(path, '')],
    ['of other bytes', (path) => writeFileSync(path, Buffer.from([0xff, 0xfe, 0]))],
    ['changed', (path) => writeFileSync(path, readFileSync(path, 'utf8').replace(/"lines": \d+/, '"lines": 0'))],
    ['of another program', (path) => writeFileSync(path, '[]')],
  ])(
    'that is %s stops the sending and the resumption with one remedy, and nothing is sent twice',
    async (_, damage) => {
      const run = slight();
      await send(run);
      damage(join(run, 'mlflow.json'));
      const remedy = /mlflow\.json: expected the record of a sent run, .*; remove the file to send the run anew/;
      const before = server.requests.length;
      expect(await send(run)).toMatchObject({ failure: expect.stringMatching(remedy) });
      const { code, stderr } = await flowvaeHere(['train', '--resume', run, '-q']);
      expect([code, stderr, server.requests.length]).toEqual([2, expect.stringMatching(remedy), before]);
    },
  );

  it('that is a folder is a failure in one line', async () => {
    const run = slight();
    mkdirSync(join(run, 'mlflow.json'));
    expect(await send(run)).toMatchObject({ failure: expect.stringMatching(/mlflow\.json: .*EISDIR/) });
  });
});

describe('secrets', () => {
  it.each(['me:s3cret@host:5000', 'http://me:s3cret@host:99999', 'ftp://me:s3@cret@host', 'host?token=s3cret'])(
    'in the address %s are not shown',
    (address) => {
      expect(() => destination(address)).toThrow(/--mlflow: expected the address/);
      expect(() => destination(address)).not.toThrow(/s3|cret/);
    },
  );

  it('after a question mark are refused, and not shown', () => {
    expect(() => destination('http://host/?token=s3cret')).toThrow(/got one with '\?' or '#'; tokens come from/);
  });

  it('that no header can hold are refused, and not shown', () => {
    const client = () => trackingClient('http://host', { env: { MLFLOW_TRACKING_TOKEN: 's3\ncret' } });
    expect(client).toThrow(/MLFLOW_TRACKING_TOKEN: expected .* got other characters/);
    expect(client).not.toThrow(/s3|cret/);
  });

  it('go to a server that --mlflow names, not to one that the folder of a run names', async () => {
    vi.stubEnv('MLFLOW_TRACKING_TOKEN', 's3cret');
    const to = { uri: server.uri, experiment: 'mine' };
    const told: string[] = [];
    const headers = async (isRemembered: boolean) => {
      server.requests.length = 0;
      const sending = liveSending(slight(), {
        destinations: [{ ...to, isRemembered }],
        tell: (text) => told.push(text),
      });
      await sending.end({ within: 1000 });
      return new Set(server.requests.map(({ authorization }) => authorization));
    };
    expect(await headers(false)).toEqual(new Set(['Bearer s3cret']));
    expect(await headers(true)).toEqual(new Set([undefined]));
    server.fateOf = () => 'forbidden';
    await headers(true);
    vi.unstubAllEnvs();
    expect(told).toEqual([expect.stringMatching(/answers 403 .*credentials go only to a server that --mlflow names/)]);
  });
});

describe('the command for later', () => {
  it('is quoted for a shell, and names the experiment', () => {
    vi.stubEnv('npm_config_user_agent', '');
    const uri = 'http://localhost:5000';
    expect(sendLater('runs/a', { uri })).toBe(`flowvae runs send runs/a --mlflow ${uri}`);
    const words = "flowvae runs send 'my runs/it'\\''s' --mlflow http://localhost:5000 --mlflow-experiment '$(x) 1'";
    expect(sendLater("my runs/it's", { uri, experiment: '$(x) 1' })).toBe(words);
    vi.unstubAllEnvs();
  });

  it('is told of the runs of a sweep that are not sent whole, for the whole sweep', async () => {
    const [first, second, third] = [slight(), slight(), slight()];
    const to = { uri: server.uri, experiment: 'mine' };
    await send(first);
    await send(second);
    const runs = [first, second, third];
    expect(unsentNotices('sweeps/a b', runs, to)).toEqual([
      expect.stringMatching(/^MLflow: 1 of 3 runs not sent whole .*runs send 'sweeps\/a b' --mlflow .* mine$/),
    ]);
    expect(unsentNotices('s', runs)).toEqual([]);
    const lines = readFileSync(join(second, 'metrics.jsonl'), 'utf8');
    writeFileSync(join(second, 'metrics.jsonl'), `${lines}${lines.trimEnd().split('\n').at(-1)}\n`);
    expect(unsentNotices('s', runs)).toEqual([expect.stringMatching(/1 of 3 runs/)]);
  });
});

describe('liveSending', () => {
  it('ends at once by a signal, and tells the command for later', async () => {
    const [stop, told] = [new AbortController(), [] as string[]];
    let asked = 0;
    server.fateOf = () => {
      asked++;
      return 'silent';
    };
    const to = { uri: server.uri, experiment: 'mine' };
    const sending = liveSending(slight(), { destinations: [to], tell: (text) => told.push(text) });
    const ended = sending.end({ within: 60_000, signal: stop.signal });
    await vi.waitFor(() => expect(asked).toBe(1));
    const from = performance.now();
    stop.abort();
    await ended;
    expect(performance.now() - from).toBeLessThan(1000);
    expect(told).toEqual([
      expect.stringMatching(/did not take all in time; to send the rest later: .*flowvae runs send/),
    ]);
  });

  it('never rejects: a file that the system refuses is told', async () => {
    const run = slight();
    rmSync(join(run, 'metrics.jsonl'));
    mkdirSync(join(run, 'metrics.jsonl'));
    const told: string[] = [];
    const to = { uri: server.uri, experiment: 'mine' };
    await liveSending(run, { destinations: [to], tell: (text) => told.push(text) }).end({ within: 1000 });
    expect(told).toEqual([expect.stringMatching(/^MLflow: .*metrics\.jsonl.*; to send the rest later/)]);
  });
});
