// Parameters to begin with: the identity, or drawn ones that move the plane visibly.
import type { Flow, ParamShapes, ParamValues } from '@flowvae/flows';
import { drawNormal, fold, key } from '@flowvae/random';
import { hasNetworks } from './has-networks.ts';

export type StartName = 'drawn' | 'identity';

/** Deviation of drawn parameters around the identity: networks have many weights, so each moves less. */
const DEVIATION = 0.7;
const NETWORK_DEVIATION = 0.12;

/** A flow's parameters from a seed. */
export function firstParameters(flow: Flow, start: StartName, seed: number): ParamValues<ParamShapes> {
  const initial = flow.initialParams(key(seed));
  if (start === 'identity') return initial;
  const own = fold(key(seed), 'drawn');
  const deviation = hasNetworks(flow) ? NETWORK_DEVIATION : DEVIATION;
  const entries = Object.entries(initial).map(([name, values]) => {
    const noise = drawNormal(fold(own, name), values.length);
    return [name, values.map((value, i) => value + deviation * noise[i]!)] as const;
  });
  return Object.fromEntries(entries);
}
