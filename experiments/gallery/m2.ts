// Semi-supervised learning: model M2 of Kingma et al. 2014, arXiv:1406.5298, with exact sums over the classes. Its
// latent is [y, z]: a class y ~ q(y|x) in one-hot form, and z ~ q(z|x, y).
import * as f from 'flowvae';
import { type ModelContext, type Tensor2D, tf } from 'flowvae';

const K = 10;
const each = (x: Tensor2D, rows: number): Tensor2D => (x.shape[0] === rows ? x : f.repeatRows(x, rows / x.shape[0]));
const sum = (x: Tensor2D): f.Tensor1D => tf.sum(x, 1);

function model({ pixels, layout, config: { latent, hidden }, key }: ModelContext) {
  const net = (inputWidth: number, width: number) =>
    f.mlp({ inputWidth, hidden, activation: 'relu', output: { width }, key: f.fold(key, `${inputWidth}`) });
  const [classes, encoder, decoder] = [net(pixels, K), net(pixels + K, 2 * latent), net(K + latent, pixels)];
  const variables = { classes: classes.variables, encoder: encoder.variables, decoder: decoder.variables };
  const normal = f.standardNormal(latent);
  const prior = f.classConditional({ logits: tf.zeros([1, K]), given: () => normal, width: latent });
  const observe = (z: Tensor2D) => f.bernoulli({ logits: decoder.apply(z) });
  const at = (rows: Tensor2D) => {
    const { x, label } = f.namedInputs(layout, rows) as { x: Tensor2D; label: Tensor2D };
    const logits = classes.apply(x);
    const given = (y: Tensor2D) => {
      const [mean, logStd] = tf.split(encoder.apply(tf.concat([each(x, y.shape[0]), y], 1)), 2, 1) as Tensor2D[];
      return f.diagonalNormal({ mean: mean!, logStd: logStd! });
    };
    const posterior = f.classConditional({ logits, given, width: latent });
    const likelihood = (z: Tensor2D) => observe(z).logProb(each(x, z.shape[0]));
    return { prior, posterior, likelihood, logits, label, given };
  };
  return { variables: f.underPrefixes(variables), latent: K + latent, prior, noise: prior.noise, at, observe };
}

/** Σ_y q(y|x)·(L(x, y) − log q(y|x)) without a label; L(x, y) + α·log q(y|x) with one. All classes share z's noise. */
const bound =
  (alpha: number): f.Objective<ReturnType<ReturnType<typeof model>['at']>>['bound'] =>
  (at, noise) => {
    const [y, rows] = [tf.tile(tf.eye(K), [noise.shape[0], 1]) as Tensor2D, noise.shape[0]];
    const z = at.given(y).sampleAndLogProb(f.repeatRows(tf.slice(noise, [0, 1], [-1, -1]), K));
    const point = tf.concat([y, z.z], 1);
    const ofClass = tf.reshape(tf.sub(tf.add(at.likelihood(point), at.prior.logProb(point)), z.logProb), [rows, K]);
    const logQ = tf.logSoftmax(at.logits);
    const elbo = sum(tf.mul(tf.exp(logQ), tf.sub(ofClass, logQ)));
    const labelled = sum(tf.mul(at.label, tf.add(ofClass, tf.mul(alpha, logQ))));
    return { loss: tf.neg(tf.mean(tf.add(labelled, tf.mul(tf.sub(1, sum(at.label)), elbo)))), terms: { elbo } };
  };

/** Labels in one-hot form of one image in `step`; the others have no 1. */
function rowsOf({ images, labels, count }: f.ImageSet, step: number): f.GivenRows {
  const values = new Float32Array(count * K);
  for (let i = 0; i < count; i += step) values[i * K + labels![i]!] = 1;
  const [x, y] = [
    { values: images, shape: [count, 28, 28, 1] },
    { values: labels!, shape: [count] },
  ];
  return { x, y, covariates: { label: { values, shape: [count, K] } } };
}

export default f.defineExperiment({
  settings: { every: f.z.number().int().min(1).default(500), alpha: f.z.number().min(0).default(50) },
  options: { latent: 20, hidden: [300], condition: 'label', binarize: 'dynamic', likelihood: 'bernoulli' },
  data: async ({ settings: { every } }) => {
    const { train, test } = await f.mnist();
    return f.dataSet({ name: 'mnist', ...rowsOf(train, every), test: rowsOf(test, 1) });
  },
  model,
  objective: ({ settings: { alpha } }) => ({ schedules: {}, draws: 1, bound: bound(alpha) }),
});
