// The runner of Slurm by the command and its batch script, where small scripts stand for Slurm's programs.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { flowvaeHere } from '../flowvae/in-process.ts';
import { tinyData } from '../flowvae/tiny-run.ts';
import { commandsIn } from '../processes/commands.ts';
import { until } from './cluster.ts';
import { halvedDespiteKill } from './halving-case.ts';
import { pretendedSlurm } from './pretended-slurm.ts';

const folder = mkdtempSync(join(tmpdir(), 'flowvae-pretended-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A cluster of its own, and its programs on the path. */
function cluster(name: string) {
  const own = join(folder, name);
  mkdirSync(own);
  return { own, env: pretendedSlurm(own), ...commandsIn(folder) };
}

/** A command about a sweep, in this process, with programs from these folders. */
async function here(path: string, ...words: string[]) {
  vi.stubEnv('PATH', path);
  try {
    return await flowvaeHere(['sweep', ...words]);
  } finally {
    vi.unstubAllEnvs();
  }
}

const small = ['--data', tinyData(), '--latent', '2', '--hidden', '8', '--batch', '10', '--eval-images', '4'];
const shared = [...small, '--eval-samples', '5', '--grid', 'flow=none', '--threads', '1'];

describe.skipIf(process.platform === 'win32')('flowvae sweep --runner slurm (no Windows: bash)', () => {
  it('passes limits on, keeps them, and restarts a warned run by its batch script', async () => {
    const { own, env, run } = cluster('limits');
    const limits = ['--time-limit', '30', '--memory', '900', '--sbatch', 'account=mine', '--jobs', '4'];
    const words = [...shared, '--steps', '2500', '--runner', 'slurm', ...limits, '--out', 'limits/sweep'];
    const first = await run(['sweep', ...words, '--submit-only'], { env });
    expect([first.code, first.stderr]).toEqual([0, expect.stringMatching(/1 jobs submitted as array 17/)]);
    expect(first.stderr).toMatch(/the jobs go on; to wait for them: .*sweep --resume limits\/sweep\n/);
    const told = readFileSync(join(own, 'told'), 'utf8');
    expect(told).toMatch(/--array=0%4 --cpus-per-task=1 --time=30 --mem=900M --signal=B:USR2@120 --requeue/);
    expect(told).toMatch(/--account=mine/);
    const [name] = readdirSync(own).filter((each) => each.startsWith('sweep-'));
    const metrics = join(own, 'sweep/runs/flow-none-seed-0/metrics.jsonl');
    await until(() => existsSync(metrics) && statSync(metrics).size > 500, 'steps');
    process.kill(Number(readFileSync(join(own, name!, 'pid-0'), 'utf8')), 'SIGUSR2');
    const last = await run(['sweep', '--resume', 'limits/sweep', '--json'], { env });
    expect(JSON.parse(last.stdout)).toMatchObject({ total: 1, done: 1, failed: {} });
    expect(existsSync(join(own, name!, 'restarts-0'))).toBe(true);
    const log = readFileSync(join(own, 'sweep/logs/flow-none-seed-0.log'), 'utf8');
    expect(log).toMatch(/SIGUSR2: stopping after this step[\s\S]*going on after step \d+/);
    expect(readFileSync(join(own, 'told'), 'utf8')).toBe(told); // nothing was submitted again
    expect(JSON.parse(readFileSync(join(own, 'sweep/runner.json'), 'utf8'))).toMatchObject({
      ...{ runner: 'slurm', jobs: 4, timeLimit: '30', memory: 900, sbatch: { account: 'mine' } },
    });
    const late = await flowvaeHere(['sweep', '--resume', join(own, 'sweep'), '--stop-before', '1800']);
    expect(late.stderr).toMatch(/--time-limit: expected more than the 1800 seconds of --stop-before, got 1800 seconds/);
  });

  it('waits for its jobs, leaves them alone at Ctrl-C, and cancels them by `sweep cancel`', async () => {
    const { own, env, run } = cluster('cancelled');
    const words = ['sweep', ...shared, '--steps', '400000', '--runner', 'slurm', '--out', 'cancelled/sweep'];
    const metrics = join(own, 'sweep/runs/flow-none-seed-0/metrics.jsonl');
    const { code, stderr } = await run(words, {
      env,
      onStart: (child) => {
        until(() => existsSync(metrics) && statSync(metrics).size > 500, 'steps').then(() => child.kill('SIGINT'));
      },
    });
    expect([code, stderr]).toEqual([130, expect.stringMatching(/to stop them: .*sweep cancel cancelled\/sweep/)]);
    const status = await here(env.PATH!, 'status', join(own, 'sweep'));
    expect(status.stdout).toMatch(/flow-none-seed-0 +running +step \d+ +slurm 17_0 RUNNING\n/);
    const alone = await here('/nowhere', 'status', join(own, 'sweep'));
    expect([alone.code, alone.stderr]).toEqual([0, expect.stringMatching(/^no jobs are shown: .*got no squeue\n/)]);
    const cancelled = await here(env.PATH!, 'cancel', join(own, 'sweep'));
    expect(cancelled.stdout).toBe(`${join(own, 'sweep')}: slurm stops 1 jobs; each run can go on\n`);
    const report = join(own, 'sweep/runs/flow-none-seed-0/report.json');
    await until(() => JSON.parse(readFileSync(report, 'utf8')).unfinished === true, 'a stop');
  });

  it('says what Slurm refuses, and that Slurm is not there', async () => {
    const { env, run } = cluster('refused');
    const words = ['sweep', ...shared, '--runner', 'slurm', '--out'];
    const partition = await run([...words, 'refused/a', '--partition', 'none'], { env });
    expect([partition.code, partition.stderr]).toEqual([
      2,
      'flowvae: sbatch: expected a command that Slurm accepts, got sbatch: error: invalid partition specified: none\n',
    ]);
    const absent = await run([...words, 'refused/b'], { env: { PATH: '/nowhere' } });
    expect([absent.code, absent.stderr]).toEqual([2, expect.stringMatching(/on the path, got no scontrol/)]);
  });

  it('halves to the end, though the submitting process is killed', async () => {
    const { own, env } = cluster('halving');
    const report = await halvedDespiteKill(join(own, 'sweep'), env);
    expect(report).toMatchObject({ total: 2, done: 1, failed: {}, steps: 120, rungs: [{ steps: 40 }, { steps: 80 }] });
  });
});

describe('flowvae sweep refuses', () => {
  it.each([
    [['--time-limit', '30'], /--time-limit: expected --runner slurm beside it/],
    [['--submit-only'], /--submit-only: expected --runner slurm beside it/],
    [['--runner', 'slurm', '--free-memory', '5'], /--free-memory: expected --memory <MiB>/],
    [['--runner', 'slurm', '--time-limit', 'soon'], /--time-limit: expected minutes/],
    [['--runner', 'slurm', '--time-limit', '2'], /more than the 120 seconds of --stop-before, got 120 seconds/],
    [
      ['--runner', 'slurm', '--sbatch', 'signal=B:INT@5'],
      /--sbatch signal: expected an option that a sweep does not set/,
    ],
    [['--runner', 'slurm', '--sbatch', 'x=1', '--sbatch', 'x=2'], /--sbatch: .*x twice/],
    [['--runner', 'slurm', '--submit-only', '--halving', '2'], /--submit-only: expected no sweep by halving/],
    [['--runner', 'pbs'], /--runner: expected processes or slurm/],
  ])('%j', async (words, expected) => {
    const { code, stdout, stderr } = await flowvaeHere(['sweep', ...small, '--grid', 'lr=1e-3,1e-4', ...words]);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(expected)]);
  });
});
