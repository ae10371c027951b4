// Laws about the way in which a flow is computed. Each returns its findings about a flow.
import { fold, key } from '@flowvae/random';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { drawParams, drawPoints, evaluate, forwardOf, type Inputs } from '../check/drawn-inputs.ts';
import { type Flow, isInvertible, type ParamShapes, type Params } from '../flow.ts';

/** Standard deviation of the parameters: as training makes them. */
const SCALE = 1;

/** Points and parameters, one row of parameters or one for each point. */
export function inputsFor(flow: Flow, { batch, rows }: { readonly batch: number; readonly rows: number }): Inputs {
  const seed = fold(key(0), 'flowLaws', flow.dim);
  return { z: drawPoints(flow.dim, batch, seed), ...drawParams(flow, { scale: SCALE, rows }, seed) };
}

type Tensors = Readonly<Record<string, Tensor>>;

/** Both directions of a flow as functions of named tensors, with points called z. */
export const directionsOf = (flow: Flow): Readonly<Record<string, (tensors: Tensors) => Tensors>> => ({
  forward: forwardOf(flow),
  ...(isInvertible(flow) && {
    inverse: ({ z, ...params }: Tensors) => {
      const { z: y, logDet } = flow.inverse(params as Params<ParamShapes>, z as Tensor2D);
      return { y, logDet };
    },
  }),
});

/** Points of shape [B, D] keep it, and the log-det is [B]. */
export function keepsShapes(flow: Flow): string[] {
  const { dim } = flow;
  return Object.entries(directionsOf(flow)).flatMap(([direction, map]) =>
    [1, 3].flatMap((batch) => {
      const shapes: string[] = [];
      evaluate(
        (tensors) => {
          const { y, logDet } = map(tensors) as Record<'y' | 'logDet', Tensor>;
          shapes.push(`[${y.shape}]`, `[${logDet.shape}]`);
          return { y, logDet };
        },
        inputsFor(flow, { batch, rows: 1 }),
      );
      const isRight = shapes.join() === `[${[batch, dim]}],[${batch}]`;
      return isRight ? [] : [`${direction} of [${batch},${dim}]: points ${shapes[0]}, log-det ${shapes[1]}`];
    }),
  );
}

/** A loss of both results, and its gradient with respect to every input, as `gradient of <input>`. */
export const withGradients =
  (flow: Flow) =>
  (tensors: Tensors): Tensors => {
    const names = Object.keys(tensors);
    const loss = (...list: Tensor[]) => {
      const { y, logDet } = forwardOf(flow)(Object.fromEntries(names.map((name, i) => [name, list[i]!])));
      const idle = tf.mul(tf.addN(list.map((input) => tf.sum(input))), 0); // an input without effect has a gradient too
      return tf.addN([tf.sum(tf.sin(tf.mul(y, 0.7))), tf.sum(logDet), idle]); // elements of y weigh differently
    };
    const { grads } = tf.valueAndGrads(loss as (...list: Tensor[]) => ReturnType<typeof tf.sum>)(
      Object.values(tensors),
    );
    return Object.fromEntries(names.map((name, i) => [`gradient of ${name}`, grads[i]!]));
  };

/** Each parameter changes the loss. Some of its elements may not: masks hide weights of networks. */
export function reachesEveryParameter(flow: Flow): string[] {
  const gradients = evaluate(withGradients(flow), inputsFor(flow, { batch: 6, rows: 1 }));
  return Object.keys(flow.paramShapes)
    .filter((name) => gradients[`gradient of ${name}`]!.every((value) => value === 0))
    .map((name) => `no gradient reaches ${name}`);
}
