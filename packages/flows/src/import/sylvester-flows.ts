// Posteriors of the Sylvester flows' authors' code (github.com/riannevdberg/sylvester-flows), from the state dict of
// one of its models.
import { key } from '@flowvae/random';
import { type StoredTensor, tf } from '@flowvae/tensor';
import { planar } from '../families/planar.ts';
import type { Flow } from '../flow.ts';
import { flowPosterior, type Posterior } from '../posterior/posterior.ts';
import { StateDict } from './state-dict.ts';
import { basisSources, tanhSylvester } from './tanh-sylvester.ts';

/** Which of its models: `PlanarVAE`, `OrthogonalSylvesterVAE`, `HouseholderSylvesterVAE`, `TriangularSylvesterVAE`. */
export type SylvesterFlowsKind = 'planar' | 'orthogonal' | 'householder' | 'triangular';

/** An imported posterior. */
export interface ImportedPosterior {
  readonly posterior: Posterior;
  readonly flow: Flow;
  readonly latent: number;
  /** Width of the features that the heads take; 256 in the original code. */
  readonly contextWidth: number;
}

/** A head in the original code, and the parameter here that it gives. */
type Heads = Readonly<Record<string, string>>;

interface Kind {
  readonly heads: Heads;
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

const kinds: Readonly<Record<SylvesterFlowsKind, Kind>> = {
  planar: {
    heads: { w: 'amor_w', u: 'amor_u', b: 'amor_b' },
    flow: (dim, { b }) => planar(dim, b!),
  },
  orthogonal: {
    heads: { ...sylvesterHeads, q: 'amor_q' },
    flow(dim, sizes, state) {
      const { width, layers } = sizesOf(sizes, state);
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
const elsewhere = /^(q_z_nn|p_x_nn|p_x_mean|flow_\d+)\.|^(_eye|triu_mask|diag_idx|flip_idx|FloatTensor)$/;

/**
 * The posterior q(z|h) of a model, h its encoder's features: the heads `q_z_mean`, `q_z_var.0` (σ² = softplus) and
 * `amor_…` as they are, kernel = weightᵀ.
 *
 * Planar: u, w [K, D] and b [K], û of the same form (‖w‖ squared). Sylvester: see {@link tanhSylvester}; the orthogonal
 * flow's Q is the limit of its iteration, and the Householder flow applies its mirrors in the opposite order. The
 * models for grey values clip σ² to [0.01, 7], which no state dict shows; such a model is a different map here.
 * @throws ExpectationError that names the tensor: it is missing, surplus, of another shape or not finite
 */
export function fromSylvesterFlows(
  tensors: Readonly<Record<string, StoredTensor>>,
  { kind }: { readonly kind: SylvesterFlowsKind },
): ImportedPosterior {
  const own = Object.fromEntries(Object.entries(tensors).filter(([name]) => !elsewhere.test(name)));
  const state = new StateDict('fromSylvesterFlows', own);
  const { heads, flow: flowOf } = kinds[kind];
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
    base: { scale: 'softplusVariance' },
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
  });
  state.refuseOthers();
  return { posterior, flow, latent, contextWidth };
}
