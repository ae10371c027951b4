// Posteriors of the Sylvester flows' authors' code (github.com/riannevdberg/sylvester-flows), from the state dict of
// one of its models.
import { key } from '@flowvae/random';
import { type StoredTensor, tf } from '@flowvae/tensor';
import { planar } from '../families/planar.ts';
import type { Flow } from '../flow.ts';
import { flowPosterior, type ParametricPosterior } from '../posterior/posterior.ts';
import { gatedAutoregressive } from './gated-autoregressive.ts';
import { joined, StateDict } from './state-dict.ts';
import { basisSources, tanhSylvester } from './tanh-sylvester.ts';

/**
 * Which of its models: `PlanarVAE`, `IAFVAE`, `OrthogonalSylvesterVAE`, `HouseholderSylvesterVAE`,
 * `TriangularSylvesterVAE`.
 */
export type SylvesterFlowsKind = 'planar' | 'iaf' | 'orthogonal' | 'householder' | 'triangular';

/** An imported posterior. */
export interface ImportedPosterior {
  readonly posterior: ParametricPosterior;
  readonly flow: Flow;
  readonly latent: number;
  /** Width of the features that the heads take; 256 in the original code. */
  readonly contextWidth: number;
}

/** Options of {@link fromSylvesterFlows}. */
export interface SylvesterFlowsOptions {
  readonly kind: SylvesterFlowsKind;
  /**
   * Whether the model is one of grey values (`input_type` is `multinomial`), whose σ² is clipped to [0.01, 7]; no
   * state dict shows it. Default false.
   */
  readonly isOfGreyValues?: boolean;
}

/** A head in the original code, and the parameter here that it gives. */
type Heads = Readonly<Record<string, string>>;

interface Kind {
  readonly heads: Heads;
  /** Tensors that all data points share, by parameter; each already in the layout of the parameter. */
  readonly shared?: (flow: Flow, state: StateDict) => Readonly<Record<string, Float32Array>>;
  /** The flow, from the number of outputs of each head by parameter. */
  readonly flow: (dim: number, sizes: Readonly<Record<string, number>>, state: StateDict) => Flow;
}

const sylvesterHeads: Heads = { d: 'amor_d', diag1: 'amor_diag1.0', diag2: 'amor_diag2.0', b: 'amor_b' };

/** M and K from M·M·K outputs for d and M·K for b. */
function sizesOf({ d, b }: Readonly<Record<string, number>>, state: StateDict) {
  const width = d! / b!;
  const layers = b! / width;
  if (Number.isInteger(width) && Number.isInteger(layers)) return { width, layers };
  throw state.refusal('amor_d', 'M·M·K outputs beside M·K of amor_b', `${d} beside ${b}`);
}

/** The tensors of a gated layer in the original's list of parameters, in its order. */
const gatedTensors = [1, 2, 'Mean', 'Gate'].flatMap((stage) => [`kernel${stage}`, `bias${stage}`]);

const gatedTensor = (layer: number, place: number) => `flow.param_list.${layer * gatedTensors.length + place}`;

/** The number of layers in the list. @throws ExpectationError where there is none */
function gatedLayers(state: StateDict): number {
  let layers = 0;
  while (state.has(gatedTensor(layers, 0))) layers++;
  if (layers > 0) return layers;
  throw state.refusal(gatedTensor(0, 0), 'the first kernel of a layer', 'none of that name');
}

/** Kernels and biases of all layers; the original's masked layers already hold kernels as [from, to]. */
function gatedNetworks({ paramShapes }: Flow, state: StateDict): Readonly<Record<string, Float32Array>> {
  const contextShape = paramShapes.contextKernel!;
  const context = tf.tidy(() => {
    const weight = state.take('h_context.weight', contextShape.toReversed());
    return tf.transpose(tf.tensor2d(weight, contextShape.toReversed() as [number, number])).dataSync() as Float32Array;
  });
  const stacked = gatedTensors.map((name, place) => {
    const [layers, ...shape] = paramShapes[name]!;
    const ofLayers = Array.from({ length: layers! }, (_, k) => ({ [name]: state.take(gatedTensor(k, place), shape) }));
    return joined(ofLayers);
  });
  const contextBias = state.take('h_context.bias', paramShapes.contextBias!);
  return Object.assign({ contextKernel: context, contextBias }, ...stacked);
}

