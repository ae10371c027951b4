// The experiment on van den Berg et al. 2018: its start is PyTorch's, its warm-up that of the protocol, it runs by
// `pnpm reproduce`, and its table is that of its results.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DescribedContext,
  dataRows,
  decodeSafetensors,
  fromSylvesterFlows,
  key,
  type Objective,
  openData,
  train,
} from 'flowvae';
import { afterAll, describe, expect, it } from 'vitest';
import type { VaeResult } from '../../experiments/reproduce/vae-result.ts';
import { meanCurve, meanOf, type PeerRun } from '../../experiments/sylvester/curves.ts';
import { flowKinds, initialState } from '../../experiments/sylvester/initial-state.ts';
import model from '../../experiments/sylvester/model.ts';
import { table } from '../../experiments/sylvester/table.ts';
import { program } from '../processes/programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'flowvae-sylvester-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sizes = { latent: 8, features: 100, layers: 2, columns: 4, mirrors: 3, width: 512 };

describe('the start', () => {
  it.each(flowKinds)('%s: every tensor of the published model, and no other', (kind) => {
    const { flow, latent, contextWidth } = fromSylvesterFlows(initialState(kind, sizes, key(0)), { kind });
    expect([latent, contextWidth, flow.dim]).toEqual([8, 100, 8]);
  });

  it('draws heads within 1/√features, and kernels of autoregressive networks by their outputs', () => {
    const state = initialState('iaf', sizes, key(1));
    const heads = Object.entries(state).filter(([name]) => !name.startsWith('flow.'));
    const largest = Math.max(...heads.flatMap(([, { values }]) => [...values].map(Math.abs)));
    expect([largest <= 0.1, largest > 0.099]).toEqual([true, true]);
    const deviation = (values: Float32Array) => Math.sqrt(meanOf([...values].map((value) => value ** 2)).mean);
    expect(deviation(state['flow.param_list.2']!.values)).toBeCloseTo(Math.sqrt(2 / 512), 2);
    expect(deviation(state['flow.param_list.4']!.values)).toBeCloseTo(Math.sqrt(2 / 8), 1);
    expect(state['flow.param_list.1']!.values.every((value) => value === 0)).toBe(true);
    expect(state['flow.param_list.10']!.values).not.toEqual(state['flow.param_list.2']!.values);
  });
});

it('sylvester keeps β during an epoch, and has it at 1 after the warm-up', () => {
  const betaOf = (settings: object) =>
    (model.objective!({ settings } as unknown as DescribedContext) as Objective).schedules.beta!;
  const beta = betaOf({ warmUp: 100, stepsPerEpoch: 500 });
  expect([0, 499, 500, 49_499, 49_500, 900_000].map(beta)).toEqual([0.01, 0.01, 0.02, 0.99, 1, 1]);
  expect(betaOf({ warmUp: 0, stepsPerEpoch: 500 })(0)).toBe(1);
});

describe('pnpm reproduce sylvester', { timeout: 180_000 }, () => {
  const reproduce = (...words: string[]) => {
    const places = ['--out', join(folder, 'results'), '--runs', join(folder, 'runs'), '--threads', '1'];
    return program('experiments/reproduce/run.ts', ['sylvester', '--scale', 'smoke', ...places, ...words]);
  };
  const slug = 'orthogonal-4-seed0';

  it('trains, evaluates, and leaves a result, a table and curves', async () => {
    const { code, stdout, stderr } = await reproduce();
    expect(code, stderr).toBe(0);
    expect(readdirSync(join(folder, 'results')).toSorted()).toEqual(['curves-4.png', `${slug}.json`]);
    const result = JSON.parse(readFileSync(join(folder, 'results', `${slug}.json`), 'utf8'));
    expect(result).toMatchObject({
      experiment: 'sylvester',
      architecture: 'gated-conv',
      k: 2,
      flow: 'orthogonal',
      set: { posterior: 'orthogonal', layers: 2, columns: 4 },
      settings: { optimizer: 'adamax', lr: 5e-4, epsilon: 1e-7, latent: 64, binarize: 'static', keep: 'best' },
    });
    expect(Object.keys(result.settings)).not.toContain('flow'); // an option without effect
    expect(result.validationCurve.map(([step]: [number]) => step)).toEqual([2, 4]);
    expect(stdout).toMatch(/\| O-SNF +\| +2 \| +100 \| +4 \| +1 \|/);
  });

  it('takes steps and evaluation again for --check', async () => {
    const { code, stdout, stderr } = await reproduce('--check');
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/: steps 3 to 3 again: 1 entries of the history, equal\n/);
    expect(stdout).toMatch(/: 4 images, 3 samples again: −ELBO [\d.]+, equal; −ln p\(x\) [\d.]+, equal\n/);
  });
});

it('sylvester writes the bits that its runs see, for PyTorch', async () => {
  const out = join(folder, 'bits.u8');
  const { code, stderr } = await program('experiments/sylvester/bits.ts', ['--out', out]);
  expect(code, stderr).toBe(0);
  const bytes = readFileSync(out);
  const set = await openData('mnist');
  const rows = dataRows(set, 'validation', { binarisation: 'static', key: key(7) }); // its own key has no say
  const at = (50_000 + 3) * 784;
  expect([bytes.length, [...bytes.subarray(at, at + 784)]]).toEqual([70_000 * 784, [...rows.row(3)]]);
});

