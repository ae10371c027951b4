// Semi-supervised learning: model M2 of Kingma et al. 2014, arXiv:1406.5298, with exact sums over the classes. Its
// latent is [y, z]: a class y ~ q(y|x) in one-hot form, and z ~ q(z|x, y).
import * as f from 'flowvae';
import { type ModelContext, type Tensor2D, tf } from 'flowvae';

const K = 10;
const sum = (x: Tensor2D): f.Tensor1D => tf.sum(x, 1);

function model({ pixels, layout, config: { latent, hidden }, key }: ModelContext) {
  const net = (inputWidth: number, width: number) =>
    f.mlp({ inputWidth, hidden, activation: 'relu', output: { width }, key: f.fold(key, `${inputWidth}`) });
  const [classes, encoder, decoder] = [net(pixels, K), net(pixels + K, 2 * latent), net(K + latent, pixels)];
  const variables = { classes: classes.variables, encoder: encoder.variables, decoder: decoder.variables };
  const prior = f.classConditional({ logits: tf.zeros([1, K]), given: () => f.standardNormal(latent), width: latent });
  const observe = (z: Tensor2D) => f.bernoulli({ logits: decoder.apply(z) });
  const at = (rows: Tensor2D) => {
    const { x, label } = f.namedInputs(layout, rows) as { x: Tensor2D; label: Tensor2D };
    const logits = classes.apply(x);
    const given = (y: Tensor2D) => {
      const inputs = tf.concat([f.repeatRows(x, y.shape[0] / x.shape[0]), y], 1);
      const [mean, logStd] = tf.split(encoder.apply(inputs), 2, 1) as [Tensor2D, Tensor2D];
      return f.diagonalNormal({ mean, logStd });
    };
    const likelihood = (z: Tensor2D) => observe(z).logProb(f.rowsFor('m2', x, z.shape[0]));
    return { prior, posterior: f.classConditional({ logits, given, width: latent }), likelihood, logits, label, given };
  };
  return { variables: f.underPrefixes(variables), latent: K + latent, prior, noise: prior.noise, at, observe };
}

type AtRows = ReturnType<ReturnType<typeof model>['at']>;
/** Σ_y q(y|x)·(L(x, y) − log q(y|x)) without a label; L(x, y) + α·log q(y|x) with one. All classes share z's noise. */
function bound(alpha: number, at: AtRows, noise: Tensor2D): f.Bound {
  const [y, rows] = [tf.tile(tf.eye(K), [noise.shape[0], 1]) as Tensor2D, noise.shape[0]];
  const z = at.given(y).sampleAndLogProb(f.repeatRows(tf.slice(noise, [0, 1], [-1, -1]), K));
  const point = tf.concat([y, z.z], 1);
  const ofClass = tf.reshape(tf.sub(tf.add(at.likelihood(point), at.prior.logProb(point)), z.logProb), [rows, K]);
  const logQ = tf.logSoftmax(at.logits);
  const elbo = sum(tf.mul(tf.exp(logQ), tf.sub(ofClass, logQ)));
  const labelled = sum(tf.mul(at.label, tf.add(ofClass, tf.mul(alpha, logQ))));
  return { loss: tf.neg(tf.mean(tf.where(tf.greater(sum(at.label), 0), labelled, elbo))), terms: { elbo } };
}

/** Labels in one-hot form of one image in `step`; the others have no 1. */
function rowsOf({ images, labels, count }: f.ImageSet, step: number): f.GivenRows {
  const values = new Float32Array(count * K);
  for (let i = 0; i < count; i += step) values[i * K + labels![i]!] = 1;
  const covariates = { label: { values, shape: [count, K] } };
  return { x: { values: images, shape: [count, 28, 28, 1] }, y: { values: labels!, shape: [count] }, covariates };
}

export default f.defineExperiment({
  settings: { every: f.z.number().int().min(1).default(500), alpha: f.z.number().min(0).default(50) },
  options: { latent: 20, hidden: [300], condition: 'label', binarize: 'dynamic', likelihood: 'bernoulli' },
  data: async ({ settings: { every } }) => {
    const { train, test } = await f.mnist();
    return f.dataSet({ name: 'mnist', ...rowsOf(train, every), test: rowsOf(test, 1) });
  },
  model,
  objective: ({ settings: { alpha } }) => ({ schedules: {}, draws: 1, bound: (at, noise) => bound(alpha, at, noise) }),
});
