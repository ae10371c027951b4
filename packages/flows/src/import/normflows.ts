// Planar and radial flows of the Python library normflows, from the state dict of a PyTorch module.
import type { StoredTensor } from '@flowvae/tensor';
import { chain } from '../compose/chain.ts';
import { planar } from '../families/planar.ts';
import { planarLeaky } from '../families/planar-leaky.ts';
import { radial } from '../families/radial.ts';
import type { InvertibleFlow, ParamValues } from '../flow.ts';
import { joined, StateDict } from './state-dict.ts';

/** A flow and its imported parameters. */
export interface ImportedFlow {
  readonly flow: InvertibleFlow;
  readonly values: ParamValues<Readonly<Record<string, readonly number[]>>>;
}

/** Options of {@link fromNormflows}. */
export interface NormflowsOptions {
  /** The prefix of a layer's number. Default `'flows.'`, as in the state dict of `normflows.NormalizingFlow`. */
  readonly prefix?: string;
  /** The activation of the planar layers, which a state dict does not tell. Default `'tanh'`, as there. */
  readonly activation?: 'tanh' | 'leaky_relu';
}

/** The slope below 0 of normflows' leaky ReLU. */
const LEAKY_SLOPE = 0.2;

interface ImportedLayer {
  readonly kind: 'planar' | 'radial';
  readonly dim: number;
  readonly values: Readonly<Record<string, Float32Array>>;
}

/**
 * The flows of a state dict in the order of their numbers, which is that of normflows' `forward`: noise to data, as
 * here, with the log-det of that direction.
 *
 * Planar: `w`, `u` [1, D] and `b` [1] are ours unchanged; û has the same form there (‖w‖ squared, always applied).
 * Radial: z0 = `z_0`; there α = |`alpha`| and β̂ = softplus(`beta`) − α, here α = softplus(alpha) and β̂ =
 * softplus(beta) − α, so beta = `beta` and alpha = log(e^|`alpha`| − 1).
 * @throws ExpectationError that names the tensor: it is missing, surplus, of another shape, not finite, or (`alpha` =
 * 0) of a flow that is not defined everywhere
 */
export function fromNormflows(
  tensors: Readonly<Record<string, StoredTensor>>,
  { prefix = 'flows.', activation = 'tanh' }: NormflowsOptions = {},
): ImportedFlow {
  const state = new StateDict('fromNormflows', tensors, prefix);
  const layers: ImportedLayer[] = [];
  while (state.has(`${layers.length}.`)) layers.push(layerAt(state, `${layers.length}.`, layers[0]?.dim));
  if (layers.length === 0) throw state.refusal('0.w or 0.z_0', 'a planar or radial layer', 'none');
  state.refuseOthers();
  const makers = {
    planar: (dim: number, count: number): InvertibleFlow =>
      activation === 'tanh' ? planar(dim, count) : planarLeaky(dim, count, { slope: LEAKY_SLOPE }),
    radial,
  };
  const parts = neighbours(layers).map((group) => ({
    flow: makers[group[0]!.kind](group[0]!.dim, group.length) as InvertibleFlow,
    values: joined(group.map(({ values }) => values)),
  }));
  if (parts.length === 1) return parts[0]!;
  const values = parts.flatMap((part, i) =>
    Object.entries(part.values).map(([name, numbers]) => [`${i}.${name}`, numbers] as const),
  );
  return { flow: chain(parts.map(({ flow }) => flow)), values: Object.fromEntries(values) };
}

function layerAt(state: StateDict, at: string, dim?: number): ImportedLayer {
  const kind = state.has(`${at}z_0`) ? 'radial' : 'planar';
  const centre = kind === 'radial' ? 'z_0' : 'w';
  const width = dim ?? state.shape(`${at}${centre}`, 2)[1]!;
  const take = (name: string, shape: readonly number[]) => state.take(`${at}${name}`, shape);
  if (kind === 'planar')
    return { kind, dim: width, values: { w: take('w', [1, width]), u: take('u', [1, width]), b: take('b', [1]) } };
  const alpha = Math.abs(take('alpha', [1])[0]!);
  if (alpha === 0) throw state.refusal(`${at}alpha`, 'a number other than 0, where the flow has no slope', '0');
  const values = {
    z0: take('z_0', [1, width]),
    alpha: Float32Array.of(alpha + Math.log(-Math.expm1(-alpha))),
    beta: take('beta', [1]),
  };
  state.drop(`${at}d`); // D as a float, if the state dict was converted as a whole
  return { kind, dim: width, values };
}

/** Joins successive layers of one kind into one flow. */
function neighbours(layers: readonly ImportedLayer[]): ImportedLayer[][] {
  const groups: ImportedLayer[][] = [];
  for (const layer of layers) {
    const last = groups.at(-1);
    if (last && last[0]!.kind === layer.kind) last.push(layer);
    else groups.push([layer]);
  }
  return groups;
}
