// Signals to the command, started by node itself or by its launcher: exit codes, messages, and a run that can be
// resumed.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RunFolder, resumeRun } from '@flowvae/runs';
import { openRun } from 'flowvae';
import { afterAll, describe, expect, it } from 'vitest';
import { tinyData, tinyFlags } from '../flowvae/tiny-run.ts';
import { ended, flowvae } from '../processes/programs.ts';

const root = mkdtempSync(join(tmpdir(), 'flowvae-signals-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const data = tinyData();
const FOR_EVER = '100000000';

/** Trains, and sends signals one after the other, each as soon as stderr says its word. */
function interrupted(out: string, flags: readonly string[], signals: readonly (readonly [RegExp, NodeJS.Signals])[]) {
  let sent = 0;
  return flowvae(['train', ...tinyFlags(data), ...flags, '--out', out], {
    onStderr(text, child) {
      while (sent < signals.length && signals[sent]![0].test(text)) child.kill(signals[sent++]![1]);
    },
  });
}

/** The steps of the checkpoint that a run goes on from. */
function resumableAt(path: string): number | undefined {
  const { versions, ...config } = RunFolder.claimed(path).readConfig();
  const run = resumeRun(path, { config, versions: versions as Record<string, string> });
  run.close();
  return run.from?.step;
}

describe.concurrent('a signal', () => {
  it.concurrent.each([
    ['SIGINT', [[/\nstep /, 'SIGINT']], 130, []],
    ['SIGTERM', [[/\nstep /, 'SIGTERM']], 143, []],
    [
      'SIGINT and then SIGTERM, as pnpm exec sends them,',
      [
        [/\nstep /, 'SIGINT'],
        [/stopping/, 'SIGTERM'],
      ],
      130,
      [],
    ],
    ['SIGHUP', [[/\nstep /, 'SIGHUP']], 129, []],
    ['SIGUSR1', [[/\nstep /, 'SIGUSR1']], 138, []],
    ['SIGUSR2', [[/\nstep /, 'SIGUSR2']], 140, []],
    ['SIGINT with the eager engine', [[/\nstep /, 'SIGINT']], 130, ['--engine', 'eager']],
  ] as const)('%s ends the run after the step, with a checkpoint', async (name, signals, expected, flags) => {
    const out = join(root, name.replace(/\W+/g, '-'));
    const { code, stderr, stdout } = await interrupted(out, ['--steps', FOR_EVER, '--json', ...flags], signals);
    expect([code, stderr]).toEqual([
      expected,
      expect.stringMatching(`\nto go on: [^\n]*flowvae train --resume ${out}\n`),
    ]);
    const stopped = JSON.parse(stdout);
    expect(stopped).toMatchObject({ testElbo: null, terms: null });
    expect(resumableAt(out)).toBe(stopped.steps);
    expect(stderr).toContain(`${out} holds the trained model`);
    expect(stderr).not.toContain('started this run'); // signals from here arrive
    expect(Object.keys((await openRun(out)).parts.model.variables).length).toBeGreaterThan(0);
  });

  it.concurrent('SIGTERM costs nothing: the run that goes on ends with the bytes of one that was not stopped', async () => {
    const [whole, stopped] = [join(root, 'whole'), join(root, 'stopped')];
    const flags = ['--steps', '5000'];
    const [first] = await Promise.all([
      interrupted(stopped, flags, [[/\nstep /, 'SIGTERM']]),
      flowvae(['train', ...tinyFlags(data), ...flags, '--out', whole]),
    ]);
    expect([first.code, first.stderr]).toEqual([143, expect.stringContaining('SIGTERM: stopping after this step')]);
    expect(resumableAt(stopped)).toBeLessThan(5000);
    expect((await flowvae(['train', '--resume', stopped])).code).toBe(0);
    const model = (path: string) => readFileSync(join(path, 'model.safetensors'));
    expect(model(stopped).equals(model(whole))).toBe(true);
  });

  it.skipIf(process.platform === 'win32').concurrent(
    'SIGTERM to the launcher reaches the run (no Windows)',
    async () => {
      const out = join(root, 'launcher');
      const launcher = fileURLToPath(new URL('../../node_modules/.bin/flowvae', import.meta.url));
      const isStopped = { sent: false };
      const args = ['train', ...tinyFlags(data), '--steps', FOR_EVER, '--out', out];
      const { code, signal } = await ended([launcher, ...args], {
        onStderr(text, child) {
          if (isStopped.sent || !/\nstep /.test(text)) return;
          isStopped.sent = child.kill('SIGTERM');
        },
      });
      expect([code, signal]).toEqual([143, null]);
      expect(resumableAt(out)).toBeGreaterThan(0);
    },
  );

  it.concurrent('a second SIGINT ends it at once, and harms nothing', async () => {
    const out = join(root, 'twice');
    // ten million samples of one image: nothing that the first SIGINT waits for ends within the test's time
    const flags = ['--steps', '3', '--eval-samples', '10000000', '--eval-images', '1', '--flow', 'planar*80'];
    const sent = { first: false, second: false };
    const { code, stdout } = await flowvae(['train', ...tinyFlags(data), ...flags, '--out', out], {
      onStderr(text, child) {
        // whether it was interrupted is last asked for right after the model is written
        if (!sent.first && /step 3\/3/.test(text)) {
          sent.first = true;
          onceThere(join(out, 'model.safetensors'), () => child.kill('SIGINT'));
        }
        if (sent.second || !/stopping/.test(text)) return;
        sent.second = true;
        child.kill('SIGINT');
      },
    });
    expect([code, stdout]).toEqual([130, '']);
    expect(resumableAt(out)).toBe(3);
  });
});

/** Does something as soon as a file is there. */
function onceThere(path: string, action: () => void): void {
  const timer = setInterval(() => {
    if (!existsSync(path)) return;
    clearInterval(timer);
    action();
  }, 20);
}
