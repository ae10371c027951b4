// Annealed importance sampling of a run, on its test images or on images simulated from it; with simulated images it
// bounds log p(x) on both sides.

import { isDensity } from '@flowvae/density';
import { drawNoise, type Samplable, type Scorable } from '@flowvae/distributions';
import { type AnnealedImportance, annealedImportance, tabulate } from '@flowvae/evaluation';
import { fromPrior, sigmoidTemperatures } from '@flowvae/objectives';
import { fold, type Key } from '@flowvae/random';
import { formatDuration, ProgressLine, type ProgressStream } from '@flowvae/runs';
import { ExpectationError, namedInputs, rowLayout, type Tensor2D, tf } from '@flowvae/tensor';
import { type DataPoints, dataPoints } from '@flowvae/training';
import { type Model, observable, priorOf } from '@flowvae/vae';
import type { AnnealedFlags } from '../config/annealed-flags.ts';
import { counted, nounOf } from '../report/counted.ts';
import { besideColumns } from './covariates/beside-columns.ts';
import { namedCovariates, sampleColumns } from './covariates/sample-labels.ts';
import { evaluateTest } from './evaluate-test.ts';
import type { ModelParts, TestParts } from './experiment.ts';
import { withSettled } from './priors/settled-model.ts';

/** Estimates of log p(x) in nats, means over images. */
export interface AnnealedReport extends AnnealedImportance {
  readonly simulated: boolean;
  /** Estimated by importance sampling on the same simulated images. */
  readonly importanceLogEvidence?: number;
}

/** Images drawn from the model, with their latents. */
export interface Simulated {
  readonly data: DataPoints;
  readonly latents: DataPoints;
}

/**
 * The requested simulated images; undefined without a request. Cheap, so that errors come before the work.
 *
 * @throws ExpectationError if a draw cannot be shown: its image would be no draw of the likelihood, and a bound from it
 * would be wrong
 */
export async function simulatedImages(parts: ModelParts, flags: AnnealedFlags): Promise<Simulated | undefined> {
  const { simulated } = flags;
  refuseDensity(parts, flags);
  return simulated === undefined ? undefined : await simulate(parts, simulated, fold(parts.key, 'simulated'));
}

/** @throws ExpectationError for a density, whose latent is no more uncertain than the noise inside the levels */
function refuseDensity({ model }: ModelParts, { ais, simulated }: AnnealedFlags): void {
  if (!isDensity(model) || (ais === undefined && simulated === undefined)) return;
  throw new ExpectationError({
    where: ais === undefined ? '--simulated' : '--ais',
    expected: 'a run of a VAE, whose posterior can be annealed',
    received: 'a density',
    remedy: 'raise --eval-samples: its importance weights estimate P(x) without bias',
  });
}

/** Runs the requested annealing; undefined without a request, or if no image was finished. */
export async function annealedTest(
  parts: TestParts,
  { ais, chains = 16 }: AnnealedFlags,
  drawn: Simulated | undefined,
  progress: ProgressStream,
  signal: AbortSignal,
): Promise<AnnealedReport | undefined> {
  const { config, key } = parts;
  if (ais === undefined || signal.aborted) return undefined;
  const data = drawn?.data ?? parts.test;
  if (data.count === 0) return undefined;
  const line = new ProgressLine(progress);
  const from = performance.now();
  const onProgress = (share: number) => {
    const left = ((performance.now() - from) / share / 1000) * (1 - share);
    const time = share < 0.01 ? '' : `  ${formatDuration(left)} left`; // the first step is slow
    line.show(
      `annealing ${(100 * share).toFixed(0)} %${time}  ${counted(data.count, nounOf(parts.data))}, ${counted(chains, 'chain')} each, ${ais} temperatures`,
    );
  };
  const result = await withSettled(parts, ({ model }) =>
    annealedImportance({
      variables: model.variables,
      pathAt: (x) => pathOf(model, x),
      noise: model.prior.noise,
      data,
      ...(drawn ? { latents: drawn.latents } : {}),
      temperatures: sigmoidTemperatures(ais),
      chains,
      key: fold(key, 'annealing'),
      engine: config.engine,
      threads: config.threads,
      onProgress,
      signal,
    }),
  );
  line.end();
  if (result.images === 0) return undefined;
  const sampled = drawn && (await evaluateTest({ ...parts, test: data }, { progress, signal }));
  return { simulated: drawn !== undefined, ...result, ...(sampled ? { importanceLogEvidence: -sampled.nll } : {}) };
}

/** From p(z), or p(z|y) at the rows' covariates. */
function pathOf(model: Model, rows: Tensor2D) {
  const { prior, likelihood } = model.at(rows);
  return fromPrior({ prior: model.priorAt ? (prior as Samplable & Scorable) : model.prior, likelihood });
}

