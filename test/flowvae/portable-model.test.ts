// Models and posteriors in folders: loading restores the saved ones, and each fault of a folder is one clear error.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawBernoulli, drawNormal, drawUniform } from '@flowvae/random';
import { mlp } from '@flowvae/vae';
import {
  asMlpVae,
  ExpectationError,
  key,
  loadModel,
  loadPosterior,
  type NamedVariables,
  onnxFiles,
  type Posterior,
  portablePosterior,
  saveModel,
  savePosterior,
  type Tensor2D,
  tf,
} from 'flowvae';
import { describe, expect, it } from 'vitest';
import { shaken } from './shaken.ts';
import { freshPath } from './tiny-run.ts';
import { untrainedModel, untrainedTable, wholeNumbers, wholeTable } from './untrained-model.ts';

const rows = 3;
const noise = (width: number): Tensor2D => tf.tensor2d(drawNormal(key(1), rows * width), [rows, width]);
const features = (width: number): Tensor2D => tf.tensor2d(drawUniform(key(2), rows * width), [rows, width]);
const values = (variables: NamedVariables) =>
  Object.entries(variables).map(([name, variable]) => [name, variable.shape, [...variable.dataSync()]]);
const draw = (posterior: Posterior, context: Tensor2D) =>
  tf.tidy(() => {
    const { z, logProb } = posterior.at(context).sampleAndLogProb(noise(posterior.noise.width));
    return [[...z.dataSync()], [...logProb.dataSync()]];
  });

describe('a saved model', () => {
  it.each([
    { flow: 'planar*2-sylvester-o(2)', prior: 'realnvp(4,1)' },
    { flow: 'iaf(4,1)*2', amortize: 'base' },
    { flow: 'none', activation: 'maxout', likelihood: 'gaussian', binarize: 'none' },
  ] as const)('comes back with its config and every parameter: %j', (changes) => {
    const saved = untrainedModel(changes);
    const folder = freshPath();
    saveModel(folder, saved);
    const loaded = loadModel(folder);
    expect(loaded.config).toEqual(saved.config);
    expect(loaded.data).toEqual(saved.data);
    expect(values(loaded.model.variables)).toEqual(values(saved.model.variables));
    const x = tf.tensor2d(drawBernoulli(key(3), drawUniform(key(4), rows * 30)), [rows, 30]);
    const reconstruction = ({ model }: typeof saved) => [
      ...tf.tidy(() => asMlpVae(model).reconstruct(x, noise(model.noise.width))).dataSync(),
    ];
    expect(reconstruction(loaded)).toEqual(reconstruction(saved));
  });
});

describe('a saved model of a table', () => {
  const inUnits = [-900, 260, 0, 1, 0, 1];
  it.each([
    ['with missing values', untrainedTable(), inUnits],
    ['without missing values', untrainedTable({}, wholeTable), inUnits],
    ['of numbers, one scale for all', untrainedTable({ standardize: 'all' }, wholeNumbers), inUnits],
    ['of numbers as they are', untrainedTable({ standardize: 'no' }, wholeNumbers), [0.3, -1, 0, 1, 0, 1]],
  ])('%s comes back with its units, and gives the same log-weights and means', (_, saved, one) => {
    const folder = freshPath();
    saveModel(folder, saved);
    const loaded = loadModel(folder);
    expect(loaded.config).toEqual(saved.config);
    expect(loaded.data).toEqual(saved.data);
    expect(values(loaded.model.variables)).toEqual(values(saved.model.variables));
    const row = saved.data.hasMissing ? [...one.with(1, 0), 1, 0, 1, 1, 1, 1] : one;
    const results = ({ model }: typeof saved) =>
      tf.tidy(() => {
        const x = tf.tensor2d([row, row, row]);
        const { z, logProb } = asMlpVae(model).infer(x).sampleAndLogProb(noise(model.noise.width));
        const parts = [model.at(x).likelihood(z), logProb, asMlpVae(model).observe(z).mean()];
        return parts.map((part) => [...part.dataSync()]);
      });
    expect(results(loaded)).toEqual(results(saved));
    expect(results(loaded).flat().every(Number.isFinite)).toBe(true);
  });
});

it('every file names the folder of the data without its path', async () => {
  const model = untrainedModel({ data: '/home/someone/digits/' });
  const folder = freshPath();
  saveModel(folder, model);
  expect(loadModel(folder).config).toEqual({ ...model.config, data: 'digits' });
  const texts = [readFileSync(join(folder, 'model.json')), ...Object.values(await onnxFiles(model))];
  for (const bytes of texts) {
    const text = Buffer.from(bytes).toString('latin1');
    expect(text).toMatch(/"data": ?"digits"/);
    expect(text).not.toContain('someone');
  }
});

