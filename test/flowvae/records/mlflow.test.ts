// Finished runs on an MLflow server that this process plays.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockRun, sealed } from '@flowvae/runs/plain';
import { describe, expect, it, vi } from 'vitest';
import { metricBatches, paramBatches } from '../../../packages/flowvae/src/records/mlflow/batches.ts';
import { flowvaeHere, jsonHere } from '../in-process.ts';
import { changed, finished, without } from '../run-list/changed-runs.ts';
import { freshPath } from '../tiny-run.ts';
import { linesOf, posted, read, send, served, servedLines, servedResults, server } from './served-runs.ts';
import { isKey } from './tracking-server.ts';

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
    server.store = 's3://key:s3cret@bucket';
    const run = changed(() => {});
    const { stdout } = await flowvaeHere(['runs', 'send', run, '--mlflow', server.uri]);
    expect(stdout).toMatch(/sent as run0, without files: the server does not take files for its store \(s3:\)/);
    expect([server.run.files.size, server.run.status]).toEqual([0, 'FINISHED']);
    expect(readFileSync(join(run, 'mlflow.json'), 'utf8')).not.toContain('s3cret');
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
    const [broken] = paramBatches({ p: 'a\0\ud800b' })[0]!;
    expect(broken?.value).toBe('a\ufffd\ufffdb');
  });

  it('keep names that every server takes, and give every other name a key of its own', () => {
    const names = ['set.größe', 'a/b', 'a//b', 'a/../b', 'a/./b', '/a', 'a/', '..', '', 'a%b', 'a&b', 'x'.repeat(251)];
    const keys = paramBatches(Object.fromEntries(names.map((name) => [name, 1])))[0]!.map(({ key }) => key);
    expect(keys.slice(0, 2)).toEqual(['set.größe', 'a/b']);
    expect(new Set(keys).size).toBe(names.length);
    for (const key of keys) expect([key, isKey(key)]).toEqual([key, true]);
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
