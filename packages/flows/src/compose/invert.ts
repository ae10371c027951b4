// A flow turned round.
import { type InvertibleFlow, isInvertible, type Layer, type ParamShapes } from '../flow.ts';

/**
 * The inverse f⁻¹ as a flow, with the same parameters: forward and inverse change places. The type refuses a flow
 * without an inverse.
 *
 * If only one direction of a flow is fast (IAF draws, MAF scores), `invert` exchanges them. Shapes: z [B, D] → y [B,
 * D], logDet [B]. Units: nats.
 */
export function invert<S extends ParamShapes>(flow: InvertibleFlow<S>): InvertibleFlow<S> {
  // groups are how the other direction goes
  const { layers, slow, takesGroups: _, startFrom, initialParamsFrom, ...rest } = flow;
  return {
    ...rest,
    name: `invert(${flow.name})`,
    ...(slow ? { slow: slow.map((direction) => (direction === 'forward' ? 'inverse' : 'forward')) } : {}),
    ...(layers ? { layers: (params) => layers(params).toReversed().map(invertLayer) } : {}),
    ...(startFrom ? { initialParamsFrom: startFrom } : {}),
    ...(initialParamsFrom ? { startFrom: initialParamsFrom } : {}),
    forward(params, z) {
      const { z: y, logDet } = flow.inverse(params, z);
      return { y, logDet };
    },
    inverse(params, y) {
      const { y: z, logDet } = flow.forward(params, y);
      return { z, logDet };
    },
  };
}

/** All layers of an invertible flow have an inverse. */
function invertLayer({ flow, ...layer }: Layer): Layer {
  if (!isInvertible(flow)) throw new TypeError(`invert: layer ${layer.name} has no inverse`);
  return { ...layer, flow: invert(flow) };
}
