// `flowvae sweep --halving` and `train --until`: runs that pause and go on are those that nothing paused.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runState } from '../../../packages/flowvae/src/run-list/run-state.ts';
import { commandsIn } from '../../processes/commands.ts';
import { doneInTurn } from '../../processes/commands-in-turn.ts';
import { flowvaeHere } from '../in-process.ts';
import { tinyData } from '../tiny-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'flowvae-halving-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { run, done } = commandsIn(folder);

const small = ['--latent', '2', '--hidden', '8', '--batch', '10', '--eval-images', '4', '--eval-samples', '5'];
const shared = ['--data', tinyData(), ...small];
const read = (path: string) => readFileSync(join(folder, path), 'utf8');
const bytesOf = (path: string) => readFileSync(join(folder, path)).toString('base64');

/** Metrics without durations. */
const metricsOf = (path: string) =>
  read(`${path}/metrics.jsonl`)
    .trimEnd()
    .split('\n')
    .map((line) => ({ ...JSON.parse(line), msPerStep: 0 }));

/** The validation bound of a run at a step. */
const boundAt = (path: string, at: number): number =>
  metricsOf(path).find(({ step, validation }) => step === at && validation)!.validation.elbo;

describe('train --until', () => {
  it('pauses at a step, and the run that goes on has the bytes of one that never paused', async () => {
    const words = ['train', ...shared, '--steps', '90', '--validate-every', '30', '--anneal', 'kl', '--threads', '1'];
    const paused = await run([...words, '--until', '30', '--out', 'paused']);
    expect(paused).toMatchObject({ code: 0 });
    expect(paused.stderr).toMatch(/stopped after 30 of 90 steps, as --until asks\nto go on: .*train --resume paused/);
    expect(JSON.parse(read('paused/report.json'))).toMatchObject({ steps: 30, unfinished: true, testNll: null });
    const resume = ['train', '--resume', 'paused'];
    await done(...resume, '--until', '60');
    expect(metricsOf('paused').at(-1)!.step).toBe(60);
    for (const reached of ['60', '45']) {
      const refused = await flowvaeHere(['train', '--resume', join(folder, 'paused'), '--until', reached]);
      const expected = `--until: expected a step after 60, where the run stands, got ${reached}`;
      expect([refused.code, refused.stderr]).toEqual([2, `flowvae: ${expected}\n`]);
    }
    expect(runState(join(folder, 'paused'))).toEqual({ state: 'stopped', step: 60, steps: 90 });
    await doneInTurn([resume, [...words, '--out', 'whole']], { folder });
    expect(bytesOf('paused/model.safetensors')).toBe(bytesOf('whole/model.safetensors'));
    expect(metricsOf('paused')).toEqual(metricsOf('whole'));
    expect(JSON.parse(read('paused/report.json')).unfinished).toBeUndefined();
  });
});

describe('flowvae sweep --halving', () => {
  it('takes the best of each rung on, by the bounds at its step, and tells the steps', async () => {
    const rates = ['0.1', '0.01', '0.001', '0.00001'];
    const settings = [...shared, '--steps', '80', '--threads', '1'];
    const words = ['sweep', ...settings, '--grid', `lr=${rates.join(',')}`];
    const out = ['--halving', '2', '--min-steps', '20', '--out', 'halved', '--jobs', '2'];
    const result = JSON.parse(await done(...words, ...out, '--json'));
    expect(result).toMatchObject({ total: 4, done: 1, steps: 4 * 20 + 2 * 20 + 40, gridSteps: 320 });
    const alone = ['train', ...settings, '--seed', '0', '--validate-every', '20'];
    mkdirSync(join(folder, 'grid/runs'), { recursive: true });
    await doneInTurn(
      rates.map((rate) => [...alone, '--lr', rate, '--out', `grid/runs/lr-${rate}-seed-0`]),
      { folder },
    );
    const runsOf = (at: number, some: readonly string[]) =>
      some.toSorted((a, b) => boundAt(`grid/runs/lr-${b}-seed-0`, at) - boundAt(`grid/runs/lr-${a}-seed-0`, at));
    const second = runsOf(20, rates).slice(0, 2);
    const [last] = runsOf(40, second);
    const stepOf = (rate: string) => metricsOf(`halved/runs/lr-${rate}-seed-0`).at(-1)!.step;
    const expected = rates.map((rate) => (rate === last ? 80 : second.includes(rate) ? 40 : 20));
    expect(rates.map(stepOf)).toEqual(expected);
    const model = `runs/lr-${last}-seed-0/model.safetensors`;
    expect(bytesOf(`halved/${model}`)).toBe(bytesOf(`grid/${model}`));
    expect(JSON.parse(await done('sweep', '--resume', 'halved', '--json'))).toEqual(result);
  }, 60_000);

  it.each([
    [['--halving', '3', '--grid', 'steps=10,20'], /--halving: expected one value of steps/],
    [['--min-steps', '3'], /--min-steps: expected --halving/],
    [['--halving', '2', '--min-steps', '50', '--steps', '50'], /fewer than the 50 steps/],
    [['--halving', '2', '--min-steps', '20', '--steps', '50', '--validate-every', '15'], /--validate-every: .*20, 40/],
    [['--until', '5'], /--until: expected --index/],
  ])('refuses %s', async (words, message) => {
    const { code, stderr } = await flowvaeHere(['sweep', ...words, '--grid', 'flow=none', '--out', join(folder, 'no')]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});
