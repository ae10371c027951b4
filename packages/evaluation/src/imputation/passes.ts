// The two passes of imputation over one data point: weigh all samples, then draw from p(x|z) at the chosen ones.
import type { Arrays, InputShapes, Traceable } from '@flowvae/compiler';
import { drawNoise, type Noise, type Observation } from '@flowvae/distributions';
import { type LatentModel, logWeight, scoreDraw } from '@flowvae/objectives';
import { fold, type Key } from '@flowvae/random';
import { checkShape, ExpectationError, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { type DataPoints, type FunctionsRunner, functionsRunner, inOrder, type RunnerOptions } from '@flowvae/training';
import { maskedWidth } from './row-checks.ts';
import { weightedSums } from './weighted-moments.ts';

/** The model, the data with holes, and the numbers of samples. */
export interface PassOptions extends RunnerOptions {
  /**
   * Rows [x, m] of width 2P: m is 1 for observed entries, 0 for missing ones, and x is 0 where it is missing. Rows with
   * a layout may hold covariates behind them.
   */
  readonly data: DataPoints;
  /** Rows [B, 2P] → the model whose likelihood counts observed entries only. */
  readonly modelAt: (rows: Tensor2D) => LatentModel & Partial<Observing>;
  /** z [B, D] → p(x|z) of all P variables, of a model at rows that has no `observe` itself. */
  readonly observe?: Observing['observe'] | undefined;
  /** The noise for a draw from the posterior. */
  readonly noise: Noise;
  /** Importance samples S for each data point. */
  readonly samples: number;
  /** Imputations M of each data point. */
  readonly draws: number;
}

/** The ability to give p(x|z). */
interface Observing {
  observe(z: Tensor2D): Observation;
}

/** p(x|z) of a model at rows. @throws ExpectationError where neither options nor model have it */
function observing({ observe: own }: PassOptions, { observe }: Partial<Observing>): Observing['observe'] {
  const found = observe ?? own;
  if (found) return found;
  throw new ExpectationError({
    where: 'impute',
    expected: '`observe`, or a model at rows that has it',
    received: 'neither',
  });
}

type Pass = 'weigh' | 'draw';

/** Successive rows of a pass. */
interface Part {
  readonly first: number;
  readonly size: number;
}

/** A pass over one data point. */
interface PassOver {
  /** The data point, [2P]. */
  readonly x: Float32Array;
  /** Sample s takes its noise for z from `fold(zKey, s)`. */
  readonly zKey: Key;
  /** Row r takes its noise for x from `fold(xKey, r)`. */
  readonly xKey: Key;
  /** The sample in a row. */
  readonly sampleAt: (row: number) => number;
}

/** The most rows of one run. */
const MOST_ROWS = 500;

/** Both passes, ready to run. */
export class ImputationPasses {
  readonly #options: PassOptions;
  /** The noise for a draw from p(x|z). */
  readonly #xNoise: Noise;
  readonly #runner: FunctionsRunner<Pass>;
  /** Rows in one run. */
  readonly #rows: Readonly<Record<Pass, number>>;

  private constructor(options: PassOptions, xNoise: Noise, runner: FunctionsRunner<Pass>) {
    this.#options = options;
    this.#xNoise = xNoise;
    this.#runner = runner;
    this.#rows = { weigh: this.#evenRows('weigh', options.samples), draw: this.#evenRows('draw', options.draws) };
  }

  /** Call `dispose` afterwards. */
  static async open(options: PassOptions): Promise<ImputationPasses> {
    const xNoise = observationNoise(options);
    const runner = await functionsRunner({ weigh: weighing(options), draw: drawing(options) }, options);
    try {
      return new ImputationPasses(options, xNoise, runner);
    } catch (error) {
      await runner.dispose();
      throw error;
    }
  }

  /** The number of data points in work that makes use of all threads. */
  get points(): number {
    return Math.ceil(this.#runner.width / Math.ceil(this.#options.samples / this.#rows.weigh));
  }

  /** The S samples: `logWeight` [size], nats, and the part's `weightedSums`, in order. */
  weigh(x: Float32Array, keys: Pick<PassOver, 'zKey' | 'xKey'>): AsyncGenerator<readonly [Part, Arrays]> {
    return this.#over('weigh', this.#options.samples, { x, ...keys, sampleAt: (row) => row });
  }

  /** M draws from p(x|z), one at each given sample: `draw` [size, P], in order. */
  draw(
    x: Float32Array,
    given: Pick<PassOver, 'zKey' | 'xKey'> & { readonly chosen: readonly number[] },
  ): AsyncGenerator<readonly [Part, Arrays]> {
    return this.#over('draw', given.chosen.length, { x, ...given, sampleAt: (row) => given.chosen[row]! });
  }

  dispose(): Promise<void> {
    return this.#runner.dispose();
  }

  async *#over(pass: Pass, total: number, over: PassOver): AsyncGenerator<readonly [Part, Arrays]> {
    const rows = this.#rows[pass];
    const results = inOrder(partsOf(total, rows), this.#runner.width, (part) =>
      this.#runner.run(pass, this.#arrays(pass, part, over), this.#shapes(pass, rows)),
    );
    for await (const [part, arrays] of results) yield [part, ownRows(arrays, part, rows)];
  }

  /** As few runs as memory allows, all of one size, so that a pass has one graph. */
  #evenRows(pass: Pass, total: number): number {
    const most = this.#runner.rowsWithin(pass, Math.min(MOST_ROWS, total), (rows) => this.#shapes(pass, rows));
    return Math.ceil(total / Math.ceil(total / most));
  }

  #shapes(pass: Pass, rows: number): InputShapes {
    const { data, noise } = this.#options;
    const shapes = { x: [1, data.width], zNoise: [rows, noise.width], xNoise: [rows, this.#xNoise.width] };
    return pass === 'weigh' ? { ...shapes, counted: [rows] } : shapes;
  }

  /** Copies of the part's last row fill the run; they are not counted. */
  #arrays(pass: Pass, { first, size }: Part, { x, zKey, xKey, sampleAt }: PassOver): Arrays {
    const rows = Array.from({ length: this.#rows[pass] }, (_, r) => first + Math.min(r, size - 1));
    const arrays = {
      x,
      zNoise: noiseOfRows(this.#options.noise, rows, (row) => fold(zKey, sampleAt(row))),
      xNoise: noiseOfRows(this.#xNoise, rows, (row) => fold(xKey, row)),
    };
    const counted = new Float32Array(rows.length).fill(Number.NEGATIVE_INFINITY, size);
    return pass === 'weigh' ? { ...arrays, counted } : arrays;
  }
}

function noiseOfRows({ kind, width }: Noise, rows: readonly number[], keyOf: (row: number) => Key): Float32Array {
  const noise = new Float32Array(rows.length * width);
  for (const [r, row] of rows.entries()) drawNoise(kind, keyOf(row), noise.subarray(r * width, (r + 1) * width));
  return noise;
}

function* partsOf(total: number, rows: number): Generator<Part> {
  for (let first = 0; first < total; first += rows) yield { first, size: Math.min(rows, total - first) };
}

/** Without the rows that only fill the run; sums have no rows. */
function ownRows(arrays: Arrays, { size }: Part, rows: number): Arrays {
  const byRow = ['logWeight', 'draw'];
  return Object.fromEntries(
    Object.entries(arrays).map(([name, values]) => [
      name,
      byRow.includes(name) ? values.subarray(0, (values.length / rows) * size) : values,
    ]),
  );
}

/** The noise of p(x|z): only an observation at some z states it. */
function observationNoise(options: PassOptions): Noise {
  const { data, noise, modelAt } = options;
  let found: Noise;
  tf.tidy(() => {
    const model = modelAt(tf.zeros([1, data.width]));
    const { z } = model.posterior.sampleAndLogProb(tf.zeros([1, noise.width]));
    const observation = observing(options, model)(z);
    checkShape('impute: observe(z).mean()', observation.mean(), ['batch', maskedWidth('impute: data', data)]);
    found = { ...observation.noise };
  });
  return found!;
}

/** x [1, 2P], the noise of S samples, and `counted` [S]: 0, or −∞ for rows that are no samples. */
const weighing =
  (options: PassOptions): Traceable =>
  ({ x, zNoise, xNoise, counted }) => {
    const model = options.modelAt(x as Tensor2D);
    const draw = model.posterior.sampleAndLogProb(zNoise as Tensor2D);
    const weight = logWeight(scoreDraw(model, draw));
    const observation = observing(options, model)(draw.z);
    const { z: drawn } = observation.sampleAndLogProb(xNoise as Tensor2D);
    const counting: Tensor1D = tf.add(weight, counted as Tensor1D);
    return { logWeight: weight, ...weightedSums(counting, observation.mean(), drawn) };
  };

/** x [1, 2P] and the noise of chosen samples. */
const drawing =
  (options: PassOptions): Traceable =>
  ({ x, zNoise, xNoise }) => {
    const model = options.modelAt(x as Tensor2D);
    const { z } = model.posterior.sampleAndLogProb(zNoise as Tensor2D);
    return { draw: observing(options, model)(z).sampleAndLogProb(xNoise as Tensor2D).z };
  };
