// A disk that refuses: one clear line, exit code 2, earlier checkpoints intact, and a run that can be taken up once the
// disk is well again.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawUniform, fold, key } from '@flowvae/random';
import { RunFolder, resumeRun } from '@flowvae/runs';
import { afterAll, describe, expect, it } from 'vitest';
import { tinyData, tinyFlags } from '../flowvae/tiny-run.ts';
import { flowvae } from '../processes/programs.ts';

const root = mkdtempSync(join(tmpdir(), 'flowvae-disk-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const data = tinyData();
const flags = ['train', ...tinyFlags(data), '--steps', '40', '--checkpoint-every', '4', '--eval-images', '1'];

/** Takes a run up, so verifies its latest checkpoint, and says at which step. */
function resumableAt(path: string): number {
  const { versions, ...config } = RunFolder.claimed(path).readConfig();
  const run = resumeRun(path, { config, versions: versions as Record<string, string> });
  run.close();
  expect(run.notices.filter((notice) => notice.includes('cannot be used'))).toEqual([]);
  return run.from?.step ?? 0;
}

describe.concurrent('a disk that refuses from one operation on', () => {
  const chances = drawUniform(fold(key(6), 'disk'), 4);
  it.concurrent.each([
    ['ENOSPC', 60, 'free some disk space; earlier files are intact'],
    ['ENOSPC', 60 + Math.floor(chances[0]! * 80), 'free some disk space; earlier files are intact'],
    ['ENOSPC', 60 + Math.floor(chances[1]! * 80), 'free some disk space; earlier files are intact'],
    ['EROFS', 60 + Math.floor(chances[2]! * 80), 'the file system is read-only: choose another with --out'],
  ] as const)('%s at operation %d', async (kind, at, remedy) => {
    const out = join(root, `${kind}-${at}`);
    const { code, stderr } = await flowvae([...flags, '--out', out], { fault: { kind, at, folder: out } });
    expect(code).toBe(2);
    const line = stderr.split('\n').find((text) => text.startsWith('flowvae: '));
    expect(line).toMatch(
      new RegExp(`^flowvae: ${out}/.*: expected a place that can be written to, got ${kind}; ${remedy}$`),
    );
    expect(resumableAt(out)).toBeGreaterThan(0);
  });
});

describe('a real disk', () => {
  const small = join(root, 'small');
  mkdirSync(small);
  const isMounted =
    process.platform === 'linux' && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', small]).status === 0;
  afterAll(() => {
    if (isMounted) spawnSync('umount', [small]);
  });

  it.skipIf(!isMounted)('that is full (a tmpfs of 200 KiB, which takes root to mount)', async () => {
    const out = join(small, 'run');
    const many = ['--hidden', '24', '--steps', '4000', '--checkpoint-every', '4', '--keep-checkpoints', '1000'];
    const { code, stderr } = await flowvae([...flags, ...many, '--out', out]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/\nflowvae: .*got ENOSPC; free some disk space; earlier files are intact\n$/),
    ]);
    for (const name of readdirSync(out, { recursive: true }).map(String)) expect(name).not.toContain('partial');
    expect(resumableAt(out)).toBeGreaterThan(0);
  });

  it.skipIf(!isMounted)('that is read-only (a tmpfs, which takes root to mount)', async () => {
    spawnSync('mount', ['-o', 'remount,ro', small]);
    const { code, stderr } = await flowvae([...flags, '--out', join(small, 'another')]);
    spawnSync('mount', ['-o', 'remount,rw', small]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /^flowvae: [^\n]*another: expected a place that can be written to, got EROFS; the file system is read-only[^\n]*\n$/,
      ),
    ]);
  });

  it('whose folder is removed while the run goes on', async () => {
    const out = join(root, 'removed');
    const { code, stderr } = await flowvae(['train', ...tinyFlags(data), '--steps', '100000000', '--out', out], {
      onStderr: (text) => {
        if (/\nstep /.test(text) && existsSync(out)) renameSync(out, `${out}-elsewhere`);
      },
    });
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /\nflowvae: [^\n]*: expected [^\n]*, got (no (file|lock): [^\n]*was removed or moved[^\n]*|ENOENT); [^\n]*\n$/,
      ),
    ]);
    expect(existsSync(out)).toBe(false);
    expect(resumableAt(`${out}-elsewhere`)).toBe(0);
  });

  it.skipIf(process.getuid?.() === 0)(
    'whose folder is read-only (root may write anywhere, so not as root)',
    async () => {
      const out = join(root, 'read-only');
      mkdirSync(out, { mode: 0o500 });
      const { code, stderr } = await flowvae([...flags, '--out', out]);
      chmodSync(out, 0o700);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/^flowvae: .*got EACCES; choose a folder/)]);
    },
  );

  it('is not asked by a second process while a first one works on the folder', async () => {
    const out = join(root, 'twice');
    let second: ReturnType<typeof flowvae> | undefined;
    const first = await flowvae(['train', ...tinyFlags(data), '--steps', '100000000', '--out', out], {
      onStderr: (text, child) => {
        if (second || !/\nstep /.test(text)) return;
        second = flowvae(['train', '--resume', out]);
        second.then(() => child.kill('SIGTERM'));
      },
    });
    const { code, stderr, stdout } = await second!;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^flowvae: [^\n]*run\.lock: expected a run folder that no other process works on, got one that process \d+ on .* works on; wait for that process, or stop it: `kill (\d+)` lets it write a checkpoint and end\n$/,
    );
    expect(/`kill (\d+)`/.exec(stderr)![1]).toBe(/process (\d+) on/.exec(stderr)![1]);
    expect(first.code).toBe(143);
  });
});
