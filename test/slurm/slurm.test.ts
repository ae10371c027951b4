// The runner of Slurm on a real Slurm: jobs are asked to stop, start again by themselves, and end with the bytes of
// runs that nothing stopped.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyData, tinyFlags } from '../flowvae/tiny-run.ts';
import { flowvae } from '../processes/programs.ts';
import { type Cluster, missingPrograms, startSlurm, until } from './cluster.ts';
import { halvesAsOnOneMachine } from './halving-case.ts';

const reason = missingPrograms.length === 0 ? '' : ` (not installed: ${missingPrograms.join(', ')})`;

describe.skipIf(missingPrograms.length > 0)(`a sweep on a real Slurm${reason}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'flowvae-slurm-'));
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startSlurm({ folder, places: 3 });
  });
  afterAll(async () => {
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const out = join(folder, 'sweep');
  const words = ['--flow', '--seed', '--steps'].reduce(
    (left, flag) => left.filter((_, i) => left[i] !== flag && left[i - 1] !== flag),
    tinyFlags(tinyData()),
  );
  const sweep = async (...more: string[]) => {
    const { code, stdout, stderr } = await flowvae(['sweep', ...more], { env: cluster.env });
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    return { stdout, stderr };
  };
  const named = ['--grid', 'flow=none,planar*2,planar*3', '--steps', '2500'];
  const runs = ['flow-none-seed-0', 'flow-planar-2-seed-0', 'flow-planar-3-seed-0'];
  const metricsOf = (run: string) => join(out, 'runs', run, 'metrics.jsonl');

  it('stops each job before its limit, starts it again, and loses no byte', async () => {
    const limits = ['--time-limit', '10', '--runner', 'slurm', '--submit-only'];
    const { stderr } = await sweep(...words, ...named, ...limits, '--out', out);
    const name = /name (\S+)/.exec(stderr)![1]!;
    await until(() => runs.every((run) => existsSync(metricsOf(run)) && statSync(metricsOf(run)).size > 500), 'steps');
    cluster.ask('scancel', '--batch', '--signal=USR2', `--name=${name}`);
    const restarts = () => cluster.ask('squeue', '-h', '-r', '-t', 'all', `--name=${name}`, '-O', 'restartcnt');
    await until(() => restarts().trim().split(/\s+/).join() === '1,1,1', 'restarts');
    const status = JSON.parse((await sweep('status', out, '--json')).stdout);
    expect(status.runs[0].job).toMatch(/^slurm \d+_0 (PENDING|RUNNING)/);
    // it finds the jobs and waits for them: no second array
    const result = JSON.parse((await sweep('--resume', out, '--json')).stdout);
    expect([result.total, result.done, result.failed]).toEqual([3, 3, {}]);
    expect(readdirSync(join(out, 'slurm')).filter((file) => file.endsWith('.sbatch'))).toHaveLength(1);
    const log = readFileSync(join(out, 'logs', `${runs[0]}.log`), 'utf8');
    expect(log).toMatch(/SIGUSR2: stopping after this step[\s\S]*going on after step \d+/);
    const whole = join(folder, 'whole');
    await sweep(...words, ...named, '--threads', '1', '--jobs', '2', '--out', whole);
    for (const run of runs) {
      const bytes = (sweepFolder: string) => readFileSync(join(sweepFolder, 'runs', run, 'model.safetensors'));
      expect([run, bytes(out).equals(bytes(whole))]).toEqual([run, true]);
    }
  }, 90_000);

  it('is cancelled, and goes on with jobs that are submitted anew', async () => {
    const long = join(folder, 'long');
    const limits = ['--runner', 'slurm', '--submit-only'];
    await sweep(...words, '--grid', 'flow=none', '--seeds', '2', '--steps', '200000', ...limits, '--out', long);
    const metrics = join(long, 'runs/flow-none-seed-1/metrics.jsonl');
    await until(() => existsSync(metrics) && statSync(metrics).size > 500, 'steps');
    expect((await sweep('cancel', long)).stdout).toMatch(/slurm stops 2 jobs/);
    await until(
      () => JSON.parse(readFileSync(join(long, 'runs/flow-none-seed-1/report.json'), 'utf8')).unfinished,
      'a stop',
    );
    const { stderr } = await sweep('--resume', long, '--submit-only');
    expect(stderr).toMatch(/slurm: 2 jobs submitted as array \d+/);
  });

  it('halves as on one machine, though the submitting process is killed', async () => {
    await halvesAsOnOneMachine(folder, cluster.env);
  }, 60_000);
});
