// What the restarts of figure 3's fits differ in, where they start, and that none is done twice.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { key, parseInvertibleFlow, random, type Tensor2D, tf } from 'flowvae';
import { afterAll, describe, expect, it } from 'vitest';
import { entries } from '../../experiments/fig3/config.ts';
import { runFit } from '../../experiments/fig3/fitting.ts';
import { restartSettings, settings, startOf } from '../../experiments/fig3/restarts.ts';
import { differences } from '../laws/comparison.ts';

it('restarts go through all step sizes with each spread of the offsets, then begin anew', () => {
  const { rates, planarOffsets } = settings;
  const all = planarOffsets.flatMap((offsets) => rates.map((rate) => ({ rate, planarOffsets: offsets })));
  const restarts = Array.from({ length: 2 * all.length }, (_, restart) => restartSettings(restart));
  expect(restarts).toEqual([...all, ...all]);
});

it('planar layers with offsets start as the identity, as do those without', () => {
  const flow = parseInvertibleFlow('planar*500', 2);
  const [none, spread] = [startOf(flow, key(1), 0), startOf(flow, key(1), 2)];
  expect(none).toEqual(flow.initialParams(key(1)));
  expect({ ...spread, b: none.b }).toEqual(none);
  const meanSquare = spread.b!.reduce((sum, b) => sum + b * b, 0) / spread.b!.length;
  expect(Math.abs(meanSquare - 4)).toBeLessThan(4 * 4 * Math.sqrt(2 / 500)); // four standard errors of a mean of 500 squares
  const z = random.normal(key(2), 2 * 30);
  const { y, logDet } = tf.tidy(() => {
    const params = Object.fromEntries(
      Object.entries(spread).map(([name, values]) => [name, tf.tensor(values, [1, ...flow.paramShapes[name]!])]),
    );
    const out = flow.forward(params as never, tf.tensor2d(z, [30, 2]) as Tensor2D);
    return { y: out.y.dataSync<'float32'>(), logDet: out.logDet.dataSync<'float32'>() };
  });
  expect(differences('y', y, Array.from(z), 1e-4)).toEqual([]);
  expect(
    differences(
      'logDet',
      logDet,
      Array.from(logDet, () => 0),
      1e-3,
    ),
  ).toEqual([]);
});

describe('a fit that is stopped', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'flowvae-fig3-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const entry = { ...entries('smoke', 1).find(({ flow }) => flow === 'planar')!, restarts: 3 };

  /** Runs the fit, and stops it at the first message that has a text. */
  async function run(name: string, { stopAt = '\0', restarts = entry.restarts, steps = entry.steps } = {}) {
    const controller = new AbortController();
    const messages: string[] = [];
    const write = (text: string) => {
      messages.push(text);
      if (text.includes(stopAt)) controller.abort();
      return true;
    };
    const result = await runFit(
      { ...entry, restarts, steps },
      {
        runFolder: join(folder, name),
        threads: 1,
        allowDifferentMachine: false,
        scale: 'smoke',
        command: () => 'the same',
        progress: { isTTY: false, columns: 80, write },
        signal: controller.signal,
      },
    );
    const begun = [1, 2, 3].filter((restart) => messages.some((text) => text.includes(`restart ${restart}/`)));
    return { result: result && { ...result, seconds: 0 }, begun };
  }

  it('goes on with the restart that was not done, and leaves what one that was not stopped leaves', async () => {
    const before = tf.memory().numTensors;
    const whole = await run('whole');
    expect(whole.begun).toEqual([1, 2, 3]);
    expect(await run('stopped', { stopAt: 'restart 2/3' })).toEqual({ result: undefined, begun: [1, 2] });
    expect(readdirSync(join(folder, 'stopped'))).toEqual(['restart-0.json']);
    const rest = await run('stopped');
    expect(rest.begun).toEqual([2, 3]);
    expect(rest.result).toEqual(whole.result);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes up restarts where more are asked for, not those of another length', async () => {
    await run('more', { restarts: 1 });
    expect((await run('more', { restarts: 2 })).begun).toEqual([2]);
    expect((await run('more', { restarts: 2, steps: 20 })).begun).toEqual([1, 2]);
  });

  it('refuses a restart that was changed, and names the file', async () => {
    await run('damaged', { restarts: 1 });
    const path = join(folder, 'damaged', 'restart-0.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"bound"', '"bounD"'));
    await expect(run('damaged', { restarts: 1 })).rejects.toThrow(path);
  });
});