const kinds: Readonly<Record<SylvesterFlowsKind, Kind>> = {
  planar: {
    heads: { w: 'amor_w', u: 'amor_u', b: 'amor_b' },
    flow: (dim, { b }) => planar(dim, b!),
  },
  iaf: {
    heads: {},
    flow(dim, _, state) {
      const [hidden, contextWidth] = state.shape('h_context.weight', 2) as [number, number];
      const layers = gatedLayers(state);
      if (Math.max(hidden, dim) % Math.min(hidden, dim) !== 0) {
        throw state.refusal('h_context.weight', `a multiple or a divisor of ${dim} rows`, String(hidden));
      }
      return gatedAutoregressive({ dim, hidden, layers, contextWidth });
    },
    shared: gatedNetworks,
  },
  orthogonal: {
    heads: { ...sylvesterHeads, q: 'amor_q' },
    flow(dim, sizes, state) {
      const { width, layers } = sizesOf(sizes, state);
      if (width > dim) throw state.refusal('amor_b', `at most ${dim} columns of Q, the latent's width`, String(width));
      return tanhSylvester({ dim, width, layers, source: basisSources.orthogonal(layers, dim, width) });
    },
  },
  householder: {
    heads: { ...sylvesterHeads, q: 'amor_q' },
    flow(dim, sizes, state) {
      const { layers } = sizesOf(sizes, state);
      const mirrors = sizes.q! / (layers * dim);
      return tanhSylvester({ dim, width: dim, layers, source: basisSources.householder(layers, dim, mirrors) });
    },
  },
  triangular: {
    heads: sylvesterHeads,
    flow(dim, sizes, state) {
      const { layers } = sizesOf(sizes, state);
      return tanhSylvester({ dim, width: dim, layers, source: basisSources.triangular(layers) });
    },
  },
};

/** Parts of the original models outside the posterior, and buffers without parameters. */
const elsewhere = /^(q_z_nn|p_x_nn|p_x_mean|flow_\d+)\.|^(_eye|triu_mask|diag_idx|(flow\.)?flip_idx|FloatTensor)$/;

/**
 * The posterior q(z|h) of a model, h its encoder's features: the heads `q_z_mean`, `q_z_var.0` (σ² = softplus) and
 * `amor_…` as they are, kernel = weightᵀ.
 *
 * Planar: u, w [K, D] and b [K], û of the same form (‖w‖ squared). IAF: see {@link gatedAutoregressive}; its networks
 * are shared by all data, which give the context. Sylvester: see {@link tanhSylvester}; the orthogonal flow's Q is
 * the limit of its iteration, and the Householder flow applies its mirrors in the opposite order.
 * @throws ExpectationError that names the tensor: it is missing, surplus, of another shape or not finite
 */
export function fromSylvesterFlows(
  tensors: Readonly<Record<string, StoredTensor>>,
  { kind, isOfGreyValues = false }: SylvesterFlowsOptions,
): ImportedPosterior {
  const own = Object.fromEntries(Object.entries(tensors).filter(([name]) => !elsewhere.test(name)));
  const state = new StateDict('fromSylvesterFlows', own);
  const { heads, flow: flowOf, shared } = kinds[kind];
  const [latent, contextWidth] = state.shape('q_z_mean.weight', 2) as [number, number];
  const sizes = Object.fromEntries(
    Object.entries(heads).map(([param, head]) => [param, state.shape(`${head}.weight`, 2)[0]!]),
  );
  const flow = flowOf(latent, sizes, state);
  const posterior = flowPosterior({
    latent,
    contextWidth,
    flow,
    heads: 'plain',
    base: { scale: isOfGreyValues ? 'clippedVariance' : 'softplusVariance' },
    key: key(0),
  });
  const all: Heads = {
    'base/mean': 'q_z_mean',
    'base/rawVariance': 'q_z_var.0',
    ...Object.fromEntries(Object.entries(heads).map(([param, head]) => [`flow/${param}`, head])),
  };
  tf.tidy(() => {
    for (const [path, head] of Object.entries(all)) {
      const [kernel, bias] = [posterior.variables[`${path}/kernel`]!, posterior.variables[`${path}/bias`]!];
      const [rows, columns] = kernel.shape as [number, number];
      const weight = tf.tensor2d(state.take(`${head}.weight`, [columns, rows]), [columns, rows]);
      kernel.assign(tf.transpose(weight));
      bias.assign(tf.tensor(state.take(`${head}.bias`, [columns]), bias.shape));
    }
    for (const [param, values] of Object.entries(shared?.(flow, state) ?? {})) {
      const variable = posterior.variables[`flow/${param}`]!;
      variable.assign(tf.tensor(values, variable.shape));
    }
  });
  state.refuseOthers();
  return { posterior, flow, latent, contextWidth };
}
