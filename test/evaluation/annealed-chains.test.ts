// Annealed chains and their estimates by hand: a runner that computes on plain numbers stands in for the graphs.
import type { Arrays, InputShapes } from '@flowvae/compiler';
import { drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { expect, it } from 'vitest';
import {
  type AnnealingRunner,
  annealChains,
  type ChainOptions,
  type ChainRows,
  forwardStart,
  givenStart,
} from '../../packages/evaluation/src/annealing/chains.ts';
import { AnnealedSummary, pointEstimates } from '../../packages/evaluation/src/annealing/estimates.ts';
import { PilotStepSizes } from '../../packages/evaluation/src/annealing/step-sizes.ts';
import { differences } from '../laws/comparison.ts';

type Call = readonly [name: string, arrays: Arrays, shapes: InputShapes];

/** Every move adds 1 to the log-ratio, and accepts row r with probability (r + 1)/8. */
function recordedRunner(): { readonly calls: Call[]; readonly runner: AnnealingRunner } {
  const calls: Call[] = [];
  const copied = (arrays: Arrays): Arrays =>
    Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, values.slice() as Float32Array]));
  let ratio = 0;
  const runner: AnnealingRunner = {
    width: 1,
    rowsWithin: (_, most) => most,
    async run(name, arrays, shapes) {
      calls.push([name, copied(arrays), shapes]);
      const rows = shapes.x![0]!;
      const logRatio = Float32Array.from({ length: rows }, (_, row) => row + ratio);
      ratio++;
      const acceptance = Float32Array.from({ length: rows }, (_, row) => (row + 1) / 8);
      return { z: (arrays.z ?? arrays.noise)!.map((value) => value + 1) as Float32Array, logRatio, acceptance };
    },
    async dispose() {},
  };
  return { calls, runner };
}

/** Two chains for each of two data points of width 3. */
const rows: ChainRows = { x: Float32Array.from({ length: 12 }, (_, i) => i), width: 3, points: 2, chains: 2 };
const chainKey = key(31);

const optionsOf = (runner: AnnealingRunner, rest: Partial<ChainOptions> = {}): ChainOptions => ({
  runner,
  temperatures: [0, 0.25, 0.5, 1],
  stepSizes: new PilotStepSizes(2, 0.5),
  key: chainKey,
  onMove() {},
  ...rest,
});

it('annealChains weighs each log-ratio by the step to the next temperature, before the move', async () => {
  const { runner } = recordedRunner();
  const start = await givenStart(runner, rows, new Float32Array(8));
  expect(Array.from(start.logRatio)).toEqual([0, 1, 2, 3]);
  let moves = 0;
  const result = await annealChains(optionsOf(runner, { onMove: () => moves++ }), rows, start);
  // log-ratios row, row + 1, row + 2 at steps ¼, ¼, ½
  expect(Array.from(result!.logWeights)).toEqual([0, 1, 2, 3].map((row) => row + 0.25 + 1));
  expect(Array.from(result!.acceptance)).toEqual([1 / 8, 2 / 8, 3 / 8, 4 / 8]);
  expect(moves).toBe(2);
});

it('annealChains draws momenta and decisions anew for every move, and spreads each step size by ±20 %', async () => {
  const { calls, runner } = recordedRunner();
  const start = await givenStart(runner, rows, new Float32Array(8));
  const stepSizes = { at: (beta: number) => Float32Array.of(beta, 10 * beta), observe() {} };
  await annealChains(optionsOf(runner, { stepSizes }), rows, start);
  const moves = calls.filter(([name]) => name === 'move');
  expect(moves.map(([, { temperature }]) => temperature![0])).toEqual([0.25, 0.5]);
  for (const [move, [, arrays, shapes]] of moves.entries()) {
    const beta = [0.25, 0.5][move]!;
    const uniforms = drawUniform(fold(chainKey, 'uniform', move), 8);
    expect(arrays.momentum).toEqual(drawNormal(fold(chainKey, 'momentum', move), 8));
    expect(arrays.uniform).toEqual(uniforms.slice(0, 4));
    const spread = [1, 1, 10, 10].map((size, row) => size * beta * (0.8 + 0.4 * uniforms[4 + row]!));
    expect(differences('ε', arrays.stepSize!, spread, 1e-6)).toEqual([]);
    expect(Array.from(arrays.z!)).toEqual(new Array(8).fill(move));
    expect(shapes).toEqual({ x: [4, 3], z: [4, 2], momentum: [4, 2], uniform: [4], stepSize: [4], temperature: [] });
    expect(arrays.x).toEqual(rows.x);
  }
});

