// Run folders written by hand: as much of a run as a comparison reads.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTestScores } from '../../../packages/flowvae/src/comparison/runs/test-scores.ts';

const root = mkdtempSync(join(tmpdir(), 'flowvae-compare-'));

let next = 0;
export function freshFolder(): string {
  const folder = join(root, String(next++));
  mkdirSync(folder);
  return folder;
}

/** A run by its differences from the usual one. */
export interface RunByHand {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly report?: Readonly<Record<string, unknown>> | undefined;
  /** −log p̂(x) of each test row; absent: no scores. */
  readonly nll?: readonly number[];
  readonly samples?: number;
  readonly rows?: string;
  /** The validation bound at steps 10, 20, … */
  readonly bounds?: readonly number[];
}

const sha = (text: string) => createHash('sha256').update(text).digest('hex');
const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

/** Writes a run and returns its path. */
export function runByHand(folder: string, name: string, run: RunByHand = {}): string {
  const { config = {}, nll, samples = 5, rows = 'rows', bounds = [] } = run;
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  const settings = {
    data: 'mnist',
    flow: 'none',
    seed: 0,
    steps: 100,
    evalSamples: samples,
    evalImages: 4,
    binarize: 'static',
    dataSha256: sha('data'),
    ...config,
  };
  writeFileSync(join(path, 'config.json'), JSON.stringify(settings));
  writeFileSync(join(path, 'model.safetensors'), '');
  const measured = nll
    ? { testNll: mean(nll), testElbo: -mean(nll) - 1, testNllStandardError: 0.5, testElboStandardError: 0.5 }
    : {};
  const report = {
    steps: 100,
    seed: settings.seed,
    msPerStep: 20,
    binarization: 'static',
    evalSamples: samples,
    evalImages: nll?.length ?? 4,
    ...measured,
    ...run.report,
  };
  if (!('report' in run) || run.report !== undefined) writeFileSync(join(path, 'report.json'), JSON.stringify(report));
  const lines = bounds.map((elbo, i) => `${JSON.stringify({ step: 10 * (i + 1), validation: { elbo } })}\n`);
  writeFileSync(join(path, 'metrics.jsonl'), lines.join(''));
  if (nll) {
    const scores = Float32Array.from(nll);
    writeTestScores(path, {
      nll: scores,
      elbo: scores.map((x) => -x - 1),
      samples,
      rowsSha256: sha(rows),
      form: 'bits',
    });
  }
  return path;
}

/** Easy and hard rows, for all methods. */
const common = [90, 120, 60, 75, 140, 101, 88, 97, 110, 70];

/** Runs of methods with these means about the common rows, seeds 0, 1, 2, … shifted, rows slightly apart. */
export function methodsByHand(folder: string, methods: Readonly<Record<string, readonly number[]>>): string {
  for (const [flow, means] of Object.entries(methods)) {
    means.forEach((shift, seed) => {
      const nll = common.map((x, i) => x + shift + 0.02 * Math.sin(7 * i + 3 * seed + flow.length));
      const config = { flow, seed };
      runByHand(folder, `${flow.replace('*', '-')}-${seed}`, {
        config,
        nll,
        bounds: [-120 - shift, -110 - shift, -100 - shift],
      });
    });
  }
  return folder;
}
