// The exported encoder and decoder: the numbers of the model itself, in every runtime, for every flow and any batch
// size.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawBernoulli, drawNormal, drawUniform } from '@flowvae/random';
import {
  asMlpVae,
  completeConfig,
  key,
  loadModel,
  onnxFiles,
  openRun,
  type PortableModel,
  type Tensor,
  type Tensor2D,
  tf,
  trainRun,
} from 'flowvae';
import { describe, expect, it } from 'vitest';
import { fitsPrior } from '../cases/prior-flows.ts';
import { formulasAt } from '../cases/table-formulas.ts';
import { hasChromium, runChromium } from '../compiler/export/chromium.ts';
import { portabilityFaults } from '../compiler/export/portability.ts';
import {
  differences,
  type Feeds,
  hasPython,
  type Model,
  type Numbers,
  runNative,
  runPython,
  runWeb,
} from '../compiler/export/runtimes.ts';
import { flowvae } from '../processes/programs.ts';
import { freshPath, tinyData, tinySettings } from './tiny-run.ts';
import { untrainedModel, untrainedTable, wholeNumbers, wholeTable } from './untrained-model.ts';

const TOLERANCE = 1e-4;
const latent = 3;

interface Given {
  readonly encoder: Feeds;
  readonly decoder: Feeds;
}

const feedsAt = (rows: number): Given => ({
  encoder: {
    x: { data: drawBernoulli(key(1), drawUniform(key(2), rows * 30)), shape: [rows, 30] },
    noise: { data: drawNormal(key(3), rows * latent), shape: [rows, latent] },
  },
  decoder: { z: { data: drawNormal(key(4), rows * latent), shape: [rows, latent] } },
});

/** The results of tfjs, kernel by kernel. */
function eager(
  { model: any }: Pick<PortableModel, 'model'>,
  { encoder, decoder }: Given,
): Record<keyof Given, Numbers> {
  const model = asMlpVae(any);
  const tensor = ({ data, shape }: Feeds[string]): Tensor2D => tf.tensor2d(data, [...shape] as [number, number]);
  const { z, logQ, logits } = tf.tidy(() => {
    const drawn = model.infer(tensor(encoder.x!)).sampleAndLogProb(tensor(encoder.noise!));
    return { z: drawn.z, logQ: drawn.logProb, logits: model.decode(tensor(decoder.z!)) };
  });
  return { encoder: { z: numbers(z), logQ: numbers(logQ) }, decoder: { logits: numbers(logits) } };
}

function numbers(tensor: Tensor): Numbers[string] {
  const data = [...tensor.dataSync()];
  tensor.dispose();
  return { data, shape: tensor.shape };
}

describe.each(formulasAt(latent))('flow %s', (flow) => {
  it('is the same map in onnxruntime-node, at two batch sizes, and in a form that every runtime reads', async () => {
    const exported = untrainedModel({ flow, latent });
    const files = await onnxFiles(exported);
    expect(Object.values(files).flatMap(portabilityFaults)).toEqual([]);
    for (const rows of [1, 5]) {
      const given = feedsAt(rows);
      const expected = eager(exported, given);
      expect(expected.encoder.z!.shape).toEqual([rows, latent]);
      expect(differences(await runNative(files.encoder, given.encoder), expected.encoder, TOLERANCE)).toEqual([]);
      expect(differences(await runNative(files.decoder, given.decoder), expected.decoder, TOLERANCE)).toEqual([]);
    }
  });
});

const invertible = formulasAt(latent).filter((formula) => fitsPrior(formula, latent));

describe.each(invertible)('prior %s', (prior) => {
  it('gives the samples of the model: noise through prior.onnx, then decoder.onnx', async () => {
    const exported = untrainedModel({ prior, latent });
    const files = await onnxFiles(exported);
    expect(portabilityFaults(files.prior!)).toEqual([]);
    for (const rows of [1, 5]) {
      const noise = feedsAt(rows).encoder.noise!;
      const { z } = await runNative(files.prior!, { noise });
      const { logits } = await runNative(files.decoder, { z: { ...z!, data: Float32Array.from(z!.data) } });
      const means = logits!.data.map((logit) => 1 / (1 + Math.exp(-logit)));
      const drawn = tf.tidy(() => asMlpVae(exported.model).sample(tf.tensor2d(noise.data, [rows, latent])));
      expect(differences({ x: { ...logits!, data: means } }, { x: numbers(drawn) }, TOLERANCE)).toEqual([]);
      const plain = await runNative(files.decoder, { z: noise });
      expect(differences({ logits: plain.logits! }, { logits: logits! }, TOLERANCE)).not.toEqual([]);
    }
  });
});

