// The batch script of the page on clusters, run by bash itself with a scheduler that only records its commands.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { tinyData, tinyFlags } from '../flowvae/tiny-run.ts';
import { ended } from '../processes/programs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'packages/flowvae/docs/clusters.md'), 'utf8');

const folder = mkdtempSync(join(tmpdir(), 'flowvae-cluster-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SETTINGS = /^settings=\((.*)\)$/m;

/**
 * A project folder with the script, its settings replaced by small ones, and a `scontrol` that writes its words to a
 * file.
 */
function prepare(steps: number): string {
  const script = /^```bash\n(.*?)^```$/ms.exec(page)![1]!;
  expect(script).toMatch(SETTINGS);
  const settings = [...tinyFlags(tinyData()), '--steps', `${steps}`].map((word) => `'${word}'`).join(' ');
  const path = join(folder, 'job.sbatch');
  writeFileSync(
    path,
    script.replace(SETTINGS, () => `settings=(${settings})`),
  );
  mkdirSync(join(folder, 'bin'));
  const scontrol = join(folder, 'bin/scontrol');
  writeFileSync(scontrol, `#!/bin/sh\necho "$@" >> ${join(folder, 'told')}\n`);
  chmodSync(scontrol, 0o755);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return path;
}

it.skipIf(process.platform === 'win32')(
  'the batch script continues after its time limit, and asks for no requeue at its end (no Windows)',
  async () => {
    const path = prepare(5000);
    const env = {
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      SLURM_ARRAY_TASK_ID: '2',
      SLURM_ARRAY_JOB_ID: '17',
      SLURM_JOB_ID: '17',
      SLURM_CPUS_PER_TASK: '1',
    };
    const job = (signal?: NodeJS.Signals) => {
      let isSent = false;
      return ended(['bash', '-c', 'cd "$0" && exec bash "$1"', folder, path], {
        env,
        onStderr(text, child) {
          if (signal === undefined || isSent || !/^step /m.test(text)) return;
          isSent = child.kill(signal);
        },
      });
    };
    const warned = await job('SIGUSR2');
    expect([warned.code, warned.stderr]).toEqual([140, expect.stringContaining('SIGUSR2: stopping after this step')]);
    expect(warned.stderr).not.toContain('started this run'); // its traps are seen
    expect(readFileSync(join(folder, 'told'), 'utf8')).toBe('requeue 17_2\n');
    const cancelled = await job('SIGTERM');
    expect([cancelled.code, cancelled.stderr]).toEqual([143, expect.stringMatching(/^going on after step \d+$/m)]);
    const last = await job();
    expect([last.code, last.stdout]).toEqual([0, expect.stringContaining('trained     5000 steps')]);
    expect(readFileSync(join(folder, 'told'), 'utf8')).toBe('requeue 17_2\n');
  },
);
