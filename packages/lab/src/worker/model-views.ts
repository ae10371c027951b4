// Pictures of a model in training: draws of the prior, and where its posterior puts some data.
import { drawNormal, fold, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { chooseEngine, type EngineName, type OpenFunction } from '@flowvae/training';
import type { MlpVae } from '@flowvae/vae';
import { planeOf, toPlane } from '../plane/plane.ts';
import type { TrainPictures, TrainView } from './training-messages.ts';

/** Draws of the prior. */
const DRAWS = 36;

/** Data on the map. */
const SHOWN = 500;

/** How the functions run. */
interface ViewsOptions {
  readonly engine: EngineName;
  /** That of the training: in a page all sessions have the threads of the first. */
  readonly threads: number;
}

/** The functions behind the pictures, opened once at the engine of the training. */
export class ModelViews {
  readonly #model: MlpVae;
  readonly #pictures: TrainPictures;
  readonly #shown: number;
  readonly #opened: Promise<{ readonly decode: OpenFunction; readonly encode: OpenFunction }>;

  constructor(model: MlpVae, pictures: TrainPictures, running: ViewsOptions) {
    this.#model = model;
    this.#pictures = pictures;
    this.#shown = Math.min(SHOWN, pictures.images.length / (pictures.height * pictures.width));
    this.#opened = this.#open(running);
    this.#opened.catch(() => {}); // `at` throws it
  }

  /** The pictures with the present values of the variables. */
  async at(step: number): Promise<TrainView> {
    const { decode, encode } = await this.#opened;
    const { noise, variables } = this.#model;
    const latent = this.#latent;
    const z = drawNormal(fold(key(9), 'prior'), DRAWS * latent);
    const pixels = this.#pictures.height * this.#pictures.width;
    const x = Float32Array.from(this.#pictures.images.subarray(0, this.#shown * pixels), (byte) =>
      byte > 127 ? 1 : 0,
    );
    const values = Object.fromEntries(Object.entries(variables).map(([name, v]) => [name, v.dataSync<'float32'>()]));
    const { samples } = await decode.run({ z, ...values });
    const { points } = await encode.run({ x, noise: new Float32Array(this.#shown * noise.width), ...values });
    const labels = this.#pictures.labels?.slice(0, this.#shown);
    const isProjected = latent > 2;
    return { step, samples: samples!.slice(), map: toPlane(planeOf(points!, latent), points!), labels, isProjected };
  }

  /** Frees the sessions. */
  async dispose(): Promise<void> {
    const opened = await this.#opened.catch(() => undefined);
    await opened?.decode.dispose();
    await opened?.encode.dispose();
  }

  get #latent(): number {
    return this.#model.latent;
  }

  async #open({ engine, threads }: ViewsOptions) {
    const model = this.#model;
    const { engine: chosen } = await chooseEngine(engine);
    const { variables, noise } = model;
    const pixels = this.#pictures.height * this.#pictures.width;
    const decode = await chosen.open(
      ({ z }) => ({ samples: tf.sigmoid(model.decode(z as Tensor2D)) }),
      { z: [DRAWS, this.#latent] },
      { variables, threads },
    );
    // noise 0: the flow's image of the mean of its base
    const encode = await chosen.open(
      ({ x, noise: zero }) => ({ points: model.infer(x as Tensor2D).sampleAndLogProb(zero as Tensor2D).z }),
      { x: [this.#shown, pixels], noise: [this.#shown, noise.width] },
      { variables, threads },
    );
    return { decode, encode };
  }
}
