// The training step of a VAE with a planar posterior, gradients and all, as a file for any batch size.
import { compile, type Traceable } from '@flowvae/compiler';
import { planar } from '@flowvae/flows';
import { elbo } from '@flowvae/objectives';
import { drawBernoulli, drawNormal, drawUniform, key } from '@flowvae/random';
import { type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { mlpVae } from '@flowvae/vae';
import { afterAll, expect, it } from 'vitest';
import { differences, type Feeds, type Numbers, runNative, runWeb } from './runtimes.ts';

const [pixels, latent] = [24, 3];
const model = mlpVae({ pixels, latent, hidden: [9, 5], activation: 'relu', flow: planar(latent, 4), key: key(4) });
const { variables } = model;
afterAll(() => tf.dispose({ ...variables }));

const step: Traceable = ({ x, noise }) => {
  const loss = () => elbo().bound(model.at(x as Tensor2D), noise as Tensor2D).loss;
  const { value, grads } = tf.variableGrads(loss, Object.values(variables));
  const gradients = Object.entries(variables).map(([name, { name: id }]) => [name, grads[id]] as [string, Tensor]);
  return { loss: value, ...Object.fromEntries(gradients.filter(([, gradient]) => gradient)) };
};

const feedsAt = (batch: number): Feeds => ({
  x: { data: drawBernoulli(key(1), drawUniform(key(2), batch * pixels)), shape: [batch, pixels] },
  noise: { data: drawNormal(key(3), batch * latent), shape: [batch, latent] },
});

/** The results of tfjs, kernel by kernel. */
function eager({ x, noise }: Feeds): Numbers {
  const outputs = tf.tidy(() =>
    step({ x: tf.tensor(x!.data, [...x!.shape]), noise: tf.tensor(noise!.data, [...noise!.shape]) }),
  );
  const numbers = Object.entries(outputs).map(([name, tensor]) => [
    name,
    { data: [...tensor.dataSync()], shape: tensor.shape },
  ]);
  tf.dispose({ ...outputs });
  return Object.fromEntries(numbers);
}

it('an exported VAE has the loss and all gradients of tfjs, at several batch sizes', async () => {
  const bytes = await compile(step, { variables }).toOnnx({ x: ['batch', pixels], noise: ['batch', latent] });
  for (const batch of [1, 7, 30]) {
    const feeds = feedsAt(batch);
    expect(Object.keys(eager(feeds)).length).toBeGreaterThan(15);
    expect(differences(await runNative(bytes, feeds), eager(feeds), 2e-5)).toEqual([]);
  }
  expect(differences(await runWeb(bytes, feedsAt(2)), eager(feedsAt(2)), 2e-5)).toEqual([]);
});
