// Semi-supervised learning: model M2 of Kingma et al. 2014, arXiv:1406.5298, with exact sums over the classes. Its
// latent is [y, z]: a class y ~ q(y|x) in one-hot form, and z ~ q(z|x, y).
import * as f from 'flowvae';
import { type ModelContext, type Samplable, type Scorable, type Tensor1D, type Tensor2D, tf } from 'flowvae';

const K = 10;
const cut = (x: Tensor2D, from: number, width = -1): Tensor2D => tf.slice(x, [0, from], [-1, width]);
const joined = (...parts: Tensor2D[]): Tensor2D => tf.concat(parts, 1);
const each = (x: Tensor2D, rows: number): Tensor2D => (x.shape[0] === rows ? x : f.repeatRows(x, rows / x.shape[0]));
const uniform = (normal: Tensor2D): Tensor2D => tf.mul(0.5, tf.add(1, tf.erf(tf.div(normal, Math.SQRT2))));

/** p(y)·p(z|y) over [y, z], drawn by 1 + D normal numbers. */
const pair = (logits: Tensor2D, latent: number, given: (y: Tensor2D) => Samplable & Scorable) => {
  const classes = f.oneHot({ logits });
  const self = {
    noise: { kind: 'normal', width: 1 + latent } as const,
    sampleAndLogProb(noise: Tensor2D) {
      const y = classes.sampleAndLogProb(uniform(cut(noise, 0, 1)));
      const z = given(y.z).sampleAndLogProb(cut(noise, 1));
      return { z: joined(y.z, z.z), logProb: tf.add<Tensor1D>(y.logProb, z.logProb), terms: {} };
    },
    logProb: (at: Tensor2D) =>
      tf.add<Tensor1D>(classes.logProb(cut(at, 0, K)), given(cut(at, 0, K)).logProb(cut(at, K))),
    detached: () => self,
  };
  return self;
};

function model({ pixels, layout, config: { latent, hidden }, key }: ModelContext) {
  const net = (inputWidth: number, width: number) =>
    f.mlp({ inputWidth, hidden, activation: 'relu', output: { width }, key: f.fold(key, `${inputWidth}`) });
  const nets = { classes: net(pixels, K), encoder: net(pixels + K, 2 * latent), decoder: net(K + latent, pixels) };
  const prior = pair(tf.zeros([1, K]), latent, () => f.standardNormal(latent));
  const observe = (at: Tensor2D) => f.bernoulli({ logits: nets.decoder.apply(at) });
  const at = (rows: Tensor2D) => {
    const { x, label } = f.namedInputs(layout, rows) as { x: Tensor2D; label: Tensor2D };
    const logits = nets.classes.apply(x);
    const given = (y: Tensor2D) => {
      const [mean, logStd] = tf.split(nets.encoder.apply(joined(each(x, y.shape[0]), y)), 2, 1) as [Tensor2D, Tensor2D];
      return f.diagonalNormal({ mean, logStd });
    };
    const likelihood = (z: Tensor2D) => observe(z).logProb(each(x, z.shape[0]));
    return { prior, posterior: pair(logits, latent, given), likelihood, logits, label, given };
  };
  const variables = f.underPrefixes(Object.fromEntries(Object.entries(nets).map(([name, of]) => [name, of.variables])));
  return { variables, latent: K + latent, prior, noise: prior.noise, at, observe };
}

/** Σ_y q(y|x)·(L(x, y) − log q(y|x)) without a label; L(x, y) + α·log q(y|x) with one. All classes share z's noise. */
const objective = ({
  settings: { alpha },
}: {
  settings: { alpha: number };
}): f.Objective<ReturnType<ReturnType<typeof model>['at']>> => ({
  schedules: {},
  draws: 1,
  bound({ prior, likelihood, logits, label, given }, noise) {
    const rows = logits.shape[0];
    const y = tf.tile(tf.eye(K), [rows, 1]) as Tensor2D;
    const z = given(y).sampleAndLogProb(f.repeatRows(cut(noise, 1), K));
    const point = joined(y, z.z);
    const each = tf.reshape(tf.sub(tf.add(likelihood(point), prior.logProb(point)), z.logProb), [rows, K]) as Tensor2D;
    const logQ = tf.logSoftmax(logits) as Tensor2D;
    const elbo = tf.sum<Tensor1D>(tf.mul(tf.exp(logQ), tf.sub(each, logQ)), 1);
    const labelled = tf.sum<Tensor1D>(tf.mul(label, tf.add(each, tf.mul(alpha, logQ))), 1);
    const isLabelled = tf.sum<Tensor1D>(label, 1);
    const bound = tf.add(labelled, tf.mul(tf.sub(1, isLabelled), elbo));
    return { loss: tf.neg(tf.mean(bound)), terms: { elbo } };
  },
});

/** MNIST, whose training rows keep one label in so many. */
async function data({ settings: { every } }: { settings: { every: number } }) {
  const { train, validation, test } = await f.mnist();
  const rows = ({ images, labels, count }: f.ImageSet, step: number): f.GivenRows => {
    const label = new Float32Array(count * K);
    for (let i = 0; i < count; i += step) label[i * K + labels![i]!] = 1;
    const x = { values: images, shape: [count, 28, 28, 1] };
    return { x, y: { values: labels!, shape: [count] }, covariates: { label: { values: label, shape: [count, K] } } };
  };
  return f.dataSet({ name: 'mnist', ...rows(train, every), validation: rows(validation, 1), test: rows(test, 1) });
}

export default f.defineExperiment({
  settings: {
    every: f.z.number().int().min(1).default(500).describe('of so many training images one keeps its label'),
    alpha: f.z.number().min(0).default(50).describe('weight of the classification of labelled images'),
  },
  options: { latent: 20, hidden: [300], condition: 'label', binarize: 'dynamic', likelihood: 'bernoulli' },
  data,
  model,
  objective,
});
