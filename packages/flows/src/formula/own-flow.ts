// Flows of rows that make them themselves, such as those of a plug-in.
import { ExpectationError } from '@flowvae/tensor';
import { chain } from '../compose/chain.ts';
import { type Flow, isInvertible } from '../flow.ts';
import type { FlowLayerRequest, OwnFlowRow } from './flow-table.ts';
import type { FlowTerm } from './flow-terms.ts';

/**
 * The flow of a term: as many layers as its count.
 *
 * @throws ExpectationError if `make` gives no flow of the latent's width, or none with the inverse that the row
 * promises
 */
export function ownFlow(
  { name, count, args, before, hasInverse }: FlowTerm,
  { make }: OwnFlowRow,
  asked: Pick<FlowLayerRequest, 'dim' | 'contextWidth'>,
): Flow {
  const layers = Array.from({ length: count }, (_, layer) => {
    const flow: unknown = make({ ...asked, args, place: before + layer });
    return checkedFlow(flow, { where: `flow ${name}: make`, dim: asked.dim, hasInverse });
  });
  return layers.length === 1 ? layers[0]! : chain(layers);
}

interface Promised {
  readonly where: string;
  readonly dim: number;
  readonly hasInverse: boolean;
}

function checkedFlow(made: unknown, { where, dim, hasInverse }: Promised): Flow {
  const refuse = (expected: string, received: string, remedy = ''): never => {
    throw new ExpectationError({ where, expected, received, remedy });
  };
  const flow = (typeof made === 'object' && made !== null ? made : {}) as Partial<Flow>;
  for (const [field, type] of Object.entries(needed)) {
    const found = typeof flow[field as keyof Flow];
    if (found !== type) refuse(`a flow, with ${field} (${type})`, made === undefined ? 'nothing' : `${field} ${found}`);
  }
  if (flow.dim !== dim) refuse(`a flow of ${dim} dimensions`, `one of ${flow.dim}`);
  if (hasInverse && !isInvertible(flow as Flow)) {
    refuse('a flow with an inverse', 'one without', 'give the row hasInverse: false');
  }
  return flow as Flow;
}

/** The parts of every flow, by their types. */
const needed = {
  name: 'string',
  dim: 'number',
  paramShapes: 'object',
  initialParams: 'function',
  forward: 'function',
} as const satisfies Partial<Record<keyof Flow, string>>;
