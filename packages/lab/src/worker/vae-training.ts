// Trains a VAE in the worker by flowvae's own `fit`, and tells the page of it between steps.
import { runtimeFolder } from '@flowvae/compiler';
import { batches } from '@flowvae/datasets';
import { parseFlow } from '@flowvae/flows';
import { elbo, iwae } from '@flowvae/objectives';
import { fold, key } from '@flowvae/random';
import { parameterCount, tf } from '@flowvae/tensor';
import { adam, type Callback, fit, type Moment, variational } from '@flowvae/training';
import { type MlpVae, mlpVae } from '@flowvae/vae';
import { ModelViews } from './model-views.ts';
import { type Receiver, tell } from './receiver.ts';
import type { FromTraining, Told, ToTraining, TrainSettings } from './training-messages.ts';

/** Steps between two reports of numbers. */
const ENTRY_EVERY = 20;

/** Time between two pictures, ms. */
const VIEW_EVERY = 1500;

/** The training under way: at most one. */
let current: Training | undefined;

/** The receiver of the page's messages. */
export const vaeTraining: Receiver = async (message) => {
  const asked = message as ToTraining;
  if (asked.say === 'begin') {
    current?.stop();
    current = new Training(asked);
    await current.run();
    return;
  }
  if (asked.say === 'pause') current?.pause();
  if (asked.say === 'go-on') current?.goOn();
  if (asked.say === 'stop') current?.stop();
  if (asked.say === 'parameters') current?.tellParameters();
};

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]!;

/** The model of settings; the keys are those of the command, so that a seed gives the command's first weights. */
function modelOf({ flow, latent, hidden, seed }: TrainSettings, pixels: number, meanImage: Float32Array): MlpVae {
  return mlpVae({
    pixels,
    latent,
    hidden,
    activation: 'relu',
    meanImage,
    ...(flow === 'none' ? {} : { flow: parseFlow(flow, latent) }),
    key: fold(key(seed), 'model'),
  });
}

/** Mean intensity of each pixel, from 0 to 1. */
function meanOf(images: Uint8Array, pixels: number): Float32Array {
  const [sums, count] = [new Float64Array(pixels), images.length / pixels];
  images.forEach((byte, i) => {
    sums[i % pixels]! += byte;
  });
  return Float32Array.from(sums, (sum) => sum / count / 255);
}

/** One training, from its begin to its end. */
class Training {
  readonly #asked: Extract<ToTraining, { say: 'begin' }>;
  readonly #abort = new AbortController();
  #waiting: (() => void) | undefined;
  #isPaused = false;
  #wantsParameters = false;
  #step = 0;
  #model: MlpVae | undefined;

  constructor(asked: Extract<ToTraining, { say: 'begin' }>) {
    this.#asked = asked;
  }

  pause(): void {
    this.#isPaused = true;
  }

  goOn(): void {
    this.#isPaused = false;
    this.#waiting?.();
  }

  stop(): void {
    this.#abort.abort();
    this.goOn();
  }

  /** Sends the parameters after the step under way, or at once if none is. */
  tellParameters(): void {
    this.#wantsParameters = true;
    if (this.#isPaused || this.#abort.signal.aborted || this.#step === this.#asked.settings.steps)
      this.#sendParameters();
  }

  /** Trains to the end, and tells the page of a failure. */
  async run(): Promise<void> {
    try {
      await this.#train();
    } catch (error) {
      this.#say({ tell: 'failed', message: firstLine(error) });
    }
  }

  #say(told: Told, moved: readonly ArrayBuffer[] = []): void {
    const message: FromTraining = { ...told, training: this.#asked.training };
    tell(message, moved);
  }

  async #train(): Promise<void> {
    const { settings, pictures, runtime, from } = this.#asked;
    const { height, width, images, labels } = pictures;
    const pixels = height * width;
    await tf.setBackend('cpu');
    if (runtime) runtimeFolder(runtime);
    const set = { images, height, width, count: images.length / pixels, ...(labels ? { labels } : {}) };
    const root = key(settings.seed);
    const model = modelOf(settings, pixels, meanOf(images, pixels));
    this.#model = model;
    if (from) takeParameters(model, from);
    const { at } = batches(set, { batchSize: settings.batch, key: fold(root, 'data'), binarisation: 'dynamic' });
    const problem = variational({
      modelAt: model.at,
      objective: settings.objective === 'iwae' ? iwae(5) : elbo(),
      noise: model.noise,
      batchSize: settings.batch,
      width: pixels,
      data: (step) => at(step).x,
      key: fold(root, 'noise'),
    });
    const views = new ModelViews(model, pictures, settings.engine);
    try {
      await fit({
        ...problem,
        variables: model.variables,
        optimizer: adam(settings.lr),
        steps: settings.steps,
        engine: settings.engine,
        threads: threadsHere(),
        entryEvery: ENTRY_EVERY,
        callbacks: [this.#telling(model), this.#showing(views)],
        signal: this.#abort.signal,
      });
    } finally {
      await views.dispose();
    }
    this.#say({ tell: 'done', step: this.#step });
    if (this.#wantsParameters) this.#sendParameters();
  }

  #telling(model: MlpVae): Callback {
    const parameters = parameterCount(model.variables);
    return {
      onStart: ({ engine, fallback }) =>
        this.#say({ tell: 'begun', engine, threads: threadsHere(), parameters, ...(fallback ? { fallback } : {}) }),
      onEntry: (entry) => this.#say({ tell: 'entry', entry }),
      onStep: async (moment) => {
        this.#step = moment.step;
        if (!this.#isPaused && !this.#wantsParameters) return;
        await moment.writeVariables();
        if (this.#wantsParameters) this.#sendParameters();
        if (this.#isPaused) await new Promise<void>((resolve) => (this.#waiting = resolve));
      },
      onEnd: (moment) => moment.writeVariables(),
    };
  }

  #showing(views: ModelViews): Callback {
    let last = Number.NEGATIVE_INFINITY;
    const show = async (moment: Moment) => {
      await moment.writeVariables();
      const view = await views.at(moment.step);
      this.#say({ tell: 'view', view }, [view.samples.buffer as ArrayBuffer, view.map.buffer as ArrayBuffer]);
      last = performance.now();
    };
    return {
      onStart: (_, moment) => show(moment),
      onStep: async (moment) => {
        if (performance.now() - last > VIEW_EVERY) await show(moment);
      },
      onEnd: (moment) => show(moment),
    };
  }

  #sendParameters(): void {
    this.#wantsParameters = false;
    if (!this.#model) return;
    const stored = Object.entries(this.#model.variables).map(([name, variable]) => {
      const values = Float32Array.from(variable.dataSync<'float32'>());
      return [name, { shape: variable.shape, values }] as const;
    });
    this.#say(
      { tell: 'parameters', step: this.#step, values: Object.fromEntries(stored) },
      stored.map(([, { values }]) => values.buffer),
    );
  }
}

/** Takes values that fit by name and size; other variables, such as heads of another flow, keep their first ones. */
function takeParameters({ variables }: MlpVae, from: Readonly<Record<string, Float32Array>>): void {
  for (const [name, variable] of Object.entries(variables)) {
    const values = from[name];
    if (values?.length !== variable.size) continue;
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  }
}

/** Threads need a page that no other page may reach into; half of the cores compute as fast as all of them. */
const threadsHere = (): number =>
  self.crossOriginIsolated ? Math.min(4, Math.max(1, Math.floor(navigator.hardwareConcurrency / 2))) : 1;
