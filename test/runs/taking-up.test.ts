// Resuming a run: refusals, skipped checkpoints with notices, and the processes that may work on its folder.
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beginRun, type DurableRun, resumeRun, validating } from '@flowvae/runs';
import { tf } from '@flowvae/tensor';
import { adam, fit, type RunState, rmsprop, sgd } from '@flowvae/training';
import { beforeEach, describe, expect, it } from 'vitest';
import { quadratic } from '../training/problems.ts';
import { freshPath, kill, options, refused, train } from './durable-training.ts';

let path: string;
beforeEach(() => {
  path = freshPath();
});

describe('resumeRun', () => {
  const begun = async () => {
    await train(beginRun(path, options), adam(0.01), { killedAt: 10 });
  };
  const checkpoint = (step: number, kind: string) => join(path, 'checkpoints', `step-00000000${step}.${kind}`);

  it('refuses another config, naming the fields, and changes nothing', async () => {
    await begun();
    const before = readFileSync(join(path, 'metrics.jsonl'), 'utf8');
    expect(refused(() => resumeRun(path, { ...options, config: { seed: 2, rate: 0.01, more: true } }))).toBe(
      `${path}/config.json: expected seed 1, more (absent), got seed 2, more true; a run goes on with the settings that it began with; begin another run for others`,
    );
    expect(readFileSync(join(path, 'metrics.jsonl'), 'utf8')).toBe(before);
    expect(existsSync(join(path, 'run.lock'))).toBe(false);
    const run = resumeRun(path, { ...options, config: { seed: 1, rate: 0.02 }, mayDiffer: ['rate'] });
    run.close();
    expect(run.from?.step).toBe(8);
  });

  it('completes the config, checkpoints and versions of an older run by the values of its time', async () => {
    await begun();
    const now = { ...options, config: { ...options.config, more: 'new' }, versions: { cpu: 'this', sharing: 'rows' } };
    const before = (more: string) => ({ config: { more, rate: 7 }, versions: { sharing: 'rows' } });
    const config = `${path}/config.json`;
    expect(refused(() => resumeRun(path, now))).toContain(`${config}: expected more (absent), got more "new"; `);
    expect(refused(() => resumeRun(path, { ...now, unrecorded: before('old') }))).toContain(
      `${config}: expected more "old", got more "new"; `,
    );
    const unknown = { ...now, unrecorded: { config: { more: 'new' } } };
    expect(refused(() => resumeRun(path, unknown))).toContain('got sharing (absent) is now "rows"; ');
    const run = resumeRun(path, { ...now, unrecorded: before('new') });
    run.close();
    expect([run.from?.step, run.notices]).toEqual([8, ['going on after step 8']]);
  });

  it('refuses another machine unless this is allowed, and then says that bytes may differ', async () => {
    await begun();
    const elsewhere = { ...options, versions: { cpu: 'another' } };
    expect(refused(() => resumeRun(path, elsewhere))).toBe(
      `${path}: expected the machine and versions that the run began with, got cpu "this" is now "another"; the bytes of the result may differ; allow it with \`allowDifferentMachine\``,
    );
    const run = resumeRun(path, { ...elsewhere, allowDifferentMachine: true });
    run.close();
    expect(run.notices).toEqual([
      'bytes may differ from a run that was never stopped: cpu "this" is now "another"',
      'going on after step 8',
    ]);
  });

  it.each(['json', 'safetensors'])('passes over a damaged latest checkpoint (%s), and says so', async (kind) => {
    await begun();
    const file = checkpoint(8, kind);
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(file, bytes);
    const run = resumeRun(path, options);
    run.close();
    expect(run.from?.step).toBe(4);
    expect(run.notices).toEqual([
      expect.stringMatching(/^the checkpoint of step 8 cannot be used: .*step-000000008/),
      'going on after step 4',
    ]);
    const aside = ['step-000000008.json.damaged', 'step-000000008.safetensors.damaged'];
    expect(readdirSync(join(path, 'checkpoints'))).toEqual([
      'step-000000004.json',
      'step-000000004.safetensors',
      ...aside,
    ]);
  });

  it('passes over a checkpoint whose metrics are damaged, and refuses where all are', async () => {
    await begun();
    const metrics = join(path, 'metrics.jsonl');
    writeFileSync(metrics, readFileSync(metrics, 'utf8').replace('"step":5', '"step":6'));
    const run = resumeRun(path, options);
    run.close();
    expect(run.from?.step).toBe(4); // the entry of step 5 came after that checkpoint
    rmSync(checkpoint(4, 'safetensors'));
    expect(refused(() => resumeRun(path, options))).toMatch(
      /checkpoints: expected at least one checkpoint that can be used, got the checkpoint of step 4 cannot be used: .*; remove that folder to begin again at step 0$/,
    );
    rmSync(join(path, 'checkpoints'), { recursive: true });
    const anew = resumeRun(path, options);
    anew.close();
    expect([anew.from, anew.notices]).toEqual([undefined, ['no checkpoint is there: going on from step 0']]);
    expect(readFileSync(metrics, 'utf8')).toBe('');
  });

  it('removes half-written files of a killed process', async () => {
    await begun();
    for (const name of ['config.json.1.partial', 'checkpoints/step-000000012.json.7.partial'])
      writeFileSync(join(path, name), 'x');
    writeFileSync(join(path, 'checkpoints', 'step-000000012.safetensors'), 'without its JSON');
    resumeRun(path, options).close();
    expect(readdirSync(path, { recursive: true }).filter((name) => /partial|12/.test(String(name)))).toEqual([]);
  });

  it('refuses a folder that is no run, and a state of another model', async () => {
    expect(refused(() => resumeRun(path, options))).toContain('expected the folder of a run, got no such folder');
    await begun();
    const run = resumeRun(path, options);
    await expect(train(run, rmsprop(0.01))).rejects.toThrow(
      'fit: from.slots: expected buffer, got m; the state is of another model or optimiser',
    );
    const { problem, variables } = quadratic([1], () => [0]);
    const from = run.from!;
    const goneOn = (state: RunState) => fit({ ...problem, variables, optimizer: adam(0.01), steps: 9, from: state });
    await expect(goneOn(from)).rejects.toThrow(/^fit: from\.shapes: expected w \[1\], got encoder\//);
    const counters = { skipped: 9, inARow: 0, rateFactor: 1 };
    await expect(goneOn({ ...from, nonFinite: counters })).rejects.toThrow(
      'fit: from.nonFinite.skipped: expected a whole number from 0 to 8, the steps done, got 9',
    );
    await expect(goneOn({ ...from, nonFinite: { ...counters, skipped: 1, inARow: 2 } })).rejects.toThrow(
      'fit: from.nonFinite.inARow: expected a whole number from 0 to 1, got 2',
    );
    for (const rateFactor of [-1, 2, Number.NaN]) {
      const bad = { skipped: 1, inARow: 1, rateFactor };
      await expect(goneOn({ ...from, nonFinite: bad })).rejects.toThrow(
        `fit: from.nonFinite.rateFactor: expected a number from 0 to 1, got ${rateFactor}`,
      );
    }
    tf.dispose(variables.w!);
  });

  it('lets early stopping count earlier validations, and stay stopped', async () => {
    const bounds = [-3, -1, -2, -2, -5, -5];
    const validated = async (run: DurableRun, killedAt: number) => {
      const { problem, variables } = quadratic([5], () => [0]);
      const validation = validating(run, {
        every: 2,
        patience: 3,
        measure: async () => ({ elbo: bounds[run.validations.length]! }),
      });
      const callbacks = [
        validation,
        ...run.callbacks,
        { onStep: ({ step }: { step: number }) => (step === killedAt ? kill() : undefined) },
      ];
      const result = await fit({
        ...problem,
        variables,
        optimizer: sgd(0.1),
        steps: 40,
        from: run.from,
        callbacks,
      }).catch(() => undefined);
      run.close();
      tf.dispose(variables.w!);
      return result?.steps;
    };
    expect(await validated(beginRun(path, options), 9)).toBe(undefined);
    expect(await validated(resumeRun(path, options), 0)).toBe(10);
    const over = resumeRun(path, options);
    expect(over.validations.map(({ validation }) => validation.elbo)).toEqual([-3, -1, -2, -2, -5]);
    expect(over.from?.step).toBe(10);
    expect(await validated(over, 0)).toBe(10); // and does no further step
  });
});

describe('the lock', () => {
  it('refuses every second run on the folder', () => {
    const run = beginRun(path, options);
    expect(refused(() => resumeRun(path, options))).toMatch(
      new RegExp(
        `^${path}/run.lock: expected a run folder that no other process works on, got one that process ${process.pid} on .* works on; wait for that process, or stop it: \`kill ${process.pid}\` lets it write a checkpoint and end$`,
      ),
    );
    run.close();
    resumeRun(path, options).close();
  });

  it.each<[string, (holder: Record<string, unknown>) => object]>([
    ['a process that is gone', (holder) => ({ ...holder, pid: 2 ** 22 + 1 })],
    ['a process whose id is used again', (holder) => ({ ...holder, started: '1' })],
    ['a machine that was started anew', (holder) => ({ ...holder, boot: 'before' })],
    ['nobody, damaged', () => []],
  ])('is taken over from %s', (_, change) => {
    const lock = join(path, 'run.lock');
    const run = beginRun(path, options);
    const holder = JSON.parse(readFileSync(lock, 'utf8'));
    run.close();
    writeFileSync(lock, JSON.stringify(change(holder)));
    const taken = resumeRun(path, options);
    expect(JSON.parse(readFileSync(lock, 'utf8'))).toEqual({ ...holder, nonce: expect.any(String) });
    taken.close();
    expect(existsSync(lock)).toBe(false);
  });

  it('of another machine holds until that was silent for ten minutes', () => {
    const lock = join(path, 'run.lock');
    const run = beginRun(path, options);
    const holder = JSON.parse(readFileSync(lock, 'utf8'));
    run.close();
    writeFileSync(lock, JSON.stringify({ ...holder, host: 'elsewhere' }));
    const message = refused(() => resumeRun(path, options));
    expect(message).toMatch(
      /on elsewhere works on; .*`kill \d+` on elsewhere lets it write a checkpoint and end; if it is gone, the folder is free ten minutes after it$/,
    );
    writeFileSync(lock, JSON.stringify({ ...holder, pidNamespace: 'pid:[1]' }));
    expect(refused(() => resumeRun(path, options))).toMatch(/`kill \d+` in its container lets it /);
    writeFileSync(lock, JSON.stringify({ ...holder, host: 'elsewhere' }));
    const then = new Date(Date.now() - 11 * 60_000);
    utimesSync(lock, then, then);
    resumeRun(path, options).close();
  });
});
