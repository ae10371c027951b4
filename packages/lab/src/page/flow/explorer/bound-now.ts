// The ELBO at the present parameters, over the draws that the picture shows.
import { tf } from '@flowvae/tensor';
import type { Journey } from '../plane/journey.ts';
import type { StartPoints } from '../plane/start-points.ts';
import type { PlaneTarget } from '../targets/target-choice.ts';

/** An estimate of the bound. */
export interface BoundEstimate {
  /** E_q[log p̃(z) − log q(z)], nats. */
  readonly elbo: number;
  /** Its standard error, nats. */
  readonly error: number;
  /** KL(q ‖ p) = log Z − ELBO, nats; undefined without log Z. */
  readonly kl: number | undefined;
  readonly draws: number;
}

export function boundNow({ side, logBase }: StartPoints, way: Journey, target: PlaneTarget): BoundEstimate {
  const from = side * side;
  const draws = logBase.length - from;
  const logTarget = tf.tidy(() => {
    const z = tf.tensor2d(way.points.at(-1)!.subarray(2 * from), [draws, 2]);
    return target.logDensity(z).dataSync<'float32'>();
  });
  const logDet = way.logDets.at(-1)!;
  const terms = Array.from(logTarget, (log, i) => log - logBase[from + i]! + logDet[from + i]!);
  const elbo = terms.reduce((sum, term) => sum + term, 0) / draws;
  const variance = terms.reduce((sum, term) => sum + (term - elbo) ** 2, 0) / (draws - 1);
  const kl = target.logZ === undefined ? undefined : target.logZ - elbo;
  return { elbo, error: Math.sqrt(variance / draws), kl, draws };
}
