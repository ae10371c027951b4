// Who started the command: command lines as systems show them, the notice that some deserve, and parents that end.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { launchChain, managerOf, shellOf } from '../../packages/flowvae/src/command/launch/launch-chain.ts';
import { launchNotice } from '../../packages/flowvae/src/command/launch/launch-notice.ts';
import { watchParent } from '../../packages/flowvae/src/command/launch/orphan-watch.ts';
import {
  type ProcessEntry,
  type ProcessTable,
  procTable,
  psTable,
} from '../../packages/flowvae/src/command/launch/process-table.ts';

describe('a command line', () => {
  it.each([
    ['npm exec pnpm@10.34.9 exec flowvae train', 'npx', undefined],
    ['npm run train', 'npm', undefined],
    ['node /usr/lib/node_modules/npm/bin/npx-cli.js flowvae', 'npx', undefined],
    ['node /home/me/.npm/_npx/c8/node_modules/.bin/pnpm exec flowvae', 'pnpm', undefined],
    ['/usr/bin/node --no-warnings /opt/pnpm.cjs start', 'pnpm', undefined],
    ['/usr/bin/node /app/.yarn/releases/yarn-4.1.0.cjs train', 'yarn', undefined],
    ['node --import tsx experiments/reproduce/run.ts fig3', undefined, undefined],
    ['node server.js', undefined, undefined],
    ['slurmstepd: [12.batch]', undefined, undefined],
    ['/bin/bash /var/spool/slurmd/job00012/slurm_script', undefined, 'bash'],
    ['sh -c flowvae train', undefined, 'sh'],
    ['bash -lc flowvae train', undefined, 'bash'],
    ['-bash', undefined, undefined],
    ['bash -i', undefined, undefined],
    ['/usr/bin/zsh', undefined, undefined],
    ['', undefined, undefined],
  ])('%j is of manager %s, of a shell with a script %s', (line, manager, shell) => {
    const words = line.split(' ').filter(Boolean);
    expect([managerOf(words), shellOf(words)]).toEqual([manager, shell]);
  });
});

/** A list of processes: id, its parent, its command line; SIGTERM ends all but those whose line ends with a trap. */
function tableOf(...rows: readonly (readonly [number, number, string])[]) {
  const entries = new Map(rows.map(([pid, parent, line]) => [pid, { parent, line }]));
  const table: ProcessTable = {
    interval: 1000,
    entryOf(pid): ProcessEntry | undefined {
      const entry = entries.get(pid);
      if (!entry) return undefined;
      const words = entry.line.split(' ');
      return { parent: entry.parent, words, endsBySigterm: words.at(-1) !== 'trap' };
    },
  };
  return {
    table,
    /** A process ends, and its children get the first process as their parent. */
    end(pid: number) {
      entries.delete(pid);
      for (const entry of entries.values()) if (entry.parent === pid) entry.parent = 1;
    },
  };
}

const bash = [20, 10, '/bin/bash job.sh'] as const;
const npx = [30, 20, 'npm exec pnpm@10.34.9 exec flowvae'] as const;
const sh = [40, 30, 'sh -c pnpm exec flowvae'] as const;
const pnpm = [50, 40, 'node /x/bin/pnpm exec flowvae'] as const;
const tsx = [60, 50, '/usr/bin/node /x/tsx/dist/cli.mjs run.ts'] as const;
const server = [20, 10, 'node server.js'] as const;

describe('the chain over the command', () => {
  const managed = (parent: number, ...rows: readonly (readonly [number, number, string])[]) =>
    launchChain(tableOf(...rows).table, parent).managed.map(({ pid }) => pid);

  it('goes up to the topmost package manager', () => {
    expect(managed(50, bash, npx, sh, pnpm)).toEqual([50, 40, 30]);
    expect(managed(60, bash, npx, sh, pnpm, tsx)).toEqual([60, 50, 40, 30]);
    expect(managed(40, bash, npx, sh)).toEqual([40, 30]);
  });

  it('is empty where no manager is in it, nothing can be seen, or the first process is the parent', () => {
    expect(managed(20, bash)).toEqual([]);
    expect(managed(20, server, [10, 5, 'npm exec server'])).toEqual([]);
    expect(managed(77)).toEqual([]);
    expect(managed(1, [1, 0, 'npm start'])).toEqual([]);
  });
});

