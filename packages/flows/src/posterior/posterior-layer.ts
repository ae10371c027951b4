// The posterior as a tf.layers layer, for models that TensorFlow.js itself saves and loads.
import { key } from '@flowvae/random';
import { checkShape, ExpectationError, layers, type Tensor, type Tensor2D, tf, type Variable } from '@flowvae/tensor';
import { type FlowTerm, readFlowOrNone } from '../formula/flow-terms.ts';
import { makeFlow } from '../formula/formula.ts';
import type { HeadScaling } from './parameter-source.ts';
import { type Amortization, flowPosterior, type Posterior } from './posterior.ts';

/** Options of {@link FlowPosteriorLayer}, and its configuration in a saved model. */
export interface FlowPosteriorLayerOptions {
  /** Width D of the latent. */
  readonly latent: number;
  /** Flow formula, e.g. `planar*10`; default `none`, the diagonal normal. */
  readonly flow?: string;
  /** As for {@link flowPosterior}; default `'flow'`. */
  readonly amortize?: Amortization;
  /** As for {@link flowPosterior}; default `'scaled'`. */
  readonly heads?: HeadScaling;
  /** Decides the initial weights; default 0. */
  readonly seed?: number;
  /** Name of the layer in its model. */
  readonly name?: string;
}

type Shape = (number | null)[];

const amortizations: readonly Amortization[] = ['none', 'base', 'flow'];
const headScalings: readonly HeadScaling[] = ['scaled', 'plain'];

/**
 * q(z|x) as a layer of two inputs, the encoder's features [B, C] and standard normal noise [B, D], and two outputs, a
 * draw z [B, D] and log q(z|x) [B] including the log-det, nats: the posterior of {@link flowPosterior} in a `tf.layers`
 * model.
 *
 * The import registers the layer with tfjs, so that `loadLayersModel` knows it.
 * @throws ExpectationError if the width, the formula, the amortisation, the seed or the inputs cannot be used
 * @see Rezende & Mohamed 2015, arXiv:1505.05770, section 4.2
 */
export class FlowPosteriorLayer extends layers.layers.Layer {
  /** The name in saved models. */
  static readonly className = 'FlowPosteriorLayer';
  readonly #options: Required<Omit<FlowPosteriorLayerOptions, 'name'>>;
  readonly #terms: readonly FlowTerm[] | undefined;
  #posterior: Posterior | undefined;

  /** Checks the options; weights are made once the width of the features is known. */
  constructor(options: FlowPosteriorLayerOptions) {
    const { name, latent, flow = 'none', amortize = 'flow', heads = 'scaled', seed = 0 } = options;
    super(name === undefined ? {} : { name });
    refuseUnless(isWhole(latent, 1), 'latent', 'a whole number from 1 on', latent);
    refuseUnless(typeof flow === 'string', 'flow', 'a flow formula', flow);
    refuseUnless(amortizations.includes(amortize), 'amortize', `one of ${amortizations.join(', ')}`, amortize);
    refuseUnless(headScalings.includes(heads), 'heads', `one of ${headScalings.join(', ')}`, heads);
    refuseUnless(isWhole(seed, 0), 'seed', 'a whole number from 0 on', seed);
    this.#terms = readFlowOrNone(flow, latent);
    this.#options = { latent, flow, amortize, heads, seed };
  }

  /** A layer from its configuration; a configuration without `heads` is older than scaled heads. */
  static override fromConfig<T>(type: new (options: FlowPosteriorLayerOptions) => T, config: object): T {
    return new type({ heads: 'plain', ...(config as FlowPosteriorLayerOptions) });
  }

  /** Makes the weights, for features and noise of these shapes. */
  override build(inputShape: Shape | Shape[]): void {
    const [features] = this.#checkedShapes(inputShape);
    const contextWidth = features.at(-1)!;
    const { latent, amortize, heads, seed } = this.#options;
    const terms = this.#terms;
    const flow = terms && ((width: number) => makeFlow(terms, latent, { contextWidth: width }));
    this.#posterior = flowPosterior({ latent, contextWidth, flow, amortize, heads, key: key(seed) });
    for (const [path, variable] of Object.entries(this.#posterior.variables)) this.#adopt(path, variable);
    super.build(inputShape);
  }

  /** `[[B, C], [B, D]]` → `[[B, D], [B]]`. */
  override computeOutputShape(inputShape: Shape | Shape[]): Shape[] {
    const [features] = this.#checkedShapes(inputShape);
    return [[features[0]!, this.#options.latent], [features[0]!]];
  }

  /** [features, noise] → [z, log q(z|x)]. */
  override call(inputs: Tensor | Tensor[]): Tensor[] {
    const [features, noise] = inputs as [Tensor2D, Tensor2D];
    checkShape(`${this.name}: noise`, noise, ['batch', this.#options.latent]);
    const { z, logProb } = this.#posterior!.at(features).sampleAndLogProb(noise);
    return [z, logProb];
  }

  /** The configuration from which the layer can be made again, without its weights. */
  override getConfig() {
    return { ...super.getConfig(), ...this.#options };
  }

  #checkedShapes(inputShape: Shape | Shape[]): [Shape, Shape] {
    const { latent } = this.#options;
    const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as Shape[];
    const [features, noise] = shapes;
    const isPair = shapes.length === 2 && features?.length === 2 && noise?.length === 2 && features[1] !== null;
    if (isPair && noise[1] === latent) return [features, noise];
    throw new ExpectationError({
      where: this.name,
      expected: `two inputs, features [batch, width] and noise [batch, ${latent}]`,
      received: shapes.map((shape) => `[${shape.map((size) => size ?? 'batch').join(', ')}]`).join(' and '),
    });
  }

  /**
   * Makes a variable of the posterior a weight of this layer. A weight creates its own variable; the posterior's
   * variable replaces it, so that optimisers, saving and loading use the variable of the computation.
   */
  #adopt(path: string, variable: Variable): void {
    const weight = this.addWeight(path, variable.shape, 'float32', layers.initializers.zeros());
    weight.dispose();
    Object.assign(weight, { val: variable });
  }
}

const isWhole = (value: number, least: number) => Number.isSafeInteger(value) && value >= least;

function refuseUnless(isFine: boolean, option: string, expected: string, received: unknown): void {
  if (isFine) return;
  throw new ExpectationError({ where: `FlowPosteriorLayer: ${option}`, expected, received: JSON.stringify(received) });
}

tf.serialization.registerClass(FlowPosteriorLayer as never);
