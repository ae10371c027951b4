// The frame of all coupling flows: one part of z controls the map of the other part.
import { fold } from '@flowvae/random';
import { checkShape, ExpectationError, tf } from '@flowvae/tensor';
import type { InvertibleFlow, Layer, ParamShapes, Params } from '../flow.ts';
import { conditioner, type NetworkOptions } from './conditioner.ts';
import { type ElementwiseMap, sumOfLogSlopes } from './elementwise-map.ts';
import { halves, type Mixing, mixingOfLayer, partSizes } from './mixing.ts';
import { networkDefaults } from './network-sizes.ts';

/** The parts in which coupling flows differ. */
interface CouplingParts {
  readonly name: string;
  /** The name in formulas. */
  readonly label: string;
  readonly map: ElementwiseMap;
  readonly mixing: Mixing;
}

/**
 * K coupling layers: (z_A, z_B) → (z_A, g(z_B; net(z_A, h))), then mixed. Both directions take one pass.
 *
 * @throws ExpectationError for fewer than two components
 */
export function couplingLayers(dim: number, options: NetworkOptions, parts: CouplingParts): InvertibleFlow {
  const { name, label, map, mixing } = parts;
  if (dim < 2) {
    throw new ExpectationError({ where: name, expected: 'at least 2 components', received: String(dim) });
  }
  const { layers } = { ...networkDefaults, ...options };
  const [kept, changed] = partSizes(dim);
  const networks = conditioner({ inputs: kept, outputs: map.outputs * changed }, options);
  const { paramShapes, shared, contexts, check, at } = networks;
  const singleLayers = (params: Params<ParamShapes>): Layer[] =>
    Array.from({ length: layers }, (_, k) => ({
      name: `${name}[${k}]`,
      flow: couplingLayers(dim, { ...options, layers: 1 }, { ...parts, mixing: mixingOfLayer(mixing, k, layers) }),
      params: networks.ofLayer(params, k),
    }));
  return {
    name: label,
    dim,
    paramShapes,
    shared,
    contexts,
    initialParams: (key) => networks.initialParams(fold(key, name)),
    forward(params, z) {
      const where = `${name}.forward`;
      const { batch } = checkShape(`${where}: z`, z, ['batch', dim]);
      check(where, params, batch!);
      let value = z;
      const mapped = at(params).map((network, k) => {
        const { kept: driving, changed: driven } = halves(value);
        const step = map.forward(driven, network(driving));
        value = mixing.join(driving, step.value, k);
        return step;
      });
      return { y: mixing.finish(value), logDet: sumOfLogSlopes(mapped, batch!) };
    },
    inverse(params, y) {
      const where = `${name}.inverse`;
      const { batch } = checkShape(`${where}: y`, y, ['batch', dim]);
      check(where, params, batch!);
      let value = mixing.begin(y);
      const mapped = [...at(params).entries()].toReversed().map(([k, network]) => {
        const { kept: driving, changed: driven } = mixing.part(value, k);
        const step = map.inverse(driven, network(driving));
        value = tf.concat([driving, step.value], 1);
        return step;
      });
      return { z: value, logDet: sumOfLogSlopes(mapped, batch!) };
    },
    ...(layers === 1 ? {} : { layers: singleLayers }),
  };
}
