// log softplus, also for arguments whose softplus is 0 in float32.
import { type Tensor, tf } from '@flowvae/tensor';
import { whereAbove } from './where-above.ts';

/** Below this, log softplus(a) equals a to float32's accuracy: the next term, −e^a/2, is 1.5e-7 here. */
const TAIL = -15;

/** log(softplus(a)) for any a, element-wise; the gradient is right in both parts. */
export const logSoftplus = <T extends Tensor>(a: T): T =>
  whereAbove(TAIL, a, tf.log(tf.softplus(tf.maximum(a, TAIL))), a);
