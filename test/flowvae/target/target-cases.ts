// A target with known log Z and moments, its run in a folder, and the files that the run leaves.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeSafetensors, defineTarget, type Tensor1D, type Tensor2D, tf, z } from 'flowvae';
import { checkedTarget } from '../../../packages/flowvae/src/target/checked-target.ts';
import type { TargetDefinition } from '../../../packages/flowvae/src/target/target-definition.ts';
import { type TargetRunOptions, targetRun } from '../../../packages/flowvae/src/target/target-run.ts';
import { type TargetConfig, targetFallbacks } from '../../../packages/flowvae/src/target/target-settings.ts';

/** The source of the density, for modules in folders of their own too: z₁ ~ N(0, 1), z₂ | z₁ ~ N(bend·z₁², ¼). */
export const banana = defineTarget({
  name: 'banana',
  settings: { bend: z.number().min(0).default(0.5).describe('curvature') },
  dim: 2,
  logZ: 0,
  logDensity(points, { settings: { bend } }) {
    const [a, b] = tf.split(points, 2, 1) as [Tensor2D, Tensor2D];
    const off = tf.mul(2, tf.sub(b, tf.mul(bend, tf.square(a))));
    const log = tf.sub(Math.log(2) - Math.log(2 * Math.PI), tf.div(tf.add(tf.square(a), tf.square(off)), 2));
    return tf.squeeze<Tensor1D>(log, [1]);
  },
});

/** log p̃ in float64. */
export const logBanana = (a: number, b: number, bend = 0.5): number =>
  Math.log(2) - Math.log(2 * Math.PI) - (a ** 2 + 4 * (b - bend * a ** 2) ** 2) / 2;

/** A density of as many dimensions as wanted, whose fit is fast: log p̃ = Σ (−zᵢ²/2 + log σ(slope·zᵢ)). */
export const skewed = (dim: number): TargetDefinition =>
  defineTarget({
    name: 'skewed',
    settings: { slope: z.number().default(3) },
    dim,
    logDensity: (points, { settings: { slope } }) =>
      tf.sum<Tensor1D>(tf.sub(tf.logSigmoid(tf.mul(slope, points)), tf.div(tf.square(points), 2)), 1),
  });

/** Settings of a fit that takes a moment. */
export const brief: Partial<TargetConfig> = { flow: 'planar*2', steps: 40, batch: 32, samples: 200, threads: 1 };

const root = mkdtempSync(join(tmpdir(), 'flowvae-target-'));

let next = 0;
/** A path that nothing has used yet. */
export const freshPath = (): string => join(root, `run${next++}`);

/** A definition with settings, checked. */
export const checked = (definition: TargetDefinition, config: Partial<TargetConfig> = {}, set: object = {}) =>
  checkedTarget({
    own: { definition, values: { bend: 0.5, slope: 3, ...set } },
    config: { ...targetFallbacks, ...brief, ...config },
  });

/** A run in a fresh folder. */
export async function run(
  definition: TargetDefinition,
  config: Partial<TargetConfig> = {},
  options: Partial<TargetRunOptions> = {},
) {
  const out = options.out ?? freshPath();
  return { out, ...(await targetRun(await checked(definition, config), { ...options, out })) };
}

/** Options that stop a run at a line of its progress. */
export function stoppingAt(pattern: RegExp): Pick<TargetRunOptions, 'progress' | 'signal'> {
  const controller = new AbortController();
  const write = (text: string) => {
    if (pattern.test(text)) controller.abort();
  };
  return { progress: { everyState: true, write }, signal: controller.signal };
}

const textOf = (path: string) => readFileSync(path, 'utf8');

/** The files of a finished run whose bytes depend on settings alone; the report without its durations. */
export function bytesOf(out: string) {
  const { msPerStep: _, seconds: __, ...report } = JSON.parse(textOf(join(out, 'report.json')));
  const model = readFileSync(join(out, 'model.safetensors'));
  return { report, draws: textOf(join(out, 'draws.csv')), model: [...model] };
}

/** The parameters that a run ended with. */
export const modelOf = (out: string) => {
  const path = join(out, 'model.safetensors');
  return decodeSafetensors(readFileSync(path), path).tensors;
};

/** The entries of metrics.jsonl. */
export const metricsOf = (out: string) =>
  textOf(join(out, 'metrics.jsonl'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
