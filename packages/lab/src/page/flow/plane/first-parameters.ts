// Parameters to begin with: the identity, or drawn ones that move the plane visibly.
import type { Flow, ParamShapes, ParamValues } from '@flowvae/flows';
import { drawNormal, fold, key } from '@flowvae/random';

export type StartName = 'drawn' | 'identity';

/** Deviation of drawn parameters around the identity: networks have many weights, so each moves less. */
const FEW = { most: 40, deviation: 0.7 } as const;
const MANY_DEVIATION = 0.25;

/** A flow's parameters from a seed. */
export function firstParameters(flow: Flow, start: StartName, seed: number): ParamValues<ParamShapes> {
  const initial = flow.initialParams(key(seed));
  if (start === 'identity') return initial;
  const own = fold(key(seed), 'drawn');
  const entries = Object.entries(initial).map(([name, values]) => {
    const deviation = values.length <= FEW.most * 2 ? FEW.deviation : MANY_DEVIATION;
    const noise = drawNormal(fold(own, name), values.length);
    return [name, values.map((value, i) => value + deviation * noise[i]!)] as const;
  });
  return Object.fromEntries(entries);
}
