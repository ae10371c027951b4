// A VAE on MNIST by hand: plain tf.layers, and a loop of its own.
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { flowPosterior, key, planar, standardNormal } from 'flowvae';
import { bits, PIXELS, readImages } from './images.ts';

const [HIDDEN, LATENT, BATCH] = [200, 20, 100];

let seed = 1;
const dense = (inputs: number, units: number, activation: 'relu' | 'linear' = 'linear') =>
  tfl.layers.dense({
    inputShape: [inputs],
    units,
    activation,
    kernelInitializer: tfl.initializers.glorotUniform({ seed: seed++ }),
  });

const encoder = dense(PIXELS, HIDDEN, 'relu');
const decoder = tfl.sequential({ layers: [dense(LATENT, HIDDEN, 'relu'), dense(HIDDEN, PIXELS)] });
const posterior = flowPosterior({ latent: LATENT, contextWidth: HIDDEN, flow: planar(LATENT, 10), key: key(0) });

/** −ELBO = KL(q(z|x) ‖ p(z)) − log p(x|z), mean over the batch, nats. */
function negativeElbo(x: tf.Tensor2D, noise: tf.Tensor2D): tf.Scalar {
  const features = encoder.apply(x) as tf.Tensor2D;
  const { z, logProb } = posterior.at(features).sampleAndLogProb(noise);
  const kl = tf.sub(logProb, standardNormal(LATENT).logProb(z));
  const logits = decoder.apply(z) as tf.Tensor2D;
  const logLikelihood = tf.sum(tf.sub(tf.mul(x, logits), tf.softplus(logits)), 1);
  return tf.mean(tf.sub(kl, logLikelihood));
}

/** One batch's loss, from an image of the file on. */
function lossAt(images: Uint8Array, first: number, seed: number): tf.Scalar {
  const noise = tf.randomNormal([BATCH, LATENT], 0, 1, 'float32', seed) as tf.Tensor2D;
  return negativeElbo(bits(images, first, BATCH, seed), noise);
}

/** Trains, and gives the bound on the first test images, a draw of z for each. Nats. */
export async function trainAndMeasure(steps: number, testImages: number): Promise<number> {
  const [train, test] = [readImages('train'), readImages('t10k')];
  const optimizer = tf.train.adam(1e-3);
  for (let step = 1; step <= steps; step++) {
    const loss = optimizer.minimize(() => lossAt(train, step * BATCH, step), true)!;
    const [value] = await loss.data();
    if (step % 100 === 0) console.error(`step ${step} of ${steps}, loss ${value!.toFixed(2)}`);
    loss.dispose();
  }
  const batches = Math.ceil(testImages / BATCH);
  let sum = 0;
  for (let batch = 0; batch < batches; batch++) {
    const loss = tf.tidy(() => lossAt(test, batch * BATCH, -1 - batch));
    sum -= (await loss.data())[0]!;
    loss.dispose();
  }
  return sum / batches;
}
