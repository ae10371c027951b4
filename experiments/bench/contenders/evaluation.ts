// Importance-sampled evaluation as users get it: `evaluate` on test images.
import { type EngineName, evaluateModel, fold, key } from 'flowvae';
import type { Candidate } from '../measurement.ts';
import type { Options } from '../options.ts';
import { problemOf, type Setting } from '../setting.ts';
import { type Backend, startBackend } from './eager-backends.ts';

/** A count of images and the clock when they were done. */
interface Mark {
  readonly images: number;
  readonly at: number;
}

/** Evaluates so many test images and returns when it began, was under way for the first time, and ended. */
async function evaluator(setting: Setting, samples: number, engine: EngineName) {
  const { model, test } = await problemOf(setting);
  const run = async (images: number): Promise<{ begin: number; first: Mark; last: Mark }> => {
    const marks: Mark[] = [];
    const begin = performance.now();
    await evaluateModel({
      variables: model.variables,
      modelAt: model.at,
      noise: model.noise,
      data: { ...test, count: Math.min(images, test.count) },
      samples,
      key: fold(key(0), 'evaluation'),
      engine,
      threads: setting.threads,
      onProgress: (done) => marks.push({ images: done, at: performance.now() }),
    });
    const last = { images: Math.min(images, test.count), at: performance.now() };
    return { begin, first: marks[0] ?? last, last };
  };
  const close = async () => {
    for (const variable of Object.values(model.variables)) variable.dispose();
  };
  return { run, close };
}

/**
 * Microseconds for one sample from the first image that is reported done to the end, so that tracing and starting
 * threads are left out.
 */
function perSample(
  { begin, first, last }: Awaited<ReturnType<Awaited<ReturnType<typeof evaluator>>['run']>>,
  samples: number,
) {
  const [images, milliseconds] =
    last.images > first.images ? [last.images - first.images, last.at - first.at] : [last.images, last.at - begin];
  return (1000 * milliseconds) / (images * samples);
}

/** `evaluate` on the compiled engine; µs per sample. */
export const evaluation = (setting: Setting, samples: number): Candidate => ({
  name: 'flowvae',
  async start() {
    const { run, close } = await evaluator(setting, samples, 'compiled');
    return { measure: async (images) => perSample(await run(images), samples), close };
  },
});

/** The whole call, with tracing and starting threads; s. */
export const wholeEvaluation = (setting: Setting, samples: number): Candidate => ({
  name: 'flowvae',
  async start() {
    const { run, close } = await evaluator(setting, samples, 'compiled');
    return {
      async measure(images) {
        const { begin, last } = await run(images);
        return (last.at - begin) / 1000;
      },
      close,
    };
  },
});

/** Images that eager backends evaluate, at most: each takes up to seconds. */
const EAGER_IMAGES = 5;

/** The backend of eager evaluation. */
interface EagerChoice {
  readonly backend: Backend;
  readonly options: Options;
}

/** `evaluate` on an eager backend of tfjs; µs per sample. */
export const eagerEvaluation = (setting: Setting, samples: number, { backend, options }: EagerChoice): Candidate => ({
  name: `tfjs eager, ${backend.name}`,
  async start() {
    await startBackend(backend, setting, options);
    const { run, close } = await evaluator(setting, samples, 'eager');
    return { measure: async (images) => perSample(await run(Math.min(images, EAGER_IMAGES)), samples), close };
  },
});
