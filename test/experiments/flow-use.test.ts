// The effect of a planar flow on its base's draws, in known cases: none at its start, a shift if every tanh is flat.
import {
  architectures,
  dataPoints,
  drawNormal,
  drawUniform,
  fold,
  key,
  mlpVae,
  parseInvertibleFlow,
  tf,
} from 'flowvae';
import { expect, it } from 'vitest';
import { useOf } from '../../experiments/table2/flow-use.ts';

const [pixels, latent, images, flow] = [6, 3, 5, 'planar*4'];

function parts() {
  const planar = parseInvertibleFlow(flow, latent);
  const model = mlpVae({ pixels, latent, ...architectures.oxford, flow: planar, key: key(1) });
  const test = dataPoints(drawUniform(key(2), images * pixels), pixels);
  const config = { flow, latent, architecture: 'oxford' };
  return { model, test, config, key: key(3) } as unknown as Parameters<typeof useOf>[0];
}

const taken = { first: 1, count: 4, draws: 10 };

it('a planar flow has no effect at its start', () => {
  const { logDet, elbo, moved, base } = useOf(parts(), taken);
  expect(Math.abs(logDet)).toBeLessThan(1e-5);
  for (const bound of [moved, base]) expect(bound).toBeCloseTo(elbo, 4);
});

it('a planar flow has the bound and log-det of the model at the same draws', () => {
  const own = parts();
  for (const name of ['w', 'u', 'b']) {
    const { shape, size } = own.model.variables[`posterior/flow/${name}/bias`]!;
    own.model.variables[`posterior/flow/${name}/bias`]!.assign(tf.tensor(drawNormal(fold(key(4), name), size), shape));
  }
  const { first, count, draws } = taken;
  const noise = drawNormal(fold(key(3), 'flow use', first), count * draws * latent);
  const [elbo, logDet] = tf.tidy(() => {
    const rows = Array.from({ length: count * draws }, (_, i) => [...own.test.row(first + Math.floor(i / draws))]);
    const { prior, posterior, likelihood } = own.model.at(tf.tensor2d(rows));
    const { z, logProb, terms } = posterior.sampleAndLogProb(tf.tensor2d(noise, [count * draws, latent]));
    const bound = tf.sub(tf.add(likelihood(z), prior.logProb(z)), logProb);
    return [bound, terms.logDet!].map((values) => tf.mean(values).dataSync()[0]!) as [number, number];
  });
  const use = useOf(own, taken);
  expect(Math.abs(logDet)).toBeGreaterThan(0.1);
  expect(use.elbo).toBeCloseTo(elbo, 3);
  expect(use.logDet).toBeCloseTo(logDet, 3);
});

it('a flow whose every tanh is flat is a shift, which leaves the log-det at 0 and moves the bound', () => {
  const own = parts();
  const variable = (name: string) => own.model.variables[`posterior/flow/${name}`]!;
  variable('b/bias').assign(tf.fill([4], 30));
  variable('u/bias').assign(tf.fill([4 * latent], 1));
  const { flat, logDet, elbo, moved, base } = useOf(own, taken);
  expect(flat).toBe(1);
  expect(Math.abs(logDet)).toBeLessThan(1e-6);
  expect(moved).toBeCloseTo(elbo, 3);
  expect(Math.abs(moved - base)).toBeGreaterThan(1);
});

it('a flow with one flat layer of four is flat to a quarter', () => {
  const own = parts();
  const { variables } = own.model;
  variables['posterior/flow/w/bias']!.assign(tf.fill([4 * latent], 1e-3));
  variables['posterior/flow/b/bias']!.assign(tf.tensor1d([0, 0, 30, 0]));
  expect(useOf(own, taken).flat).toBeCloseTo(0.25, 6);
});