describe('a saved posterior', () => {
  const spec = {
    latent: 3,
    contextWidth: 8,
    flow: 'planar*2-iaf(4,1)',
    amortize: 'flow',
    heads: 'scaled',
    scale: 'logStd',
  } as const;

  it('gives the same draws on another encoder of the same width', () => {
    const saved = portablePosterior(spec, key(5));
    shaken(saved.posterior.variables);
    const folder = freshPath();
    savePosterior(folder, saved);
    const loaded = loadPosterior(folder, { contextWidth: 8 });
    expect(loaded.spec).toEqual(spec);
    const other = mlp({ inputWidth: 17, hidden: [11, 8], activation: 'tanh', key: key(6) });
    const context = other.apply(features(17));
    expect(draw(loaded.posterior, context)).toEqual(draw(saved.posterior, context));
  });

  it('is found in a model’s folder too', () => {
    const saved = untrainedModel({ flow: 'radial*2', architecture: 'pythae' });
    const folder = freshPath();
    saveModel(folder, saved);
    const { spec: found, posterior } = loadPosterior(folder);
    expect(found).toEqual({
      latent: 2,
      contextWidth: 400,
      flow: 'radial*2',
      amortize: 'flow',
      heads: 'plain',
      scale: 'logVariance',
    });
    const own = Object.entries(saved.model.variables).filter(([name]) => name.startsWith('posterior/'));
    expect(values(posterior.variables).map(([, , numbers]) => numbers)).toEqual(
      values(Object.fromEntries(own)).map(([, , numbers]) => numbers),
    );
  });

  it.each(['none', 'base', 'flow'] as const)('is found without a flow, amortize %s', (amortize) => {
    const saved = untrainedModel({ flow: 'none', amortize });
    const folder = freshPath();
    saveModel(folder, saved);
    const { spec: found, posterior } = loadPosterior(folder, { contextWidth: 8 });
    expect(found).toMatchObject({ latent: 2, contextWidth: 8, flow: 'none', amortize });
    const own = Object.entries(saved.model.variables).filter(([name]) => name.startsWith('posterior/'));
    expect(values(posterior.variables).map(([, , numbers]) => numbers)).toEqual(
      values(Object.fromEntries(own)).map(([, , numbers]) => numbers),
    );
  });

  it('of version 1 has plain heads', () => {
    const folder = freshPath();
    const saved = portablePosterior({ ...spec, heads: 'plain' }, key(5));
    shaken(saved.posterior.variables);
    savePosterior(folder, saved);
    edit(folder, { version: 1, heads: undefined });
    const loaded = loadPosterior(folder);
    expect(loaded.spec.heads).toBe('plain');
    expect(draw(loaded.posterior, features(8))).toEqual(draw(saved.posterior, features(8)));
  });

  it('is refused for features of another width', () => {
    const folder = freshPath();
    savePosterior(folder, portablePosterior(spec, key(5)));
    expect(() => loadPosterior(folder, { contextWidth: 9 })).toThrow(
      'expected a posterior for features of width 9, got one for 8; give the encoder 8 features',
    );
  });

  it('is refused where its spec asks for other numbers of parameters', () => {
    const folder = freshPath();
    savePosterior(folder, portablePosterior(spec, key(5)));
    edit(folder, { contextWidth: 60_000 });
    expect(() => loadPosterior(folder)).toThrow(/expected \d+ parameters beside it, got \d+/);
    expect(() => loadModel(folder)).toThrow("kind: expected 'model', got 'posterior'; load it with loadPosterior");
  });
});

const SPEC = 'model.json';
const PARAMETERS = 'parameters.safetensors';

/** Changes fields of a spec and seals it again, as another program or version could have written it. */
function edit(folder: string, changes: object): void {
  const path = join(folder, SPEC);
  const { sha256: _, ...spec } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  const render = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
  const changed = { ...spec, ...changes };
  const sha256 = createHash('sha256').update(render(changed)).digest('hex');
  writeFileSync(path, render({ ...changed, sha256 }));
}

function overwrite(folder: string, file: string, change: (bytes: Uint8Array) => Uint8Array): void {
  const path = join(folder, file);
  writeFileSync(path, change(readFileSync(path)));
}

