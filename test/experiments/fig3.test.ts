// The differences of the restarts in figure 3's fits, their starts, and that none is done twice.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawNormal, energies, key, parseInvertibleFlow, type Tensor2D, tf } from 'flowvae';
import { afterAll, describe, expect, it } from 'vitest';
import { type EnergyName, entries } from '../../experiments/fig3/config.ts';
import { fig3 } from '../../experiments/fig3/experiment.ts';
import type { FitResult } from '../../experiments/fig3/fit-result.ts';
import { runFit } from '../../experiments/fig3/fitting.ts';
import { restartSettings, settings, startOf } from '../../experiments/fig3/restarts.ts';
import { confined, logNormaliser } from '../../experiments/fig3/target.ts';
import { readResults } from '../../experiments/reproduce/result-files.ts';
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
  // four standard errors of a mean of 500 squares
  expect(Math.abs(meanSquare - 4)).toBeLessThan(4 * 4 * Math.sqrt(2 / 500));
  const z = drawNormal(key(2), 2 * 30);
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

/**
 * Along z₂ each energy is one bell or two, wherever they lie; along z₁ the box of width 8 ends in two halves of a bell
 * of deviation 0.1.
 */
const bell = (deviation: number) => deviation * Math.sqrt(2 * Math.PI);
const lnZ: Readonly<Record<EnergyName, number>> = {
  U1: 1.8775016,
  U2: Math.log(bell(0.4) * (8 + bell(0.1))),
  U3: Math.log(2 * bell(0.35) * (8 + bell(0.1))),
  U4: Math.log(bell(0.4 + 0.35) * (8 + bell(0.1))),
};
const energyNames = Object.keys(lnZ) as EnergyName[];

it.each(energyNames)('ln Z of %s, summed over a grid, is that of the integral', async (name) => {
  expect(await logNormaliser(name)).toBeCloseTo(lnZ[name], 5);
});

it.each(energyNames)('the wall confines %s along z₁, from 4 on, where nothing else does', (name) => {
  const values = tf.tidy(() => {
    const z = tf.tensor2d([3.9, 1, -3.9, 1, 4.1, 1, -4.2, 1], [4, 2]) as Tensor2D;
    return tf.sub(confined(name, z), energies[name].energy(z)).dataSync<'float32'>();
  });
  const expected = name === 'U1' ? [0, 0, 0, 0] : [0, 0, 0.5, 2];
  expected.forEach((value, i) => {
    expect(values[i]).toBeCloseTo(value, 4);
  });
});

it('no committed fit is below its floor, and each has the ln Z of its integral', () => {
  const folder = fileURLToPath(new URL('../../experiments/fig3/results', import.meta.url));
  const results = readResults(folder, fig3).results as readonly FitResult[];
  expect(results.length).toBeGreaterThan(0);
  for (const { energy, flow, k, kl, bound, logZ, boundStandardError } of results) {
    const fit = `${energy} ${flow} ${k}`;
    expect(logZ, fit).toBeCloseTo(lnZ[energy], 4);
    expect(kl, fit).toBeCloseTo(bound + logZ, 10);
    expect(kl, fit).toBeGreaterThan(-4 * boundStandardError);
  }
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

  it('continues with the restart that was not done, and leaves the same as a fit without a stop', async () => {
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