it('annealChains tells the step sizes of every acceptance', async () => {
  const { runner } = recordedRunner();
  const observed: unknown[] = [];
  const stepSizes = {
    at: () => new Float32Array(2),
    observe: (beta: number, acceptance: Float32Array) => observed.push([beta, ...acceptance]),
  };
  await annealChains(optionsOf(runner, { stepSizes }), rows, await givenStart(runner, rows, new Float32Array(4)));
  expect(observed).toEqual([
    [0.25, 1 / 8, 2 / 8, 3 / 8, 4 / 8],
    [0.5, 1 / 8, 2 / 8, 3 / 8, 4 / 8],
  ]);
});

it('annealChains without a temperature between has no acceptance, and ends at a signal', async () => {
  const { runner } = recordedRunner();
  const start = { z: new Float32Array(4), logRatio: Float32Array.of(1, 2, 3, 4) };
  const result = await annealChains(optionsOf(runner, { temperatures: [0, 1] }), rows, start);
  expect(Array.from(result!.logWeights)).toEqual([1, 2, 3, 4]);
  expect(Array.from(result!.acceptance)).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  expect(await annealChains(optionsOf(runner, { signal: AbortSignal.abort() }), rows, start)).toBeUndefined();
});

it('forwardStart draws noise for every row by its key', async () => {
  const { calls, runner } = recordedRunner();
  await forwardStart(runner, rows, { kind: 'uniform', width: 2 }, chainKey);
  const [name, arrays, shapes] = calls[0]!;
  expect([name, shapes]).toEqual(['start', { x: [4, 3], noise: [4, 2] }]);
  expect(arrays.noise).toEqual(drawUniform(chainKey, 8));
});

const chainsOf = (logWeights: readonly number[], acceptance: readonly number[]) => ({
  logWeights: Float64Array.from(logWeights),
  acceptance: Float64Array.from(acceptance),
});

it('pointEstimates are those of each data point: forward log of the mean weight, reverse minus it', () => {
  const forward = chainsOf([0, Math.log(3), -2, -2], [0.2, 0.4, 1, 0.5]);
  const reverse = chainsOf([-1, -1, 0, Math.log(7)], [0.6, 0.6, 0.1, 0.3]);
  const [first, second] = pointEstimates(forward, 2, reverse);
  expect(first!.forward).toEqual({
    logEvidence: expect.closeTo(Math.log(2), 12),
    effectiveSampleSize: expect.closeTo(1.6, 12),
    acceptance: expect.closeTo(0.3, 12),
  });
  expect(first!.reverse!.logEvidence).toBeCloseTo(1, 12);
  expect(second!.forward).toEqual({ logEvidence: -2, effectiveSampleSize: 2, acceptance: 0.75 });
  expect(second!.reverse!.logEvidence).toBeCloseTo(-Math.log(4), 12);
  expect(pointEstimates(forward, 2).map(Object.keys)).toEqual([['forward'], ['forward']]);
});

it('AnnealedSummary has means, standard errors over data points, and the gap between the directions', () => {
  const of = (logEvidence: number) => ({ logEvidence, effectiveSampleSize: 2 * logEvidence, acceptance: 0.5 });
  const summary = new AnnealedSummary();
  for (const value of [1, 3]) summary.add({ forward: of(value), reverse: of(2 * value) });
  const mean = (value: number) => ({ ...of(value), logEvidenceStandardError: expect.closeTo(value / 2, 12) });
  const both = summary.means(true);
  expect(both).toEqual({
    images: 2,
    forward: mean(2),
    reverse: mean(4),
    gap: 2,
    gapStandardError: expect.closeTo(1, 12),
  });
  expect(Object.keys(summary.means(false))).toEqual(['images', 'forward']);
});
