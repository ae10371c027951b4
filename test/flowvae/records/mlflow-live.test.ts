// Runs that are sent to an MLflow server while they go on, and servers that go away.
import type { ChildProcess } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockRun } from '@flowvae/runs/plain';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { liveSending } from '../../../packages/flowvae/src/records/mlflow/live-sending.ts';
import { flowvae } from '../../processes/programs.ts';
import { flowvaeHere, jsonHere } from '../in-process.ts';
import { changed, without } from '../run-list/changed-runs.ts';
import { freshPath, tinyData, tinyFlags } from '../tiny-run.ts';
import { linesOf, read, send, servedLines, servedResults, server } from './served-runs.ts';
import type { Fate } from './tracking-server.ts';

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
    await sending.end({ within: 20_000 });
    expect(told).toHaveLength(2);
    expect([servedLines().toSorted(), server.run.status]).toEqual([linesOf(run).toSorted(), 'KILLED']);
    expect([...server.run.files.keys()]).toContain('model.safetensors');
  });

  it.skipIf(process.platform !== 'linux')(
    'writes nothing while another process holds the lock (Linux: /proc)',
    async () => {
      const lock = lockRun(run);
      const holder = JSON.parse(readFileSync(join(run, 'run.lock'), 'utf8'));
      writeFileSync(
        join(run, 'run.lock'),
        JSON.stringify({ ...holder, pid: process.ppid, started: startOf(process.ppid) }),
      );
      const sending = liveSending(run, to());
      grow(0, 2);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await sending.end({ within: 1000 });
      expect([server.requests, existsSync(join(run, 'mlflow.json')), told]).toEqual([[], false, []]);
      lock.release();
    },
  );

  it('gives up where the server refuses, and names the command for later', async () => {
    server.fateOf = () => 'forbidden';
    const lock = lockRun(run);
    const sending = liveSending(run, to());
    await until(() => told.length === 1);
    expect(told[0]).toMatch(
      /answers 403 PERMISSION_DENIED; training goes on without it; .*flowvae runs send .* --mlflow/,
    );
    lock.release();
    await sending.end({ within: 1000 });
  });

  it('does not wait for a server that is silent', async () => {
    server.fateOf = () => 'silent';
    const sending = liveSending(run, to());
    const from = performance.now();
    await sending.end({ within: 100 });
    expect(performance.now() - from).toBeLessThan(2000);
    expect(told).toEqual([
      expect.stringMatching(/did not take all in time; to send the rest later: .*flowvae runs send/),
    ]);
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
      expect(stderr).toMatch(/MLflow: .*to send the rest later: .*flowvae runs send .* --mlflow http/);
      expect(modelOf(out).equals(modelOf(plain))).toBe(true);
      server.fateOf = () => 'answered';
      await jsonHere('runs', 'send', out, '--mlflow', server.uri);
      expect(servedLines().toSorted()).toEqual(linesOf(out).toSorted());
    },
  );

  it('sends a run whose values stop being finite as failed, and tells its error', async () => {
    const wild = ['--lr', '10', '--optimizer', 'sgd', '--steps', '200', '--validate-every', '0', '--out', freshPath()];
    const { code, stderr } = await flowvaeHere([...words, ...wild, '--mlflow', server.uri]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/not finite|NaN|Infinity/)]);
    expect(server.run.status).toBe('FAILED');
  });

  it('prints the results before the rest is sent', async () => {
    let printed: string | undefined;
    server.fateOf = () => {
      printed = vi.mocked(process.stdout.write).mock.calls.join('');
      return 'away';
    };
    await jsonHere(...words, '--out', freshPath(), '--mlflow', server.uri);
    expect(JSON.parse(printed!)).toMatchObject({ steps: 6, testNll: expect.any(Number) });
  });

  it('stops soon by SIGTERM while a silent server is asked, with a whole run and the command for later', async () => {
    const out = freshPath();
    let [child, from]: [ChildProcess?, number?] = [];
    server.fateOf = () => {
      from ??= performance.now();
      child?.kill('SIGTERM');
      return 'silent';
    };
    const { code, stdout, stderr } = await flowvae([...words, '--json', '--out', out, '--mlflow', server.uri], {
      onStart: (started) => {
        child = started;
      },
    });
    expect(performance.now() - from!).toBeLessThan(8000); // a request may take 10 s
    expect([code, JSON.parse(stdout).testNll]).toEqual([143, read(out, 'report.json').testNll]);
    expect(stderr).toMatch(/to send the rest later: .*flowvae runs send .* --mlflow http/);
    server.fateOf = () => 'answered';
    expect(await send(out)).toEqual({ runId: 'run0' });
    expect(server.run.status).toBe('FINISHED');
  });

  it('sends every run of a sweep, and names the sweep', async () => {
    const out = freshPath();
    const sweep = [
      'sweep',
      ...tinyFlags(tinyData()).filter((_, i, all) => all[i] !== '--seed' && all[i - 1] !== '--seed'),
    ];
    const { code, stderr } = await flowvae([...sweep, '--seeds', '2', '--out', out, '--mlflow', server.uri]);
    expect([code, stderr]).toEqual([0, stderr]);
    const runs = [...server.runs.values()];
    const name = out.split('/').at(-1);
    expect(runs.map(({ status, tags, params }) => [status, tags['flowvae.sweep'], params.seed]).toSorted()).toEqual([
      ['FINISHED', name, '0'],
      ['FINISHED', name, '1'],
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