/** z ~ p(z) and x ~ p(x|z): the latents are exact draws from the posterior of their data. */
async function simulate({ plan, config, model: any, data }: ModelParts, count: number, key: Key): Promise<Simulated> {
  const model = observable(any, 'simulated');
  const columns = sampleColumns(plan, { choice: { kind: 'shares' }, count, key });
  const given = columns.length / count;
  const ofLatent = model.prior.noise;
  const { noise: ofData, ends } = tf.tidy(() => {
    const { noise, drawEnds = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] } = model.observe(
      tf.zeros([1, model.latent]),
      namedCovariates(plan, tf.tensor2d(columns.subarray(0, given), [1, given])),
    );
    return { noise: { ...noise }, ends: [...drawEnds] };
  });
  const width = ofLatent.width + ofData.width + given;
  const noise = new Float32Array(count * width);
  for (let i = 0; i < count; i++) {
    const row = noise.subarray(i * width, (i + 1) * width);
    drawNoise(ofLatent.kind, fold(key, 'latent', i), row.subarray(0, ofLatent.width));
    drawNoise(ofData.kind, fold(key, 'data', i), row.subarray(ofLatent.width, ofLatent.width + ofData.width));
    row.set(columns.subarray(i * given, (i + 1) * given), ofLatent.width + ofData.width);
  }
  const layout = rowLayout([
    ['ofLatent', ofLatent.width],
    ['ofData', ofData.width],
    ...plan.covariates.map((each) => [each.name, each.width] as const),
  ]);
  const draw = (rows: Tensor2D) => {
    const { ofLatent: first, ofData: second, ...named } = namedInputs(layout, rows);
    const { z } = priorOf(model, named).sampleAndLogProb(first!);
    return { z, x: model.observe(z, named).sampleAndLogProb(second!).z };
  };
  const { variables } = model;
  const { z, x } = await tabulate(draw, dataPoints(noise, width), { variables, engine: config.engine, chunk: 500 });
  refuseHidden(x as Float32Array, config.likelihood, ends);
  const rowsOf = (values: unknown) => dataPoints(values as Float32Array, (values as Float32Array).length / count);
  const whole = data.hasMissing ? observedWhole(rowsOf(x)) : rowsOf(x);
  return { data: besideColumns(whole, columns), latents: rowsOf(z) };
}

/** Rows with a mask behind them: all was observed. */
function observedWhole({ count, width, row }: DataPoints): DataPoints {
  const whole = new Float32Array(2 * width).fill(1);
  return {
    count,
    width: 2 * width,
    row(index) {
      whole.set(row(index));
      return whole;
    },
  };
}

/** Refuses images that cannot show the draws. */
function refuseHidden(x: Float32Array, likelihood: string, [least, most]: readonly number[]): void {
  const hidden = x.filter((value) => value <= least! || value >= most!).length;
  if (hidden === 0) return;
  throw new ExpectationError({
    where: `--simulated: likelihood ${likelihood}`,
    expected: 'pixels strictly between 0 and 1, for an end stands for all draws beyond it',
    received: `${hidden} of ${x.length} pixels at an end`,
    remedy: 'leave --simulated out: --ais alone bounds log p(x) of the test images from below',
  });
}

/** The estimates as text for people. */
export function describeAnnealed(
  { simulated, importanceLogEvidence, ...report }: AnnealedReport,
  noun: ReturnType<typeof nounOf>,
): string {
  const { forward, reverse, gap, images, chains, temperatures } = report;
  const number = (value: number, error = Number.NaN) =>
    `${value.toFixed(2)}${Number.isNaN(error) ? '' : ` ± ${error.toFixed(2)}`}`;
  const lower = number(forward.logEvidence, forward.logEvidenceStandardError);
  const sampled =
    importanceLogEvidence === undefined ? '' : `, by importance sampling ${number(importanceLogEvidence)}`;
  const bounds = reverse
    ? [
        `log p(x)    from ${lower} to ${number(reverse.logEvidence, reverse.logEvidenceStandardError)}${sampled} nats`,
        `            gap ${number(gap!, report.gapStandardError)}`,
      ]
    : [`log p(x)    at least ${lower} nats in expectation, by annealed importance sampling`];
  // one temperature has no transition
  const accepted = Number.isNaN(forward.acceptance) ? '' : `, acceptance ${forward.acceptance.toFixed(2)}`;
  return [
    ...bounds,
    `            ${counted(images, `${simulated ? 'simulated' : 'test'} ${noun}`)}, ${counted(chains, 'chain')} each, ${temperatures} temperatures${accepted}, effective chains ${forward.effectiveSampleSize.toFixed(1)}`,
  ].join('\n');
}
