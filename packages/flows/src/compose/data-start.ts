// First parameters of a chain by data: each link sees the points as the links before it map them.
import { fold, type Key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import type { DataStart, InvertibleFlow, ParamShapes, Params, ParamValues } from '../flow.ts';

/** A link on the way of the points. */
interface Link {
  readonly flow: InvertibleFlow;
  readonly key: Key;
  readonly starts: DataStart['startFrom'];
  readonly mapped: (params: Params<ParamShapes>, points: Tensor2D) => Tensor2D;
}

/**
 * The methods of a chain whose links have them, absent elsewhere; `joined` makes one record of the links' values.
 *
 * A link without one starts as always. The keys are those of the chain's `initialParams`.
 */
export function dataStartOf(
  flows: readonly InvertibleFlow[],
  joined: (values: readonly ParamValues<ParamShapes>[]) => ParamValues<ParamShapes>,
): DataStart {
  const onTheWay = (key: Key): Link[] =>
    flows.map((flow, i) => ({
      ...{ flow, key: fold(key, i), starts: flow.startFrom },
      mapped: (params, points) => flow.forward(params, points).y,
    }));
  const onTheWayBack = (key: Key): Link[] =>
    flows.map((flow, i) => ({
      ...{ flow, key: fold(key, i), starts: flow.initialParamsFrom },
      mapped: (params, points) => flow.inverse(params, points).z,
    }));
  return {
    ...(flows.some(({ startFrom }) => startFrom)
      ? { startFrom: (key, points) => joined(walked(onTheWay(key), points)) }
      : {}),
    ...(flows.some(({ initialParamsFrom }) => initialParamsFrom)
      ? { initialParamsFrom: (key, points) => joined(walked(onTheWayBack(key).toReversed(), points).toReversed()) }
      : {}),
  };
}

/** Values of each link in turn; the points are not mapped behind the last link that reads them. */
function walked(links: readonly Link[], points: Tensor2D): readonly ParamValues<ParamShapes>[] {
  const last = links.findLastIndex(({ starts }) => starts);
  const values: ParamValues<ParamShapes>[] = [];
  tf.tidy(() => {
    let at = points;
    for (const [i, { flow, key, starts, mapped }] of links.entries()) {
      const own = starts ? starts(key, at) : flow.initialParams(key);
      values.push(own);
      const stays = !starts && (flow.start ?? 'identity') === 'identity'; // networks need not run
      if (i < last && !stays) at = mapped(tensorsOf(flow, own), at);
    }
  });
  return values;
}

const tensorsOf = ({ paramShapes }: InvertibleFlow, values: ParamValues<ParamShapes>): Params<ParamShapes> =>
  Object.fromEntries(
    Object.entries(paramShapes).map(([name, shape]) => [name, tf.tensor(values[name]!, [1, ...shape])]),
  );