it('sylvester writes a model with its terms at given noise, for PyTorch', async () => {
  const out = join(folder, 'weights.safetensors');
  const { code, stderr } = await program('experiments/sylvester/same-weights.ts', ['planar', '--out', out]);
  expect(code, stderr).toBe(0);
  const { tensors, metadata } = decodeSafetensors(readFileSync(out), out);
  expect(metadata).toMatchObject({ posterior: 'planar', layers: '3' });
  expect(tensors['posterior/flow/u/kernel']!.shape).toEqual([256, 3 * 64]);
  expect(tensors['out/logPosterior']!.values.every(Number.isFinite)).toBe(true);
}, 60_000);

it('sylvester refuses an option whose part the module replaces', async () => {
  const options = { validateEvery: 0, keep: 'last', patience: 0, steps: 1 } as const;
  for (const given of [{ flow: 'planar*2' }, { heads: 'scaled' as const }, { anneal: 'paper' as const }]) {
    await expect(train(model, { ...options, ...given })).rejects.toThrow(`--${Object.keys(given)[0]}: expected `);
  }
});

it('the table of sylvester: means and errors over runs, one row for each posterior and length', () => {
  const curves = [
    [[250, 110] as const, [500, 100] as const],
    [[250, 114] as const, [500, 104] as const, [600, 1] as const],
  ];
  expect([...meanCurve(curves)]).toEqual([
    [250, { mean: 112, error: 2, values: [110, 114] }],
    [500, { mean: 102, error: 2, values: [100, 104] }],
  ]);
  const set = { posterior: 'planar', layers: 16, columns: 32, mirrors: 8, width: 1280, warmUp: 0 };
  const run = (seed: number, negativeElbo: number): Partial<VaeResult> & object => ({
    experiment: 'sylvester',
    scale: 'quick',
    architecture: 'gated-conv',
    flow: 'planar*10',
    k: 16,
    steps: 7,
    seed,
    binarization: 'static',
    validationNegativeElbo: negativeElbo,
    testNegativeElbo: negativeElbo,
    testNegativeElboStandardError: 0.5,
    nll200: 90,
    nll200StandardError: 0.5,
    nll5000: 90,
    nll5000StandardError: 0.5,
    closeEstimator: 'regression',
    samples: 10,
    closeSamples: 20,
    closeImages: 5,
    images: 10_000,
    validationCurve: [[7, negativeElbo]],
    settings: { heads: 'plain' },
    ...{ set },
  });
  expect(table([run(0, 100), run(1, 104)], [])).toMatch(
    /\| Planar +\| +16 \| +0 \| +7 \| +2 \| 102\.00 ± 2\.00 \| +102\.00 ± 2\.00 \| +– \| +– \| +– \| +86\.06 ± 0\.31 \|/,
  );
  expect(table([run(0, 100)], [])).toMatch(/\| 100\.00 ± 0\.50\* \|/);
  const peer = { ...set, seed: 0, steps: 7, parameters: 1, msPerStep: 1, threads: 1, torch: '0' };
  const peers = [97, 99].map((value): PeerRun => ({ ...peer, posterior: 'planar', validationCurve: [[7, value]] }));
  // Welch: 5 of variance with (4 + 1)²/(4² + 1²) degrees of freedom, whose quantile scipy gives as 6.188
  expect(table([run(0, 100), run(1, 104)], peers)).toMatch(
    /\| +98\.00 ± 1\.00 \(2\) \| +\+4\.00 \(−9\.84 to \+17\.84\) \| +1 of 1 \|/,
  );
  // 3 nats and 3 errors at step 3, 4 nats and 1.8 errors at step 7
  const twoSteps = (values: readonly [number, number], seed: number) => ({
    ...run(seed, 0),
    validationCurve: values.map((value, i) => [i === 0 ? 3 : 7, value] as const),
  });
  const theirs = (values: readonly number[]) =>
    values.map((value, i): PeerRun => ({ ...peers[i]!, validationCurve: [[3, value], ...peers[i]!.validationCurve] }));
  const runs = [twoSteps([112, 100], 0), twoSteps([114, 104], 1)];
  expect(table(runs, theirs([110, 110]))).toMatch(/\| +\+4\.00 \(.*\) \| +1 of 2 \|/);
  const rowBeside = (change: Partial<PeerRun>) => table([run(0, 100)], [{ ...peers[0]!, ...change }]);
  expect(rowBeside({ columns: 8 })).toMatch(/\| +97\.00 \(1\) \| +\+3\.00 \| +– \| +86\.06/); // planar has no columns
  for (const other of [{ layers: 8 }, { warmUp: 100 }, { steps: 9 }, { start: 'own.safetensors' }]) {
    expect(rowBeside(other)).toMatch(/\| +– \| +– \| +– \| +86\.06/);
  }
  expect(table([run(0, 100), { ...run(1, 104), samples: 1 }], []).match(/^\| Planar/gm)).toHaveLength(2);
  const others = [{ ...run(0, 100), settings: { data: 'train.amat,test.amat' } }, run(1, 104)];
  expect(table(others, [])).not.toMatch(/train\.amat.*86\.06/);
  expect(
    table(others, peers)
      .match(/^\| Planar.*$/gm)
      ?.map((row) => row.slice(0, 32)),
  ).toEqual(['| Planar, bits of train.amat |  ', expect.stringMatching(/^\| Planar +\|/)]);
});

it.each([
  ['columns', { posterior: 'orthogonal', columns: 5 }, 'at most 4, the latent'],
  ['width', { posterior: 'iaf', width: 6 }, 'a multiple or a divisor of 4, the latent'],
])('sylvester refuses a number of %s that the latent does not take', async (name, set, expected) => {
  const options = { latent: 4, steps: 1, validateEvery: 0, keep: 'last', patience: 0, evalImages: 0 } as const;
  await expect(train(model, { ...options, set })).rejects.toThrow(`--set ${name}: expected ${expected}`);
});
