// The VAEs of van den Berg et al. 2018, arXiv:1803.05649, table 1, in the parametrisation of the published code
// (riannevdberg/sylvester-flows at 32dde9b): gated convolutions, and q(z|x) with a flow of one of five kinds.
import { defineExperiment, ExpectationError, elbo, fold, fromSylvesterFlows, warmUpKl, z } from 'flowvae';
import { flowKinds, initialState } from './initial-state.ts';

const size = (fallback: number, most: number) => z.number().int().min(1).max(most).default(fallback);

/** Epochs of the run so far, the current one included: the published β is the same during an epoch. */
const betaOf = (warmUp: number, stepsPerEpoch: number) => (step: number) =>
  warmUp === 0 ? 1 : Math.min(1, (1 + Math.floor(step / stepsPerEpoch)) / warmUp);

export default defineExperiment({
  settings: {
    posterior: z
      .enum(['none', ...flowKinds])
      .default('orthogonal')
      .describe('the kind of q(z|x); none: a diagonal normal'),
    layers: size(16, 1024).describe('layers of the flow'),
    columns: size(32, 4096).describe('orthogonal: columns of Q'),
    mirrors: size(8, 1024).describe('householder: mirrors of each layer'),
    width: size(1280, 4096).describe('iaf: width of the networks'),
    warmUp: z
      .number()
      .int()
      .min(0)
      .default(100)
      .describe('epochs over which β of the KL divergence rises to 1; 0: none'),
    stepsPerEpoch: size(500, 1e9).describe('steps of an epoch: training rows divided by the batch'),
  },
  options: {
    architecture: 'gated-conv',
    latent: 64,
    binarize: 'static',
    batch: 100,
    optimizer: 'adamax',
    lr: 5e-4,
    epsilon: 1e-7,
    steps: 1_000_000,
    validateEvery: 500,
    keep: 'best',
    patience: 100,
    evalSamples: 10,
  },
  model({ settings, config: { latent, likelihood }, plan, key, builtIn }) {
    const { posterior: kind } = settings;
    const isOfGreyValues = likelihood === 'categorical';
    if (kind === 'none') return builtIn({ flow: undefined, ...(isOfGreyValues && { scale: 'clippedVariance' }) });
    refuseSizes(settings, latent);
    const features = plan.networks.hidden.at(-1)!;
    const state = initialState(kind, { ...settings, latent, features }, fold(key, 'posterior'));
    const { posterior } = fromSylvesterFlows(state, { kind, isOfGreyValues });
    return builtIn({ posterior: () => posterior });
  },
  objective: ({ settings: { warmUp, stepsPerEpoch } }) => elbo({ tempering: warmUpKl(betaOf(warmUp, stepsPerEpoch)) }),
  title: ({ posterior, layers }) => `gated-conv, ${posterior === 'none' ? posterior : `${posterior}*${layers}`}`,
});

/** @throws ExpectationError for columns that cannot be orthonormal, and networks whose masks would not fit */
function refuseSizes(
  { posterior, columns, width }: { readonly posterior: string; readonly columns: number; readonly width: number },
  latent: number,
): void {
  const refuse = (name: string, expected: string, received: number) => {
    throw new ExpectationError({ where: `--set ${name}`, expected, received: String(received) });
  };
  if (posterior === 'orthogonal' && columns > latent)
    refuse('columns', `at most ${latent}, the latent's width`, columns);
  const isWhole = Math.max(width, latent) % Math.min(width, latent) === 0;
  if (posterior === 'iaf' && !isWhole)
    refuse('width', `a multiple or a divisor of ${latent}, the latent's width`, width);
}
