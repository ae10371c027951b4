// Trains a VAE in the worker by flowvae's own `fit`, and tells the page of it between steps.
import { runtimeFolder } from '@flowvae/compiler';
import { batches } from '@flowvae/datasets';
import { elbo, iwae } from '@flowvae/objectives';
import { fold, key } from '@flowvae/random';
import { parameterCount, tf } from '@flowvae/tensor';
import { adam, type Callback, fit, type Moment, variational } from '@flowvae/training';
import type { MlpVae } from '@flowvae/vae';
import { engineHere } from './engine-here.ts';
import { firstLine } from './first-line.ts';
import { ModelViews } from './model-views.ts';
import { type Receiver, tell } from './receiver.ts';
import type { FromTraining, Told, ToTraining } from './training-messages.ts';
import { meanOf, modelOf } from './training-model.ts';

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
    const previous = current;
    previous?.stop();
    const [before, training] = [previous?.ended, new Training(asked)];
    current = training;
    // one training at a time: the next one has the processors and the memory for itself
    await before?.then(() => previous?.free());
    await training.run();
    return;
  }
  if (asked.say === 'pause') current?.pause();
  if (asked.say === 'go-on') current?.goOn();
  if (asked.say === 'stop') current?.stop();
  if (asked.say === 'parameters') current?.tellParameters();
};

/** One training, from its begin to its end. */
class Training {
  readonly #asked: Extract<ToTraining, { say: 'begin' }>;
  readonly #abort = new AbortController();
  #waiting: (() => void) | undefined;
  #isPaused = false;
  /** Whether the variables hold the values of the present step: between steps of a pause, and after the end. */
  #isStill = false;
  #wantsParameters = false;
  #step = 0;
  #model: MlpVae | undefined;
  /** Resolves after the last step; undefined before the first. */
  ended: Promise<void> | undefined;

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
    if (this.#isStill) this.#sendParameters();
  }

  /** Trains to the end, and tells the page of a failure. */
  run(): Promise<void> {
    this.ended = this.#train().catch((error: unknown) => this.#say({ tell: 'failed', message: firstLine(error) }));
    return this.ended;
  }

  /** Frees the parameters; later none can be told. */
  free(): void {
    if (this.#model) tf.dispose(this.#model.variables);
    this.#model = undefined;
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
    const taken = from && takeParameters(model, from);
    const batchSize = Math.min(settings.batch, set.count);
    const { at } = batches(set, { batchSize, key: fold(root, 'data'), binarisation: 'dynamic' });
    const problem = variational({
      modelAt: model.at,
      objective: settings.objective === 'iwae' ? iwae(5) : elbo(),
      noise: model.noise,
      batchSize,
      width: pixels,
      data: (step) => at(step).x,
      key: fold(root, 'noise'),
    });
    const { engine, threads, fallback } = await engineHere(settings.engine, settings.threads);
    const views = new ModelViews(model, pictures, { engine, threads });
    const begun = { tell: 'begun', engine, threads, parameters: parameterCount(model.variables) } as const;
    this.#say({ ...begun, ...(fallback ? { fallback } : {}), ...(taken ? { taken } : {}) });
    try {
      await fit({
        ...problem,
        variables: model.variables,
        optimizer: adam(settings.lr),
        steps: settings.steps,
        engine,
        threads,
        entryEvery: ENTRY_EVERY,
        callbacks: [this.#telling(), this.#showing(views)],
        signal: this.#abort.signal,
      });
    } finally {
      await views.dispose();
    }
    this.#say({ tell: 'done', step: this.#step });
    if (this.#wantsParameters) this.#sendParameters();
  }

  #telling(): Callback {
    return {
      onEntry: (entry) => this.#say({ tell: 'entry', entry }),
      needsStep: () => this.#isPaused || this.#wantsParameters,
      onStep: async (moment) => {
        this.#step = moment.step;
        if (!this.#isPaused && !this.#wantsParameters) return;
        await moment.writeVariables();
        if (this.#wantsParameters) this.#sendParameters();
        if (!this.#isPaused) return;
        this.#isStill = true;
        this.#say({ tell: 'paused', step: moment.step });
        await new Promise<void>((resolve) => (this.#waiting = resolve));
        this.#isStill = false;
      },
      onEnd: async (moment) => {
        await moment.writeVariables();
        this.#isStill = true;
      },
    };
  }

  #showing(views: ModelViews): Callback {
    let last = Number.NEGATIVE_INFINITY;
    const isDue = () => performance.now() - last > VIEW_EVERY;
    const show = async (moment: Moment) => {
      await moment.writeVariables();
      const view = await views.at(moment.step);
      this.#say({ tell: 'view', view }, [view.samples.buffer as ArrayBuffer, view.map.buffer as ArrayBuffer]);
      last = performance.now();
    };
    return {
      onStart: (_, moment) => show(moment),
      needsStep: isDue,
      onStep: async (moment) => {
        if (isDue()) await show(moment);
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

/**
 * Takes values that fit by name and size; other variables, such as heads of another flow, keep their first ones.
 *
 * @returns how many of the variables were taken, in words
 */
function takeParameters({ variables }: MlpVae, from: Readonly<Record<string, Float32Array>>): string {
  let taken = 0;
  for (const [name, variable] of Object.entries(variables)) {
    const values = from[name];
    if (values?.length !== variable.size) continue;
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    taken++;
  }
  return `${taken} of ${Object.keys(variables).length} arrays`;
}