it('onnxFiles writes no prior of a model whose prior is N(0, I), and says so in the decoder', async () => {
  const files = await onnxFiles(untrainedModel({ latent }));
  expect(Object.keys(files)).toEqual(['encoder', 'decoder']);
  const described = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
  expect(described(files.decoder)).toContain('for a sample of the model z is a draw of N(0, I)');
  const learnt = await onnxFiles(untrainedModel({ latent, prior: 'planar' }));
  expect(described(learnt.decoder)).toContain('for a sample of the model z is the output of prior.onnx');
});

/** Rows of a table in its units; with masks behind them, missing values are 0. */
function tableRows(rows: number, hasMissing: boolean): Feeds[string] {
  const [normal, uniform] = [drawNormal(key(6), rows * 12), drawUniform(key(7), rows * 12)];
  const values = Array.from({ length: rows }, (_, row) => {
    const [size, weight] = [-1000 + 300 * normal[row]!, 250 + 20 * normal[rows + row]!];
    const x = [size, weight, Number(row % 3 === 0), Number(row % 3 === 1), Number(row % 3 === 2), row % 2];
    if (!hasMissing) return x;
    const mask = [0, 1, 2, 2, 2, 5].map((column) => Number(uniform[12 * row + column]! < 0.7));
    return [...x.map((value, i) => value * mask[i]!), ...mask];
  }).flat();
  return { data: Float32Array.from(values), shape: [rows, hasMissing ? 12 : 6] };
}

describe.each([
  ['a table with missing values', untrainedTable({ latent })],
  ['a table with missing values, not standardised', untrainedTable({ latent, standardize: 'no' })],
  ['a whole table', untrainedTable({ latent }, wholeTable)],
  ['standardised numbers', untrainedTable({ latent, flow: 'none' }, wholeNumbers)],
])('a model of %s', (_, exported) => {
  it('has files with its rows [x, mask], its outputs, and means in the units of the data', async () => {
    const { data, config } = exported;
    const model = asMlpVae(exported.model);
    const files = await onnxFiles(exported);
    expect([files.encoder, files.decoder].flatMap(portabilityFaults)).toEqual([]);
    for (const rows of [1, 5]) {
      const { noise } = feedsAt(rows).encoder;
      const x = tableRows(rows, data.hasMissing);
      const z = feedsAt(rows).decoder.z!;
      const wanted = tf.tidy(() => {
        const given = tf.tensor2d(x.data, [rows, x.shape[1]!]);
        const draw = model.infer(given).sampleAndLogProb(tf.tensor2d(noise!.data, [rows, latent]));
        const latents = tf.tensor2d(z.data, [rows, latent]);
        const observation = model.observe(latents);
        return { z: draw.z, logQ: draw.logProb, outputs: model.decode(latents), mean: observation.mean() };
      });
      const { outputs, mean, ...encoded } = Object.fromEntries(
        Object.entries(wanted).map(([name, tensor]) => [name, numbers(tensor)]),
      ) as Record<keyof typeof wanted, Numbers[string]>;
      const decoded = config.standardize === 'no' ? { outputs } : { outputs, mean };
      expect(differences(await runNative(files.encoder, { x, noise: noise! }), encoded, TOLERANCE)).toEqual([]);
      expect(differences(await runNative(files.decoder, { z }), decoded, TOLERANCE)).toEqual([]);
      if (config.standardize !== 'no') expect(Math.abs(mean.data[0]! + 1000)).toBeLessThan(900); // in its units
    }
  });
});

