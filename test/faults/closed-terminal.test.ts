// A terminal that is closed while a run goes on: the run stops with a checkpoint, or trains on, and nothing looks like
// a crash.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { tinyData, tinyFlags } from '../flowvae/tiny-run.ts';
import { flowvae } from '../processes/programs.ts';

const root = mkdtempSync(join(tmpdir(), 'flowvae-terminal-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const SIGHUP = 129;
const SIGTERM = 143;
const data = tinyData();

/** It gives a program a terminal, which is closed when it is killed. */
const { stdout: scriptVersion } = spawnSync('script', ['--version'], { encoding: 'utf8' });
const hasScript = scriptVersion?.includes('util-linux') === true;

/** Outlives the terminal to write down how its command ended. */
const witness = join(root, 'witness.sh');
writeFileSync(witness, 'code=$1; shift; trap : HUP; "$@"; echo $? > $code\n');

/** Trains in a terminal, closes that as soon as there is progress, and waits for the exit code. */
async function hungUp(name: string, flags: readonly string[], afterwards: (out: string) => void = () => {}) {
  const [out, code] = [join(root, name), join(root, `${name}-code`)];
  let isClosed = false;
  await flowvae(['train', ...tinyFlags(data), '--steps', '100000000', '--out', out, ...flags], {
    through: ['sh', '-c', `exec script -qec "sh ${witness} ${code} $0 $*; :" /dev/null`],
    env: { SHELL: '/bin/sh' },
    onStart(child) {
      child.stdout!.on('data', (text) => {
        if (isClosed || !`${text}`.includes('step ')) return;
        isClosed = child.kill('SIGKILL');
        afterwards(out);
      });
    },
  });
  await vi.waitFor(() => expect(existsSync(code) && readFileSync(code, 'utf8')).toMatch(/\d\n/), { timeout: 60_000 });
  return { out, code: Number(readFileSync(code, 'utf8')) };
}

const checkpointsOf = (out: string) => readdirSync(join(out, 'checkpoints')).length;

it.skipIf(!hasScript).concurrent(
  'a closed terminal stops the run, with a checkpoint (needs util-linux script)',
  async () => {
    const { out, code } = await hungUp('stopped', []);
    expect([code, checkpointsOf(out), existsSync(join(out, 'run.lock'))]).toEqual([SIGHUP, 2, false]);
  },
);

it.skipIf(!hasScript).concurrent(
  'a detached run trains on without its terminal (needs util-linux script)',
  async () => {
    const seen = { alive: false };
    const { out, code } = await hungUp('detached', ['--detached'], (folder) =>
      setTimeout(() => {
        const { pid } = JSON.parse(readFileSync(join(folder, 'run.lock'), 'utf8'));
        seen.alive = process.kill(pid, 0) && checkpointsOf(folder) === 0;
        process.kill(pid, 'SIGTERM');
      }, 2000),
    );
    expect([seen.alive, code, checkpointsOf(out)]).toEqual([true, SIGTERM, 2]);
  },
);
