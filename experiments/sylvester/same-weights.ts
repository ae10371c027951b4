// `tsx experiments/sylvester/same-weights.ts planar --out planar.safetensors`: a small model of a posterior after one
// step, images, noise, and log p(x|z), log p(z) and log q(z|x) there, for same_weights.py to compute again.
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
import { readChoice, readWords, startCommand } from '../command-line.ts';
import model from './model.ts';
import { posteriorNames } from './published.ts';

startCommand();
const { values, positionals } = readWords({
  options: { out: { type: 'string', default: 'same-weights.safetensors' } },
  allowPositionals: true,
});
const posterior = readChoice('the posterior', positionals[0] ?? 'orthogonal', posteriorNames);

const [ROWS, LATENT] = [5, 64];
const set = { posterior, layers: 3, columns: 8, mirrors: 4, width: 128 };
const settings = { steps: 1, batch: 10, validateEvery: 0, keep: 'last', patience: 0, evalImages: 0 } as const;
const { parts } = await train(model, { ...settings, set });
await startEagerBackend('wasm');
const data = await openData('mnist');
const images = dataRows(data, 'test', { binarisation: 'static', key: key(0), most: ROWS });
const x = new Float32Array(ROWS * images.width);
for (let i = 0; i < ROWS; i++) x.set(images.row(i), i * images.width);
const noise = drawNormal(key(5), ROWS * LATENT);

const stored = (values: Float32Array, shape: readonly number[]): StoredTensor => ({ values, shape });
const numbersOf = (tensor: Tensor) => stored(new Float32Array(tensor.dataSync<'float32'>()), tensor.shape);
const at = parts.model.at(tf.tensor2d(x, [ROWS, images.width]));
const { logLikelihood, logPrior, logPosterior } = scoreSample(at, tf.tensor2d(noise, [ROWS, LATENT]));
const weights = Object.entries(parts.model.variables).map(([name, variable]) => [name, numbersOf(variable)] as const);
const tensors = {
  ...Object.fromEntries(weights),
  'in/x': stored(x, [ROWS, images.width]),
  'in/noise': stored(noise, [ROWS, LATENT]),
  'out/logLikelihood': numbersOf(logLikelihood),
  'out/logPrior': numbersOf(logPrior),
  'out/logPosterior': numbersOf(logPosterior),
};
const metadata = Object.fromEntries(Object.entries(set).map(([name, value]) => [name, String(value)]));
writeFileAtomically(values.out, encodeSafetensors({ tensors, metadata }));
