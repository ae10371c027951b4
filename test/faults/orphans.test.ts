// Runs whose starter ends: they leave a checkpoint and free the folder, unless they are detached; and are told of it
// before.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { tinyData, tinyFlags } from '../flowvae/tiny-run.ts';
import { flowvae, type ProgramOptions } from '../processes/programs.ts';

const root = mkdtempSync(join(tmpdir(), 'flowvae-orphans-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const data = tinyData();
const endless = ['train', ...tinyFlags(data), '--steps', '100000000'];

/** A shell that waits for the run and says its exit code; ending it leaves the run behind. */
const shell = ['sh', '-c', '"$0" "$@"; echo "ended with $?" >&2'];

/** As npx does it: node with a script of this name over a shell over the run. A signal ends it alone. */
const npx = [process.execPath, join(root, 'npx-cli.js')];
writeFileSync(
  npx[1]!,
  `const [command, ...args] = ${JSON.stringify(shell)};
   require('node:child_process').spawn(command, [...args, ...process.argv.slice(2)], { stdio: 'inherit' });`,
);

const holderOf = (out: string): number => JSON.parse(readFileSync(join(out, 'run.lock'), 'utf8')).pid;

/** Trains without end, and ends the starter alone as soon as there is progress. */
function abandoned(out: string, flags: readonly string[], options: ProgramOptions, afterwards = () => {}) {
  let isSent = false;
  return flowvae([...endless, ...flags, '--out', out], {
    ...options,
    onStderr(text, child) {
      if (isSent || !/\nstep /.test(text)) return;
      isSent = child.kill('SIGTERM');
      afterwards();
    },
  });
}

const ORPHANED = 'the process that started this run has ended: stopping after this step';
const NOTICE = /^(\w+) started this run and passes no SIGTERM on: .*$/gm;

/** Only /proc shows how a shell handles a signal. */
const hasProc = existsSync('/proc/self/status');

describe.skipIf(process.platform === 'win32').concurrent('a run whose starter has ended (no Windows)', () => {
  it.concurrent.each([
    ['a shell', shell, 'sh', undefined],
    ['npx, which leaves the shell under it behind,', npx, 'npx', 'ended with 129'],
  ])('stops after %s, with a checkpoint and a free folder', async (name, through, starter, exit) => {
    const out = join(root, name.replace(/\W+/g, '-'));
    const { stdout, stderr } = await abandoned(out, ['--json'], { through });
    expect(stderr).toContain(ORPHANED);
    if (hasProc) expect([...stderr.matchAll(NOTICE)].map(([, named]) => named)).toEqual([starter]);
    if (exit !== undefined) expect(stderr).toContain(exit); // the remaining starters see the exit code
    const { steps } = JSON.parse(stdout);
    expect(steps).toBeGreaterThan(0);
    expect(existsSync(join(out, 'run.lock'))).toBe(false);
    const goesOn = await flowvae(['train', '--resume', out], {
      onStderr: (text, child) => void (text.includes('training') && child.kill('SIGTERM')),
    });
    expect(goesOn.stderr).toContain(`going on after step ${steps}\n`);
  });

  it.concurrent('trains on where it is detached; SIGHUP does nothing then, and SIGTERM still stops it', async () => {
    const out = join(root, 'detached');
    const seen = { alive: false };
    const later = () =>
      setTimeout(() => {
        const pid = holderOf(out);
        process.kill(pid, 'SIGHUP');
        setTimeout(() => {
          seen.alive = process.kill(pid, 0);
          process.kill(pid, 'SIGTERM');
        }, 300);
      }, 1500);
    const { stderr } = await abandoned(out, ['--detached'], { through: npx }, later);
    expect([seen.alive, stderr.includes(ORPHANED), stderr]).toEqual([true, false, expect.stringContaining('with 143')]);
  });
});
