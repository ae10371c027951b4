// The test set's part of a run: which engine computes it, and the progress of it.
import { type EvaluateOptions, type Evaluation, evaluate } from '@flowvae/evaluation';
import { fold } from '@flowvae/random';
import { formatDuration, ProgressLine, type ProgressStream } from '@flowvae/runs';
import { startEagerBackend } from '@flowvae/tensor';
import { chooseEngine, type EngineName } from '@flowvae/training';
import { counted } from '../report/counted.ts';
import type { TestParts } from './experiment.ts';

/**
 * Readies the engine, and says which one it is, and to `progress` why it is not the one asked for. The eager engine
 * runs on tfjs's wasm backend where that starts: several times faster than plain JavaScript, the same values to
 * rounding.
 */
export async function chooseBackend(wanted: EngineName, progress?: ProgressStream): Promise<string> {
  const { engine, fallback } = await chooseEngine(wanted);
  if (engine.kind === 'eager') await startEagerBackend('wasm');
  if (fallback !== undefined) progress?.write(`${fallback}\n`);
  return engine.kind;
}

/** Who watches an evaluation, and may stop it. */
export interface EvaluateTestOptions {
  readonly progress: ProgressStream;
  readonly signal?: AbortSignal | undefined;
  /** Told of each image by itself. */
  readonly onEstimate?: EvaluateOptions['onEstimate'] | undefined;
}

/** Evaluates the test images that the config asks for; undefined where it asks for none. */
export async function evaluateTest(
  { config, model, test, key }: TestParts,
  { progress, signal, onEstimate }: EvaluateTestOptions,
): Promise<Evaluation | undefined> {
  if (test.count === 0) return undefined;
  const line = new ProgressLine(progress);
  const from = performance.now();
  const onProgress = (done: number) => {
    if (done % 20 !== 0 && done !== test.count) return;
    const left = ((performance.now() - from) / done / 1000) * (test.count - done);
    line.show(
      `test image ${done}/${test.count}  ${formatDuration(left)} left  ${counted(config.evalSamples, 'sample')} each`,
      done === test.count,
    );
  };
  const result = await evaluate({
    variables: model.variables,
    modelAt: model.at,
    noise: model.noise,
    data: test,
    samples: config.evalSamples,
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
