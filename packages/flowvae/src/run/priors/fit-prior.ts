// A prior after training: a flow fitted to the encoded training set, the aggregate posterior.
import type { SplitName } from '@flowvae/datasets';
import { encodings, logProbs } from '@flowvae/evaluation';
import { fold, type Key } from '@flowvae/random';
import { ProgressLine, type ProgressStream, trainingProgress } from '@flowvae/runs';
import { type DataPoints, dataPoints, ExpectationError } from '@flowvae/tensor';
import { adam, type Callback, fitDensity } from '@flowvae/training';
import { inferenceOf, type Model } from '@flowvae/vae';
import { type CheckedSettings, checkedSettings } from '../../config/checked-settings.ts';
import { planOf } from '../../config/plan.ts';
import { type Experiment, modelOf } from '../experiment.ts';
import { fixedRows } from '../run-data.ts';
import { withSettled } from './settled-model.ts';

/** Options of {@link fitPrior}. */
export interface FitPriorOptions {
  /** The settings of the run with the prior's flow. */
  readonly settings: CheckedSettings;
  readonly steps: number;
  /** Latents in a step. */
  readonly batch: number;
  readonly lr: number;
  /** Draws of q(z|x) for each row. */
  readonly draws: number;
  readonly key: Key;
  readonly progress: ProgressStream;
  readonly callbacks?: readonly Callback[];
  readonly signal?: AbortSignal | undefined;
}

/** A mean over test rows, nats. */
interface HeldOut {
  readonly mean: number;
  /** Over rows. */
  readonly standardError: number;
}

/** The densities of encoded test rows, E_q[log p(z)], and their difference, which is the bound's change. */
export interface PriorComparison {
  readonly rows: number;
  readonly draws: number;
  readonly before: HeldOut;
  readonly after: HeldOut;
  readonly change: HeldOut;
}

/** A model with a fitted prior. */
export interface FittedPrior {
  readonly parts: Experiment;
  readonly steps: number;
  /** Undefined without test rows. */
  readonly comparison: PriorComparison | undefined;
}

/** Latents that are kept in memory, in numbers. */
const MOST_NUMBERS = 2 ** 27;

/** Rows that the comparison takes, at most. */
const MOST_COMPARED = 10_000;

/**
 * Fits a flow to draws of q(z|x) of all training rows by maximum likelihood, and puts it in place of the model's prior.
 * Encoder and decoder stay as they are, so the bound changes by E_q[log p_new(z) − log p_old(z)] alone.
 *
 * @throws ExpectationError without training rows, or for a model whose variables are not those of its settings
 * @see Rosca et al. 2018, arXiv:1802.06847, section 4, for the aggregate posterior beside the prior
 */
export async function fitPrior(parts: Experiment, options: FitPriorOptions): Promise<FittedPrior> {
  const { config, set } = parts;
  const { steps, batch, lr, key, progress, callbacks = [], signal } = options;
  if (set.splits.train.length === 0) {
    throw new ExpectationError({ where: `data ${config.data}`, expected: 'training rows', received: 'none' });
  }
  const plan = planOf(checkedSettings(options.settings), parts.data);
  const model = modelOf(plan, 'read');
  adoptOthers(model, parts.model);
  const line = new ProgressLine(progress);
  const train = await encoded(parts, 'train', options, line);
  const variables = underPrior(model);
  const fitted = await fitDensity(model.prior, {
    data: train,
    batchSize: Math.min(batch, train.count),
    key: fold(key, 'batches'),
    variables,
    optimizer: adam(lr),
    steps,
    engine: config.engine,
    threads: config.threads,
    callbacks: [trainingProgress(progress, line), ...callbacks],
    ...(signal ? { signal } : {}),
  });
  const whole: Experiment = { ...parts, plan, config: plan.config, model };
  const comparison =
    set.splits.test.length > 0 ? await compared(parts, whole, await encoded(parts, 'test', options, line)) : undefined;
  line.end();
  return { parts: whole, steps: fitted.steps, comparison: comparison && { ...comparison, draws: options.draws } };
}

/** All variables but the prior's get the values of the trained model. */
function adoptOthers(model: Model, trained: Model): void {
  for (const [path, variable] of Object.entries(model.variables)) {
    if (path.startsWith(PRIOR)) continue;
    const source = trained.variables[path];
    if (source?.shape.join() !== variable.shape.join()) {
      throw new ExpectationError({
        where: `fit-prior: ${path}`,
        expected: `a variable [${variable.shape.join(', ')}], as the settings of the run make it`,
        received: source ? `[${source.shape.join(', ')}]` : 'a model of another making',
      });
    }
    variable.assign(source);
  }
}

const PRIOR = 'prior/';

const underPrior = ({ variables }: Model) =>
  Object.fromEntries(Object.entries(variables).filter(([path]) => path.startsWith(PRIOR)));

/** Draws of q(z|x) for the rows of a split, [n·S, D]. */
async function encoded(
  parts: Experiment,
  split: SplitName,
  { draws, key, progress: _, signal }: FitPriorOptions,
  line: ProgressLine,
): Promise<DataPoints> {
  const { model, config, set, plan } = parts;
  const rows = fixedRows(set, split, plan, split === 'test' ? MOST_COMPARED : undefined);
  const width = model.latent;
  refuseTooMany(rows.count * draws * width, draws);
  const all = new Float32Array(rows.count * draws * width);
  await encodings(
    {
      infer: inferenceOf(model),
      noise: model.noise,
      data: rows,
      samples: draws,
      meanSamples: 1,
      key: fold(key, 'encoding', split),
      variables: model.variables,
      engine: config.engine,
      threads: config.threads,
      ...(signal ? { signal } : {}),
    },
    ({ z }, piece) => {
      all.set(z, piece.first * draws * width);
      line.show(`encoded ${piece.first + piece.rows}/${rows.count} ${split} rows`);
    },
  );
  signal?.throwIfAborted();
  return dataPoints(all, width);
}

function refuseTooMany(numbers: number, draws: number): void {
  if (numbers <= MOST_NUMBERS) return;
  throw new ExpectationError({
    where: '--draws',
    expected: `at most ${Math.max(1, Math.floor((draws * MOST_NUMBERS) / numbers))}, so that the latents fit into memory`,
    received: String(draws),
  });
}

/** Both densities at the same latents. */
async function compared(before: Experiment, after: Experiment, z: DataPoints): Promise<Omit<PriorComparison, 'draws'>> {
  const { config } = before;
  const rows = Math.min(MOST_COMPARED, before.set.splits.test.length);
  const densities = (parts: Experiment) =>
    withSettled(parts, ({ model }) =>
      logProbs(model.prior, z, { variables: model.variables, engine: config.engine, threads: config.threads }),
    );
  const [old, fitted] = [await densities(before), await densities(after)];
  return {
    rows,
    before: overRows(old, rows),
    after: overRows(fitted, rows),
    change: overRows(
      fitted.map((value, i) => value - old[i]!),
      rows,
    ),
  };
}

/** The mean, and its standard error over rows, whose draws stand one after the other. */
function overRows(values: Float32Array, rows: number): HeldOut {
  const draws = values.length / rows;
  const means = Array.from(
    { length: rows },
    (_, row) => values.subarray(row * draws, (row + 1) * draws).reduce((sum, value) => sum + value, 0) / draws,
  );
  const mean = means.reduce((sum, value) => sum + value, 0) / rows;
  const squares = means.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: rows > 1 ? Math.sqrt(squares / (rows - 1) / rows) : Number.NaN };
}
