// `tsx experiments/sylvester/same-weights.ts planar --out planar.safetensors`: a small model of a posterior after one
// step, images, noise, log p(x|z), log p(z) and log q(z|x) there, and with --gradients those of the mean −ELBO, which
// take minutes, for same_weights.py to compute again. With --sizes table the model has the table's sizes and is that of
// a run's start, with which sylvester_torch.py --start can begin.
import {
  dataRows,
  drawNormal,
  encodeSafetensors,
  key,
  openData,
  type StoredTensor,
  scoreSample,
  startEagerBackend,
  type Tensor,
  tf,
  train,
  writeFileAtomically,
} from 'flowvae';
import { readChoice, readCount, readWords, startCommand } from '../command-line.ts';
import model from './model.ts';
import { posteriorNames } from './published.ts';

startCommand();
const { values, positionals } = readWords({
  options: {
    out: { type: 'string', default: 'same-weights.safetensors' },
    gradients: { type: 'boolean', default: false },
    sizes: { type: 'string', default: 'small' },
    seed: { type: 'string', default: '0' },
  },
  allowPositionals: true,
});
const posterior = readChoice('the posterior', positionals[0] ?? 'orthogonal', posteriorNames);

const [ROWS, LATENT] = [5, 64];
const sizes = readChoice('sizes', values.sizes, ['small', 'table']);
const isStart = sizes === 'table';
const small = { layers: 3, columns: 8, mirrors: 4, width: 128 };
const set = { posterior, ...(isStart ? { layers: 16, columns: 32, mirrors: 8, width: 1280 } : small) };
const settings = {
  ...{ seed: readCount('seed', values.seed, 0), steps: 1, batch: 10 },
  ...(isStart && { lr: 1e-30 }), // a step that moves no weight
  ...({ validateEvery: 0, keep: 'last', patience: 0, evalImages: 0 } as const),
};
const { parts } = await train(model, { ...settings, set });
await startEagerBackend('wasm');
const data = await openData('mnist');
const images = dataRows(data, 'test', { binarisation: 'static', key: key(0), most: ROWS });
const x = new Float32Array(ROWS * images.width);
for (let i = 0; i < ROWS; i++) x.set(images.row(i), i * images.width);
const noise = drawNormal(key(5), ROWS * LATENT);

const stored = (values: Float32Array, shape: readonly number[]): StoredTensor => ({ values, shape });
const numbersOf = (tensor: Tensor) => stored(new Float32Array(tensor.dataSync<'float32'>()), tensor.shape);
const scores = () => {
  const at = parts.model.at(tf.tensor2d(x, [ROWS, images.width]));
  return scoreSample(at, tf.tensor2d(noise, [ROWS, LATENT]));
};
const { logLikelihood, logPrior, logPosterior } = scores();
const variables = Object.entries(parts.model.variables);
const weights = variables.map(([name, variable]) => [name, numbersOf(variable)] as const);
const slopes = values.gradients ? gradientsOf(variables) : [];
const tensors = {
  ...Object.fromEntries([...weights, ...slopes]),
  'in/x': stored(x, [ROWS, images.width]),
  'in/noise': stored(noise, [ROWS, LATENT]),
  'out/logLikelihood': numbersOf(logLikelihood),
  'out/logPrior': numbersOf(logPrior),
  'out/logPosterior': numbersOf(logPosterior),
};
const metadata = Object.fromEntries(Object.entries(set).map(([name, value]) => [name, String(value)]));
writeFileAtomically(values.out, encodeSafetensors({ tensors, metadata }));

/** Those of the mean −ELBO. */
function gradientsOf(variables: readonly (readonly [name: string, variable: Tensor])[]): [string, StoredTensor][] {
  const loss = () => {
    const { logLikelihood, logPrior, logPosterior } = scores();
    return tf.mean(tf.sub(logPosterior, tf.add(logLikelihood, logPrior)));
  };
  const gradients = tf.grads(loss)(variables.map(([, variable]) => variable));
  return variables.map(([name], i) => [`gradient/${name}`, numbersOf(gradients[i]!)]);
}
