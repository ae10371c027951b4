// One model fitted to one distribution: from draws to held-out log-likelihood, samples and a map of the density.
import {
  adam,
  type BoxFlow,
  chainOptimizers,
  clipByGlobalNorm,
  cosineDecay,
  dataPoints,
  fitDensity,
  fold,
  free,
  type InvertibleFlow,
  key,
  logProbs,
  type NamedVariables,
  normalMixture,
  parseInvertibleFlow,
  pushForward,
  samples,
  standardNormal,
  type Tensor2D,
  type Toy,
  type Transported,
  tf,
  underPrefixes,
  uniformBox,
} from 'flowvae';
import { cellMiddles } from '../plane-cells.ts';
import { HALF_WIDTH, type Model, type Scale, settings } from './config.ts';

/** A density and its trained variables. */
interface Candidate {
  readonly density: Transported;
  readonly variables: NamedVariables;
}

/** The result of a fit. */
export interface Fitted {
  /** Mean log-likelihood of held-out draws, nats, with its standard error. */
  readonly heldOut: number;
  readonly standardError: number;
  readonly parameters: number;
  readonly msPerStep: number;
  /** [n, 2] */
  readonly samples: Float32Array;
  /** [cells, cells] from the lowest y up. */
  readonly map: Float32Array;
}

const COMPONENTS = 8;

/** A model at its start. */
function candidate({ formula, base }: Model): Candidate {
  const flow = parseInvertibleFlow(formula, 2);
  const { variables } = free(flow.paramShapes, flow.initialParams(fold(key(settings.seed), 'flow')));
  if (base === 'mixture') return mixtureBased(flow, variables);
  if (base === 'normal') return { density: pushForward(standardNormal(2), flow, variables), variables };
  if (!isBoxFlow(flow)) throw new Error(`${formula} is not onto a box`);
  const { low, high } = flow.box;
  return { density: pushForward(uniformBox(low, high), flow, variables), variables };
}

const isBoxFlow = (flow: InvertibleFlow): flow is BoxFlow => 'box' in flow;

/** Components of deviation 1 that start around a circle. */
function mixtureBased(flow: InvertibleFlow, ofFlow: Candidate['variables']): Candidate {
  const angles = Array.from({ length: COMPONENTS }, (_, k) => (2 * Math.PI * k) / COMPONENTS);
  const ofBase = tf.tidy(() => ({
    logits: tf.variable(tf.zeros([1, COMPONENTS])),
    mean: tf.variable(tf.tensor2d(angles.map((angle) => [2 * Math.cos(angle), 2 * Math.sin(angle)]))),
    logStd: tf.variable(tf.zeros([COMPONENTS, 2])),
  }));
  const base = normalMixture(ofBase as unknown as Record<'logits' | 'mean' | 'logStd', Tensor2D>);
  return { density: pushForward(base, flow, ofFlow), variables: underPrefixes({ base: ofBase, flow: ofFlow }) };
}

/** Fits a model to a distribution. */
export async function fitModel(toy: Toy, model: Model, scale: Scale): Promise<Fitted> {
  const { seed, batchSize, rate, clip } = settings;
  const from = (purpose: string) => fold(key(seed), purpose);
  const training = dataPoints(toy.sample(from('training'), scale.training), 2);
  const heldOut = dataPoints(toy.sample(from('held out'), scale.heldOut), 2);
  const { density, variables } = candidate(model);
  const { msPerStep } = await fitDensity(density, {
    variables,
    data: training,
    optimizer: chainOptimizers(clipByGlobalNorm(clip), adam(cosineDecay(rate, scale.steps))),
    steps: scale.steps,
    batchSize,
    key: from('batches'),
  });
  const scores = await logProbs(density, heldOut, { variables });
  const drawn = await samples(density, { count: 4000, key: from('samples'), variables });
  const map = await logProbs(density, dataPoints(cellMiddles(scale.cells, HALF_WIDTH), 2), { variables });
  const parameters = Object.values(variables).reduce((sum, { size }) => sum + size, 0);
  for (const variable of Object.values(variables)) variable.dispose();
  return { ...meanOf(scores), parameters, msPerStep, samples: drawn, map: map.map(Math.exp) };
}

function meanOf(scores: Float32Array): Pick<Fitted, 'heldOut' | 'standardError'> {
  const mean = scores.reduce((sum, value) => sum + value, 0) / scores.length;
  const variance = scores.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (scores.length - 1);
  return { heldOut: mean, standardError: Math.sqrt(variance / scores.length) };
}