describe('the notice', () => {
  const noticeOf = (rows: readonly (readonly [number, number, string])[], changes: object = {}) => {
    const [parent] = rows.at(-1)!;
    const chain = launchChain(tableOf(...rows).table, parent);
    return launchNotice({ chain, env: {}, hasTerminal: false, ...changes }, 'bin/flowvae');
  };

  it.each([
    [
      'npx over pnpm',
      [bash, npx, sh, pnpm],
      /^npx started this run .* start bin\/flowvae itself, in a script with exec$/,
    ],
    ['a script', [bash], /^bash started this run .* write exec before the command$/],
  ])('names %s, in one line', (_, rows, expected) => {
    expect(noticeOf(rows)).toMatch(expected);
  });

  it('is not given where signals arrive', () => {
    const trapping = [[20, 10, '/bin/bash job.sh trap']] as const;
    for (const rows of [trapping, [server], [[20, 10, '-bash']] as const]) expect(noticeOf(rows)).toBe(undefined);
  });

  it('is not given at a terminal, unless a scheduler started that', () => {
    expect(noticeOf([npx], { hasTerminal: true })).toBe(undefined);
    for (const name of ['SLURM_JOB_ID', 'PBS_JOBID', 'LSB_JOBID']) {
      expect(noticeOf([npx], { hasTerminal: true, env: { [name]: '1' } })).toMatch(/^npx /);
    }
  });
});

describe('the watch', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** How often it called back within some seconds after a process ended. */
  function callsAfter(parent: number, rows: readonly (readonly [number, number, string])[], ended: number): number {
    const { table, end } = tableOf([99, parent, 'node flowvae'], ...rows);
    const onOrphaned = vi.fn();
    const stop = watchParent(onOrphaned, { table, parentFirst: parent, parentNow: () => table.entryOf(99)!.parent });
    vi.advanceTimersByTime(5000);
    expect(onOrphaned).not.toHaveBeenCalled();
    end(ended);
    vi.advanceTimersByTime(5000);
    stop();
    return onOrphaned.mock.calls.length;
  }

  it.each([
    ['the parent', 20, [bash], 20],
    ['npx, two processes up', 50, [bash, npx, sh, pnpm], 30],
    ['the shell between npx and pnpm', 50, [bash, npx, sh, pnpm], 40],
    ['the parent of npx', 50, [bash, npx, sh, pnpm], 20],
  ])('calls once after the end of %s', (_, parent, rows, ended) => {
    expect(callsAfter(parent, rows, ended)).toBe(1);
  });

  it("does not call after the end of the script's starter, or if the first process is the parent", () => {
    expect(callsAfter(20, [[10, 5, 'sshd'], bash], 10)).toBe(0);
    expect(callsAfter(1, [[1, 0, 'init']], 1)).toBe(0);
  });

  it('calls where the parent had ended before the watch began', () => {
    const onOrphaned = vi.fn();
    const { table } = tableOf([99, 1, 'node flowvae'], [1, 0, 'init']);
    const stop = watchParent(onOrphaned, { table, parentFirst: 20, parentNow: () => 1 });
    vi.advanceTimersByTime(5000);
    stop();
    expect(onOrphaned).toHaveBeenCalledTimes(1);
  });

  it('can be ended', () => {
    const onOrphaned = vi.fn();
    let parent = 20;
    watchParent(onOrphaned, { table: tableOf(bash).table, parentFirst: parent, parentNow: () => parent })();
    parent = 1;
    vi.advanceTimersByTime(5000);
    expect(onOrphaned).not.toHaveBeenCalled();
  });
});

const hasProc = existsSync('/proc/self/status');
const hasPs = spawnSync('ps', ['-p', `${process.pid}`]).status === 0;

describe('the list of processes', () => {
  it.skipIf(!hasProc)('under /proc (absent outside Linux) has this process and its parent', () => {
    const entry = procTable.entryOf(process.pid)!;
    expect(entry.parent).toBe(process.ppid);
    expect(entry.words[0]).toMatch(/node/);
    expect(procTable.entryOf(2 ** 22 + 1)).toBe(undefined);
  });

  it.skipIf(!hasPs)('of ps (where that is installed) has them too', () => {
    const entry = psTable.entryOf(process.pid)!;
    expect(entry.parent).toBe(process.ppid);
    expect(entry.words[0]).toMatch(/node/);
    expect(psTable.entryOf(2 ** 22 + 1)).toBe(undefined);
  });

  it.skipIf(!hasProc)('under /proc (absent outside Linux) tells whether SIGTERM ends a process', () => {
    const listener = () => {};
    process.on('SIGTERM', listener);
    expect(procTable.entryOf(process.pid)!.endsBySigterm).toBe(false);
    process.off('SIGTERM', listener);
    if (process.listenerCount('SIGTERM') === 0) expect(procTable.entryOf(process.pid)!.endsBySigterm).toBe(true);
  });
});