const flipped = (bytes: Uint8Array, at: number) => bytes.with(at < 0 ? bytes.length + at : at, 0x41);

describe('a folder that is refused', () => {
  const whole = freshPath();
  const saved = untrainedModel();
  saveModel(whole, saved);
  const otherFolder = freshPath();
  saveModel(otherFolder, untrainedModel({ seed: 4 }));
  const config = saved.config;

  it.each<[what: string, damage: (folder: string) => void, error: RegExp]>([
    ['no spec', (folder) => rmSync(join(folder, SPEC)), /model\.json: expected a JSON object, got no file/],
    [
      'a truncated spec',
      (folder) => overwrite(folder, SPEC, (bytes) => bytes.subarray(0, 100)),
      /model\.json: expected a JSON object/,
    ],
    [
      'a spec with another byte',
      (folder) => overwrite(folder, SPEC, (bytes) => flipped(bytes, bytes.indexOf('2'.charCodeAt(0)))),
      /model\.json: expected (the text that was written, by its SHA-256|a JSON object)/,
    ],
    [
      'a newer format',
      (folder) => edit(folder, { version: 5, flowvae: '9.1.0', surprise: true }),
      /model\.json: version: expected at most 4, got 5; flowvae 9\.1\.0 wrote the file; install that version or a later one/,
    ],
    [
      'no version',
      (folder) => edit(folder, { version: undefined }),
      /model\.json: version: expected at most 4, got none/,
    ],
    ['another format', (folder) => edit(folder, { format: 'tfjs' }), /format: expected 'flowvae-model', got "tfjs"/],
    ['a field of another type', (folder) => edit(folder, { height: '6' }), /model\.json: height: expected .*number/],
    ['an unknown field', (folder) => edit(folder, { extra: 1 }), /model\.json: expected .*extra/],
    [
      'an unknown setting',
      (folder) => edit(folder, { config: { ...config, warp: 9 } }),
      /model\.json: config: warp: expected one of .*, got an unknown setting/,
    ],
    [
      'a flow that is none',
      (folder) => edit(folder, { config: { ...config, flow: 'plannar*2' } }),
      /flow formula 'plannar\*2': expected/,
    ],
    [
      'another shape',
      (folder) => edit(folder, { config: { ...config, latent: 3 } }),
      /model\.json: expected .*posterior\/base\/mean\/kernel \[8, 3\].*, got .*posterior\/base\/mean\/kernel \[8, 2\]/,
    ],
    [
      'no parameters',
      (folder) => rmSync(join(folder, PARAMETERS)),
      /parameters\.safetensors: expected a file that can be read/,
    ],
    [
      'truncated parameters',
      (folder) => overwrite(folder, PARAMETERS, (bytes) => bytes.subarray(0, -5)),
      /parameters\.safetensors: expected .*; the file is damaged or of another kind/,
    ],
    [
      'parameters with another byte',
      (folder) => overwrite(folder, PARAMETERS, (bytes) => flipped(bytes, -2)),
      /parameters\.safetensors: expected the parameters that were written, by their SHA-256, got others/,
    ],
    [
      'the parameters of another model',
      (folder) => cpSync(join(otherFolder, PARAMETERS), join(folder, PARAMETERS)),
      /parameters\.safetensors: expected the parameters that model\.json names .*; the two files are not of one model/,
    ],
  ])('%s', (_, damage, error) => {
    const folder = freshPath();
    cpSync(whole, folder, { recursive: true });
    expect(() => loadModel(folder)).not.toThrow();
    damage(folder);
    const load = () => loadModel(folder);
    expect(load).toThrow(ExpectationError);
    expect(load).toThrow(error);
  });

  it.each([
    ['no config', undefined, 'got no config; completeConfig'],
    ['a part of the settings', { flow: 'planar', latent: 2 }, 'got none for architecture, hidden, '],
  ])('a model with %s, before anything is written', (_, given, text) => {
    const folder = freshPath();
    const save = () => saveModel(folder, { ...saved, config: given as never });
    expect(save).toThrow(ExpectationError);
    expect(save).toThrow(
      `saveModel: config: expected every setting of the model, with the description of its data beside it, ${text}`,
    );
    expect(existsSync(folder)).toBe(false);
  });

  it('a place that cannot be written to', () => {
    const file = join(whole, SPEC);
    expect(() => saveModel(join(file, 'inside'), saved)).toThrow(/expected a folder, got a file; name another/);
  });
});
