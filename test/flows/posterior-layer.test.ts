// The posterior as a layer: the numbers of the posterior itself, training by tfjs's own means, and the way through a
// file and back.
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FlowPosteriorLayer, type FlowPosteriorLayerOptions, flowPosterior, parseFlow } from '@flowvae/flows';
import { drawNormal, key } from '@flowvae/random';
import { layersModelFolder } from '@flowvae/runs';
import { type LayersModel, layers, type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { afterAll, describe, expect, it } from 'vitest';

const [BATCH, PIXELS, WIDTH, LATENT] = [3, 5, 6, 4];
const folder = mkdtempSync(join(tmpdir(), 'flowvae-layer-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const matrix = (seed: number, columns: number) => tf.tensor2d(drawNormal(key(seed), BATCH * columns), [BATCH, columns]);
const [x, noise] = [matrix(1, PIXELS), matrix(2, LATENT)];

/** A VAE as one model: image and noise in; logits, z and log q out. */
function model(options: Partial<FlowPosteriorLayerOptions> = {}): LayersModel {
  const [image, epsilon] = [layers.input({ shape: [PIXELS] }), layers.input({ shape: [LATENT] })];
  const features = layers.layers.dense({ units: WIDTH, activation: 'tanh' }).apply(image);
  const layer = new FlowPosteriorLayer({ latent: LATENT, flow: 'planar*3', ...options });
  const [z, logProb] = layer.apply([features, epsilon] as never) as never[];
  const logits = layers.layers.dense({ units: PIXELS }).apply(z!);
  return layers.model({ inputs: [image, epsilon], outputs: [logits as never, z!, logProb!] });
}

const outputs = (of: LayersModel) =>
  (of.predict([x, noise]) as Tensor[]).map((tensor) => Array.from(tensor.dataSync()));

/** Moves every weight, so that nothing is at its start. */
function stir(of: LayersModel): void {
  of.setWeights(
    of
      .getWeights()
      .map((weight, i) => tf.add(weight, tf.mul(tf.tensor(drawNormal(key(100 + i), weight.size), weight.shape), 0.1))),
  );
}

describe('the layer', () => {
  it('gives the same as the posterior', () => {
    const features = matrix(3, WIDTH);
    const options = { latent: LATENT, contextWidth: WIDTH, flow: parseFlow('planar*3', LATENT), key: key(7) };
    const { z, logProb } = flowPosterior(options).at(features).sampleAndLogProb(noise);
    const layer = new FlowPosteriorLayer({ latent: LATENT, flow: 'planar*3', seed: 7 });
    const [layerZ, layerLogProb] = layer.apply([features, noise] as never) as unknown as [Tensor2D, Tensor];
    expect(Array.from(layerZ.dataSync())).toEqual(Array.from(z.dataSync()));
    expect(Array.from(layerLogProb.dataSync())).toEqual(Array.from(logProb.dataSync()));
  });

  it('is trained by an optimiser of tfjs, every weight of it', () => {
    const vae = model();
    stir(vae);
    const before = vae.getWeights().map((weight) => weight.dataSync().slice());
    const loss = () => {
      const [logits, z, logProb] = vae.apply([x, noise]) as Tensor[];
      return tf.add(tf.mean(logProb!), tf.add(tf.sum(tf.square(z!)), tf.sum(tf.square(logits!)))) as never;
    };
    tf.train.sgd(1e-2).minimize(loss);
    const still = vae.weights.filter((weight, i) =>
      weight
        .read()
        .dataSync()
        .every((value, j) => value === before[i]![j]),
    );
    expect(still.map(({ originalName }) => originalName)).toEqual([]);
    expect(vae.trainableWeights.length).toBe(2 + 4 + 6 + 2);
  });
});

it('a layer from a file without the name of its heads has plain ones', () => {
  const { heads, ...old } = new FlowPosteriorLayer({ latent: 2, flow: 'planar' }).getConfig();
  const from = (config: object) => FlowPosteriorLayer.fromConfig(FlowPosteriorLayer as never, config as never);
  const headsOf = (layer: unknown) => (layer as FlowPosteriorLayer).getConfig().heads;
  expect([heads, headsOf(from(old)), headsOf(from({ ...old, heads }))]).toEqual(['scaled', 'plain', 'scaled']);
});

describe('a layer, saved and loaded,', () => {
  it.each<Partial<FlowPosteriorLayerOptions>>([
    {},
    { flow: 'none' },
    { flow: 'sylvester-o(2)*2-radial', amortize: 'base' },
    { flow: 'realnvp(8,1)*2', amortize: 'flow', seed: 5 },
    { flow: 'planar-leaky*2-iaf(8)', amortize: 'none', name: 'refined' },
  ])('has the same numbers and configuration: %j', async (options) => {
    const path = join(folder, JSON.stringify(options).replace(/\W+/g, '-'));
    const vae = model(options);
    stir(vae);
    await vae.save(layersModelFolder(path));
    const loaded = await layers.loadLayersModel(layersModelFolder(path));
    expect(outputs(loaded)).toEqual(outputs(vae));
    const configOf = (of: LayersModel) => of.layers.find((layer) => layer instanceof FlowPosteriorLayer)!.getConfig();
    expect(configOf(loaded)).toEqual(configOf(vae));
    expect(configOf(loaded)).toMatchObject({ latent: LATENT, amortize: 'flow', seed: 0, flow: 'planar*3', ...options });
    stir(loaded);
    expect(outputs(loaded)).not.toEqual(outputs(vae)); // the loaded weights are the ones computed with
  });

  it('refuses to save into a file', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, 'x');
    await expect(model().save(layersModelFolder(path))).rejects.toThrow(
      `${path}: expected a folder, got a file; name another`,
    );
  });

  it('refuses files that are missing, cut or of another kind', async () => {
    const path = join(folder, 'damaged');
    await model().save(layersModelFolder(path));
    const weights = join(path, 'weights.bin');
    const length = readFileSync(weights).length;
    truncateSync(weights, length - 4);
    const load = () => layers.loadLayersModel(layersModelFolder(path));
    await expect(load()).rejects.toThrow(
      `${weights}: expected ${length} bytes, as model.json says, got ${length - 4} bytes; the file is damaged or of another model`,
    );
    writeFileSync(join(path, 'model.json'), '{"a": 1}');
    await expect(load()).rejects.toThrow(
      /model\.json: expected a tf\.layers model with .*; the file is damaged or of another kind$/,
    );
    rmSync(path, { recursive: true });
    await expect(load()).rejects.toThrow(/model\.json: expected a file of a saved tf\.layers model, got no such file$/);
  });
});

describe('the layer refuses', () => {
  it.each<[Partial<Record<keyof FlowPosteriorLayerOptions, unknown>>, string]>([
    [{ latent: 0 }, 'FlowPosteriorLayer: latent: expected a whole number from 1 on, got 0'],
    [{ flow: 3 }, 'FlowPosteriorLayer: flow: expected a flow formula, got 3'],
    [{ flow: 'planr' }, "flow formula 'planr': expected "],
    [{ amortize: 'all' }, 'FlowPosteriorLayer: amortize: expected one of none, base, flow, got "all"'],
    [{ seed: 0.5 }, 'FlowPosteriorLayer: seed: expected a whole number from 0 on, got 0.5'],
  ])('%j', (options, message) => {
    expect(() => model(options as never)).toThrow(message);
  });

  it('one input, and noise of another width', () => {
    const layer = new FlowPosteriorLayer({ latent: LATENT, name: 'q' });
    const expected = `q: expected two inputs, features [batch, width] and noise [batch, ${LATENT}], got `;
    expect(() => layer.apply(x)).toThrow(`${expected}[${BATCH}, ${PIXELS}]`);
    expect(() => layer.apply([x, matrix(1, 2)])).toThrow(`${expected}[${BATCH}, ${PIXELS}] and [${BATCH}, 2]`);
  });
});
