// Posteriors as the published code starts them: state dicts in its names and layouts, drawn as PyTorch draws.
import { drawNormal, drawUniform, fold, type Key, type StoredTensor } from 'flowvae';

/** The posteriors with a flow; the plain one has none. */
export const flowKinds = ['planar', 'iaf', 'orthogonal', 'householder', 'triangular'] as const;

/** One of {@link flowKinds}. */
export type FlowKind = (typeof flowKinds)[number];

/** Sizes of a posterior. */
export interface FlowSizes {
  readonly latent: number;
  /** Width of the encoder's features. */
  readonly features: number;
  readonly layers: number;
  /** M, the columns of Q in an orthogonal layer. */
  readonly columns: number;
  /** Mirrors of a Householder layer. */
  readonly mirrors: number;
  /** Width of the autoregressive networks. */
  readonly width: number;
}

type State = Readonly<Record<string, StoredTensor>>;

/** Outputs of each amortised head, by its name. */
const headSizes: Readonly<Record<FlowKind, (sizes: FlowSizes) => Readonly<Record<string, number>>>> = {
  planar: ({ latent, layers }) => ({ amor_u: layers * latent, amor_w: layers * latent, amor_b: layers }),
  iaf: ({ width }) => ({ h_context: width }),
  orthogonal: ({ latent, layers, columns }) => ({
    ...triangles(columns, layers),
    amor_q: layers * latent * columns,
  }),
  householder: ({ latent, layers, mirrors }) => ({
    ...triangles(latent, layers),
    amor_q: layers * latent * mirrors,
  }),
  triangular: ({ latent, layers }) => triangles(latent, layers),
};

const triangles = (width: number, layers: number) => ({
  amor_d: layers * width * width,
  'amor_diag1.0': layers * width,
  'amor_diag2.0': layers * width,
  amor_b: layers * width,
});

/**
 * The posterior's tensors at the start. Heads are torch.nn.Linear: kernel and bias U(±1/√features). The
 * autoregressive networks have kernels N(0, 2/outputs), for the published code gives [inputs, outputs] to
 * `kaiming_normal`, which takes the second number for the inputs; their biases are 0.
 */
export function initialState(kind: FlowKind, sizes: FlowSizes, key: Key): State {
  const { latent, features } = sizes;
  const heads = { q_z_mean: latent, 'q_z_var.0': latent, ...headSizes[kind](sizes) };
  const linear = Object.entries(heads).flatMap(([name, outputs]): [string, StoredTensor][] => [
    [`${name}.weight`, uniform(fold(key, name), [outputs, features], features)],
    [`${name}.bias`, uniform(fold(key, name, 'bias'), [outputs], features)],
  ]);
  return { ...Object.fromEntries(linear), ...(kind === 'iaf' ? networks(sizes, key) : {}) };
}

/** Kernels and biases of all autoregressive layers, in the order of the published list. */
function networks({ latent, layers, width }: FlowSizes, key: Key): State {
  const stages = [
    [latent, width],
    [width, width],
    [width, latent],
    [width, latent],
  ] as const;
  const tensors = Array.from({ length: layers }).flatMap((_, layer) =>
    stages.flatMap(([inputs, outputs], stage): StoredTensor[] => {
      const deviation = Math.sqrt(2 / outputs);
      const values = drawNormal(fold(key, 'network', layer, stage), inputs * outputs);
      return [
        { shape: [inputs, outputs], values: values.map((value) => deviation * value) },
        { shape: [outputs], values: new Float32Array(outputs) },
      ];
    }),
  );
  return Object.fromEntries(tensors.map((tensor, i) => [`flow.param_list.${i}`, tensor]));
}

function uniform(key: Key, shape: readonly number[], inputs: number): StoredTensor {
  const radius = 1 / Math.sqrt(inputs);
  const size = shape.reduce((a, b) => a * b);
  return { shape, values: drawUniform(key, size).map((value) => radius * (2 * value - 1)) };
}
