// The scores of single test rows that training and evaluation leave in a run folder.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareRuns, completeConfig, decodeSafetensors, type TrainConfig, trainRun } from 'flowvae';
import { beforeAll, describe, expect, it } from 'vitest';
import { readTestScores } from '../../../packages/flowvae/src/comparison/runs/test-scores.ts';
import { flowvaeHere } from '../in-process.ts';
import { freshPath, tinyData, tinySettings } from '../tiny-run.ts';

const data = tinyData();

async function trained(changes: Partial<TrainConfig> = {}) {
  const out = freshPath();
  const { report } = await trainRun(completeConfig({ ...tinySettings, data, ...changes }), { out });
  return { out, report, scores: readTestScores(out)! };
}

const mean = (values: Float32Array) => values.reduce((sum, x) => sum + x, 0) / values.length;

describe('test-scores.safetensors', () => {
  let first: Awaited<ReturnType<typeof trained>>;
  beforeAll(async () => {
    first = await trained();
  });

  it('holds the scores behind the report, and the rows in its metadata', () => {
    const { out, report, scores } = first;
    expect(mean(scores.nll)).toBeCloseTo(report.testNll!, 4);
    expect(mean(scores.elbo)).toBeCloseTo(report.testElbo!, 4);
    expect([scores.nll.length, scores.samples, scores.form]).toEqual([4, 5, 'bits']);
    const path = join(out, 'test-scores.safetensors');
    const { metadata, tensors } = decodeSafetensors(readFileSync(path), path);
    expect(tensors.elbo!.shape).toEqual([4]);
    expect(metadata).toMatchObject({
      eval_samples: '5',
      split: 'test',
      rows_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('has the same rows for another seed and another model, others for another binarisation', async () => {
    const sha = async (changes: Partial<TrainConfig>) => (await trained({ steps: 2, ...changes })).scores.rowsSha256;
    expect(await sha({ seed: 9, flow: 'none' })).toBe(first.scores.rowsSha256);
    expect(await sha({ binarize: 'static' })).not.toBe(first.scores.rowsSha256);
    expect(await sha({ evalImages: 3 })).not.toBe(first.scores.rowsSha256);
  });

  it('is written anew by evaluate, but not of a checkpoint', async () => {
    const { out } = await trained({ seed: 5 });
    const evaluated = (...words: string[]) => flowvaeHere(['evaluate', out, '--quiet', ...words]);
    await evaluated('--eval-samples', '7');
    const seven = readTestScores(out)!;
    expect(seven.samples).toBe(7);
    await evaluated('--eval-samples', '9', '--checkpoint', 'last');
    expect(readTestScores(out)!.samples).toBe(7);
    expect(compareRuns([out]).rows[0]!.measures.nll!.mean).toBeCloseTo(mean(seven.nll), 9);
  });

  it('is refused where a bit has flipped', async () => {
    const { out } = await trained({ steps: 1 });
    const path = join(out, 'test-scores.safetensors');
    const bytes = readFileSync(path);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(path, bytes);
    expect(() => readTestScores(out)).toThrow(/by their SHA-256, got other values/);
  });
});

it('a run without an evaluation has no scores', async () => {
  expect((await trained({ steps: 1, evalImages: 0 })).scores).toBeUndefined();
});
