// Flows one after the other.
import { fold } from '@flowvae/random';
import { ExpectationError, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import {
  type Flow,
  type InvertibleFlow,
  isInvertible,
  type ParamShapes,
  type Params,
  type ParamValues,
  singleLayers,
} from '../flow.ts';
import { forwardInGroups } from '../layers/row-groups.ts';
import { dataStartOf } from './data-start.ts';

/** Parameters of link i are named `i.name`. */
const nameOf = (link: number, param: string) => `${link}.${param}`;

/** One record of several links' values by name, each name with its link's prefix. */
function prefixed<T>(parts: readonly Readonly<Record<string, T>>[]): Record<string, T> {
  const entries = parts.flatMap((part, i) =>
    Object.entries(part).map(([name, value]) => [nameOf(i, name), value] as const),
  );
  return Object.fromEntries(entries);
}

/** The roles of all links' parameters, each name with its link's prefix. */
function roles(flows: readonly Flow[]): Required<Pick<Flow, 'shared' | 'contexts'>> {
  const named = (role: 'shared' | 'contexts') =>
    flows.flatMap((flow, i) => (flow[role] ?? []).map((name) => nameOf(i, name)));
  return { shared: named('shared'), contexts: named('contexts') };
}

function paramsOf(params: Params<ParamShapes>, link: number, flow: Flow): Params<ParamShapes> {
  return Object.fromEntries(Object.keys(flow.paramShapes).map((name) => [name, params[nameOf(link, name)]!]));
}

/**
 * Composition f_n ∘ … ∘ f_1, the first flow applied first: log-dets add up. Invertible if every link is; it starts from
 * data if a link does.
 *
 * @throws ExpectationError for no flow, or flows of different dimensions
 */
export function chain(flows: readonly InvertibleFlow[]): InvertibleFlow;
export function chain(flows: readonly Flow[]): Flow;
export function chain(flows: readonly Flow[]): Flow | InvertibleFlow {
  const dims = new Set(flows.map(({ dim }) => dim));
  if (dims.size !== 1) {
    const received = flows.length === 0 ? 'none' : `dimensions ${[...dims].join(', ')}`;
    throw new ExpectationError({ where: 'chain', expected: 'one or more flows of one dimension', received });
  }
  const forward = {
    name: flows.map(({ name }) => name).join('-'),
    dim: flows[0]!.dim,
    paramShapes: prefixed(flows.map(({ paramShapes }) => paramShapes)),
    ...roles(flows),
    ...startOf(flows),
    ...slowOf(flows),
    takesGroups: true,
    initialParams: (key) =>
      prefixed(flows.map((flow, i) => flow.initialParams(fold(key, i)))) as ParamValues<ParamShapes>,
    forward(params, z) {
      let y = z;
      const logDets = flows.map((flow, i) => {
        const step = forwardInGroups(flow, paramsOf(params, i, flow), y);
        y = step.y;
        return step.logDet;
      });
      return { y, logDet: sum(logDets) };
    },
    ...invariantsOf(flows),
    layers: (params) =>
      flows.flatMap((flow, i) =>
        singleLayers(flow, paramsOf(params, i, flow)).map((layer) => ({ ...layer, name: nameOf(i, layer.name) })),
      ),
  } satisfies Flow;
  return flows.every((flow) => isInvertible(flow))
    ? { ...forward, inverse: inverseOf(flows), ...dataStartOf(flows, prefixed) }
    : forward;
}

/** Absent if every link starts as the identity. */
function startOf(flows: readonly Flow[]): Pick<Flow, 'start'> {
  const starts = flows.map(({ start = 'identity' }) => start);
  if (starts.includes('other')) return { start: 'other' };
  return starts.includes('volume') ? { start: 'volume' } : {};
}

/** A direction is slow if it is slow in any link. */
function slowOf(flows: readonly Flow[]): Pick<Flow, 'slow'> {
  const slow = new Set(flows.flatMap((flow) => flow.slow ?? []));
  return slow.size > 0 ? { slow: [...slow].toSorted() } : {};
}

/** The invariants of all links, each name with its link's prefix; none if no link declares any. */
function invariantsOf(flows: readonly Flow[]): Pick<Flow, 'invariants'> {
  if (flows.every(({ invariants }) => invariants === undefined)) return {};
  return {
    invariants: (params) => prefixed(flows.map((flow, i) => flow.invariants?.(paramsOf(params, i, flow)) ?? {})),
  };
}

/** The links undone in reverse order. */
function inverseOf(flows: readonly InvertibleFlow[]): InvertibleFlow['inverse'] {
  return (params, y) => {
    let z: Tensor2D = y;
    const logDets = flows
      .map((flow, i) => ({ flow, params: paramsOf(params, i, flow) }))
      .toReversed()
      .map((link) => {
        const step = link.flow.inverse(link.params, z);
        z = step.z;
        return step.logDet;
      });
    return { z, logDet: sum(logDets) };
  };
}

const sum = (terms: readonly Tensor1D[]): Tensor1D => terms.reduce((total, term) => tf.add(total, term));