describe('an exported file', () => {
  const models = ['planar*3', 'radial-sylvester-h(2)', 'iaf(4,1)*2'].map((flow) => untrainedModel({ flow, latent }));
  const given = feedsAt(4);
  const files = async (): Promise<Model[]> => {
    const pairs = models.map(async (model) => {
      const { encoder, decoder } = await onnxFiles(model);
      return [
        { bytes: encoder, feeds: given.encoder },
        { bytes: decoder, feeds: given.decoder },
      ];
    });
    return (await Promise.all(pairs)).flat();
  };
  const expected = () => models.flatMap((model) => Object.values(eager(model, given)));
  const agree = (received: readonly Numbers[]) => {
    const wanted = expected();
    expect(received.length).toBe(wanted.length);
    expect(received.flatMap((numbers, i) => differences(numbers, wanted[i]!, TOLERANCE))).toEqual([]);
  };

  it('gives the same numbers in onnxruntime-web in Node', async () => {
    const received: Numbers[] = [];
    for (const { bytes, feeds } of await files()) received.push(await runWeb(bytes, feeds));
    agree(received);
  });

  it.skipIf(!hasChromium())(
    'gives the same numbers in onnxruntime-web in Chromium (only where /usr/bin/chromium or FLOWVAE_CHROMIUM is a browser)',
    async () => agree(await runChromium(await files())),
  );

  it.skipIf(!hasPython())(
    'gives the same numbers in Python (only where python3 has numpy, onnx and onnxruntime)',
    async () => {
      const results = runPython(await files());
      expect(results.map(({ error }) => error ?? '')).toEqual(results.map(() => ''));
      agree(results.map(({ outputs }) => outputs!));
    },
  );

  it('of other parameters is noticed', async () => {
    const [model, other] = [untrainedModel({ latent }), untrainedModel({ latent, seed: 4 })];
    const { encoder } = await onnxFiles(other);
    expect(differences(await runNative(encoder, given.encoder), eager(model, given).encoder, TOLERANCE)).not.toEqual(
      [],
    );
  });
});

describe('flowvae export', () => {
  it('writes the model of a run as ONNX files and as a folder to load', async () => {
    const run = freshPath();
    await trainRun(completeConfig({ ...tinySettings, latent, data: tinyData(), steps: 2 }), { out: run });
    const [onnx, model] = [join(freshPath(), 'deep'), freshPath()];
    const [done, refused, impossible] = await Promise.all([
      flowvae(['export', run, '--onnx', onnx, '--model', model]),
      flowvae(['export', run]),
      flowvae(['export', run, '--onnx', join(run, 'config.json', 'deep')]),
    ]);
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(done.stdout.trim().split(/\s+/)).toEqual([
      ...['encoder', join(onnx, 'encoder.onnx'), 'decoder', join(onnx, 'decoder.onnx')],
      ...['prior', 'no', 'file:', 'z', '~', 'N(0,', 'I)'],
      ...['model', model],
    ]);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      'flowvae: export: expected --onnx <folder> or --model <folder>, got neither\n',
    ]);
    expect([impossible.code, impossible.stderr]).toEqual([
      2,
      `flowvae: --onnx ${join(run, 'config.json')}: expected a folder, got a file; name another\n`,
    ]);
    const { parts } = await openRun(run);
    const given = feedsAt(2);
    const wanted = eager(parts, given);
    expect(eager(loadModel(model), given)).toEqual(wanted);
    const encoder = readFileSync(join(onnx, 'encoder.onnx'));
    expect(differences(await runNative(encoder, given.encoder), wanted.encoder, TOLERANCE)).toEqual([]);
  });

  it('names the file of a flow prior, in JSON null where there is none', async () => {
    const settings = { ...tinySettings, latent, data: tinyData(), steps: 1 };
    const [plain, learnt] = [freshPath(), freshPath()];
    await trainRun(completeConfig(settings), { out: plain });
    await trainRun(completeConfig({ ...settings, prior: 'affine' }), { out: learnt });
    const written = async (run: string) => {
      const { stdout } = await flowvae(['export', run, '--onnx', join(run, 'onnx'), '--json']);
      return JSON.parse(stdout) as Record<string, string | null>;
    };
    expect((await written(plain)).prior).toBe(null);
    const { prior } = await written(learnt);
    expect(prior).toBe(join(learnt, 'onnx', 'prior.onnx'));
    expect(portabilityFaults(readFileSync(prior!))).toEqual([]);
  });
});
