// The least that a model of a researcher's own needs.
import { diagonalNormal, type ModelContext, mlp, standardNormal, type Tensor2D, tf, underPrefixes } from 'flowvae';

/** One layer and a diagonal normal. */
export function smallest({ rowWidth, pixels, config: { latent }, key: initial }: ModelContext) {
  const encoder = mlp({
    inputWidth: rowWidth,
    hidden: [],
    output: { width: 2 * latent },
    activation: 'relu',
    key: initial,
  });
  const decoder = mlp({ inputWidth: latent, hidden: [], output: { width: pixels }, activation: 'relu', key: initial });
  const prior = standardNormal(latent);
  return {
    variables: underPrefixes({ encoder: encoder.variables, decoder: decoder.variables }),
    latent,
    prior,
    noise: prior.noise,
    at(rows: Tensor2D) {
      const [mean, logStd] = tf.split(encoder.apply(rows), 2, 1) as [Tensor2D, Tensor2D];
      const posterior = diagonalNormal({ mean, logStd });
      const likelihood = (at: Tensor2D) => {
        const spread = tf.sub(
          decoder.apply(at),
          at.shape[0] === rows.shape[0] ? rows : tf.tile(rows, [at.shape[0]! / rows.shape[0]!, 1]),
        );
        return tf.neg(tf.sum(tf.square(spread), 1)) as never;
      };
      return { prior, posterior, likelihood };
    },
  };
}
