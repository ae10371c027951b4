// Flows of pictures whose first parameters come from a batch: each activation normalisation sees the batch as the
// layers before it map it.
import { fold, type Key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { chain, prefixed } from '../../compose/chain.ts';
import { invert } from '../../compose/invert.ts';
import type { InvertibleFlow, ParamShapes, Params, ParamValues } from '../../flow.ts';
import { factorOut, parted } from '../factor-out.ts';
import { imageActnorm, imageActnormParams } from '../image-actnorm.ts';
import type { ImageShape } from './picture.ts';

/** A density's flow of pictures: `forward` from noise to pictures, `inverse` from pictures to noise. */
export interface ImageFlow extends InvertibleFlow {
  /**
   * Initial parameters at which every activation normalisation sends its part of these pictures [B, D] to mean 0 and
   * variance 1 in each channel. It reads the batch, so it must not be part of a traced function.
   *
   * @throws ShapeError for pictures of another size; ExpectationError for too few of them
   */
  initialParamsFrom(key: Key, pictures: Tensor2D): ParamValues<ParamShapes>;
}

/** A part of such a flow, from pictures to noise. */
export interface Piece {
  readonly flow: InvertibleFlow;
  /** First parameters from the batch at the piece's input, and the batch at its output. */
  startFrom(key: Key, batch: Tensor2D): { readonly values: ParamValues<ParamShapes>; readonly output: Tensor2D };
}

const tensorsOf = ({ paramShapes }: InvertibleFlow, values: ParamValues<ParamShapes>): Params<ParamShapes> =>
  Object.fromEntries(
    Object.entries(paramShapes).map(([name, shape]) => [name, tf.tensor(values[name]!, [1, ...shape])]),
  );

/** A flow that starts in the same way for any data. */
export const plainPiece = (flow: InvertibleFlow): Piece => ({
  flow,
  startFrom(key, batch) {
    const values = flow.initialParams(key);
    const isIdentity = (flow.start ?? 'identity') === 'identity'; // networks need not run
    return { values, output: isIdentity ? batch : flow.forward(tensorsOf(flow, values), batch).y };
  },
});

/** An activation normalisation, which starts from the batch. */
export function normPiece(shape: ImageShape): Piece {
  const flow: InvertibleFlow = imageActnorm(shape);
  return {
    flow,
    startFrom(_, batch) {
      const values = imageActnormParams(shape, batch);
      return { values, output: flow.forward(tensorsOf(flow, values), batch).y };
    },
  };
}

/** A piece on the first half of the channels; the others are finished. */
export function factoredPiece(shape: ImageShape, { flow, startFrom }: Piece): Piece {
  return {
    flow: factorOut(shape, flow),
    startFrom(key, batch) {
      const { goesOn, finished } = parted(batch, shape);
      const { values, output } = startFrom(key, goesOn);
      return { values, output: tf.concat([output, finished], 1) };
    },
  };
}

/** Pieces one after the other; the keys are those of a chain. */
export const piecesInTurn = (pieces: readonly Piece[]): Piece => ({
  flow: chain(pieces.map(({ flow }) => flow)),
  startFrom(key, batch) {
    let output = batch;
    const values = pieces.map((piece, i) => {
      const started = piece.startFrom(fold(key, i), output);
      output = started.output;
      return started.values;
    });
    return { values: prefixed(values), output };
  },
});

/** The density's flow: the pieces' own direction is the inverse. */
export function imageFlow(name: string, pieces: Piece): ImageFlow {
  return {
    ...invert(pieces.flow),
    name,
    initialParamsFrom(key, pictures) {
      let values: ParamValues<ParamShapes> = {};
      tf.tidy(() => {
        values = pieces.startFrom(key, pictures).values;
      });
      return values;
    },
  };
}
