// The test set's part of a run: the choice of its engine, and its progress.
import { isExact } from '@flowvae/density';
import { type EvaluateOptions, type Evaluation, evaluateModel, type ImportanceEstimate } from '@flowvae/evaluation';
import { fold } from '@flowvae/random';
import { formatDuration, ProgressLine, type ProgressStream } from '@flowvae/runs';
import { ExpectationError, startEagerBackend } from '@flowvae/tensor';
import { chooseEngine, type EngineName } from '@flowvae/training';
import { counted, nounOf } from '../report/counted.ts';
import type { ModelParts, TestParts } from './experiment.ts';
import { withSettled } from './priors/settled-model.ts';

/**
 * Starts the engine and returns its name; writes to `progress` why it is not the wanted one. The eager engine runs on
 * tfjs's wasm backend if that starts: several times faster than plain JavaScript, with the same values to rounding.
 */
export async function chooseBackend(wanted: EngineName, progress?: ProgressStream): Promise<string> {
  const { engine, fallback } = await chooseEngine(wanted);
  if (engine.kind === 'eager') await startEagerBackend('wasm');
  if (fallback !== undefined) progress?.write(`${fallback}\n`);
  return engine.kind;
}

/**
 * The same for training, which does not go from a graphics card to processors by itself: a step may take many times as
 * long there.
 *
 * @throws ExpectationError if a graphics card is wanted and none is usable
 */
export async function chooseTrainingBackend(
  wanted: EngineName,
  { isResumed }: { readonly isResumed: boolean },
): Promise<string> {
  const { fallback } = wanted === 'webgpu' ? await chooseEngine(wanted) : {};
  if (fallback === undefined) return chooseBackend(wanted);
  throw new ExpectationError({
    where: '--engine webgpu',
    expected: 'a graphics card with its driver',
    received: fallback.split(';')[0]!,
    remedy: isResumed
      ? '--engine compiled --allow-different-machine goes on on processors'
      : '--engine compiled runs on processors',
  });
}

/** Options of {@link evaluateTest}: the evaluation's watchers. */
export interface EvaluateTestOptions {
  readonly progress: ProgressStream;
  readonly signal?: AbortSignal | undefined;
  /** Called with each image's estimate. */
  readonly onEstimate?: EvaluateOptions['onEstimate'] | undefined;
}

/** Evaluates the config's test images; undefined if the config asks for none. */
export async function evaluateTest(parts: TestParts, options: EvaluateTestOptions): Promise<Evaluation | undefined> {
  return parts.test.count === 0 ? undefined : withSettled(parts, (settled) => evaluated(settled, options));
}

/** The evaluation with the estimates of all test data; undefined if it was stopped, or the config asks for none. */
export async function estimatedTest(parts: TestParts, options: Omit<EvaluateTestOptions, 'onEstimate'>) {
  const estimates: ImportanceEstimate[] = [];
  const onEstimate = (_: number, estimate: ImportanceEstimate) => estimates.push(estimate);
  const evaluation = await evaluateTest(parts, { ...options, onEstimate });
  return evaluation && !options.signal?.aborted ? { evaluation, estimates } : undefined;
}

/** Importance samples of each datum; one of an exact density, whose samples would all be equal. */
const samplesOf = ({ model, config }: ModelParts): number => (isExact(model) ? 1 : config.evalSamples);

async function evaluated(
  parts: TestParts,
  { progress, signal, onEstimate }: EvaluateTestOptions,
): Promise<Evaluation | undefined> {
  const { config, model, data, test, key } = parts;
  const samples = samplesOf(parts);
  const line = new ProgressLine(progress);
  const from = performance.now();
  const onProgress = (done: number) => {
    if (done % 20 !== 0 && done !== test.count) return;
    const left = ((performance.now() - from) / done / 1000) * (test.count - done);
    line.show(
      `test ${nounOf(data)} ${done}/${test.count}  ${formatDuration(left)} left  ${counted(samples, 'sample')} each`,
      done === test.count,
    );
  };
  const result = await evaluateModel({
    variables: model.variables,
    modelAt: model.at,
    noise: model.noise,
    data: test,
    samples,
    key: fold(key, 'evaluation'),
    engine: config.engine,
    threads: config.threads,
    onProgress,
    ...(signal ? { signal } : {}),
    ...(onEstimate ? { onEstimate } : {}),
  });
  line.end();
  return result.images > 0 ? result : undefined;
}
