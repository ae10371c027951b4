// Flows of pictures as densities have them, from noise to pictures.
import type { Key } from '@flowvae/random';
import type { Tensor2D } from '@flowvae/tensor';
import { invert } from '../../compose/invert.ts';
import type { InvertibleFlow, ParamShapes, ParamValues } from '../../flow.ts';

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

/** The density's flow of one from pictures to noise that starts from data. */
export const imageFlow = (name: string, flow: InvertibleFlow): ImageFlow => ({ ...(invert(flow) as ImageFlow), name });
