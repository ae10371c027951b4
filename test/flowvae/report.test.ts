// The products of a finished run: its report, its latents, and the same for its checkpoints.
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asMlpVae, completeConfig, decodeSafetensors, openRun, tf, trainRun } from 'flowvae';
import { beforeAll, describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { type Outcome, flowvae as started } from '../processes/programs.ts';
import { freshPath, tinyData, tinySettings } from './tiny-run.ts';

const cwd = fileURLToPath(new URL('../..', import.meta.url));

const flowvae = (...args: readonly string[]) => started(args);

/** Starts the command; once the file of a name appears beside a path, it gets a SIGINT. */
async function interrupted(beside: string, ...args: readonly string[]): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const outcome = await started(args, {
    onStart(child) {
      timer = setInterval(() => {
        if (!existsSync(`${beside}.${child.pid}.partial`)) return;
        clearInterval(timer);
        child.kill('SIGINT');
      }, 20);
    },
  });
  clearInterval(timer);
  return outcome;
}

const run = freshPath();
const data = tinyData();
beforeAll(async () => {
  await trainRun(completeConfig({ ...tinySettings, data }), { out: run });
}, 120_000);

describe('evaluate --report', () => {
  it("writes report.json, with training's entries kept, and one page that loads nothing", async () => {
    const before = JSON.parse(readFileSync(join(run, 'report.json'), 'utf8'));
    const { code, stdout } = await flowvae('evaluate', run, '--report', '--json', '--eval-samples', '3');
    expect(code).toBe(0);
    const path = join(run, 'report.html');
    expect(JSON.parse(stdout).report).toBe(path);
    const report = JSON.parse(readFileSync(join(run, 'report.json'), 'utf8'));
    const { diagnostics, ...rest } = report;
    expect(rest).toEqual(before);
    const { evaluation, statistics, perImage, inferenceGaps } = diagnostics;
    expect(evaluation).toMatchObject({ evalSamples: 3, evalImages: 4, engine: 'compiled' });
    expect([before.evalSamples, evaluation.testNll]).toEqual([5, JSON.parse(stdout).testNll]);
    expect(statistics.layers.map(({ name }: { name: string }) => name)).toEqual(['planar[0]', 'planar[1]']);
    expect([perImage.length, inferenceGaps.length]).toEqual([4, 4]);
    const { elbo, logLikelihood, logPrior, logBase, logDet } = statistics.terms;
    expect(logLikelihood + logPrior - logBase + logDet).toBeCloseTo(elbo, 3);
    for (const image of perImage) {
      expect(image.klToTruePosterior).toBeCloseTo(image.logEvidence - image.elbo, 9);
      const sum = image.terms.logDets.reduce((total: number, value: number) => total + value, 0);
      expect(image.terms.logDet).toBeCloseTo(sum, 9);
    }
    const html = readFileSync(path, 'utf8');
    const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address!);
    expect(addresses.filter((address) => address.startsWith('data:image/')).length).toBeGreaterThan(8);
    expect(addresses.filter((address) => !/^(data:|#)/.test(address))).toEqual([]);
    expect(html).toContain(`<td>${basename(data)}</td>`);
    expect(html).not.toContain(data);
    for (const title of ['Summary', 'Learning curve', 'Layers of the flow', 'Inference gap', 'Pictures']) {
      expect(html).toContain(`>${title}</h2>`);
    }
    expect(html).toContain('>flowvae lab, with the folder of this run, opens it in a browser page');
  }, 120_000);
});

describe('evaluate --report of one image, and without a flow', () => {
  it('names the numbers that need more than one image, and writes all others', async () => {
    const out = freshPath();
    await trainRun(completeConfig({ ...tinySettings, flow: 'none', data: tinyData(), evalImages: 0 }), { out });
    const { code, stdout, stderr } = await flowvae('evaluate', out, '--report', '--eval-images', '1', '--quiet');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^test NLL {4}\d+\.\d+ nats\n/); // no standard error
    expect(stdout).toContain(join(out, 'report.html'));
    const { diagnostics, ...trained } = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
    expect([trained.evalImages, trained.testNll, diagnostics.evaluation.evalImages]).toEqual([0, null, 1]);
    const { statistics, klToTruePosterior } = diagnostics;
    expect([statistics.images, statistics.layers, klToTruePosterior.standardError]).toEqual([1, [], null]);
    expect(statistics.activeUnits).toEqual({ threshold: 0.01, count: null, varianceOfMeans: [null, null] });
    expect(statistics.klPerDimension).toEqual([expect.any(Number), expect.any(Number)]);
    const html = readFileSync(join(out, 'report.html'), 'utf8').replaceAll(/base64,[^"]*/g, '');
    expect(html).toContain('Active units need more than one image');
    expect(html).toContain('alt="KL(q‖p(z)) of each dimension"');
    expect(html).not.toMatch(/Variance of posterior means|Layers of the flow|not finite|NaN/);
    expect(html.match(/<td>–<\/td><td>1<\/td>/g)).toHaveLength(6); // the standard error of every mean
  }, 120_000);
});

describe('encode', () => {
  const encode = (out: string, ...more: readonly string[]) =>
    flowvae('encode', run, '--out', out, '--samples', '3', '--mean-samples', '5', ...more);
  const [first, again, other] = [freshPath(), freshPath(), freshPath()];

  it("writes the model's results, the same bytes for the same seed", async () => {
    const outcomes = await Promise.all([encode(first), encode(again), encode(other, '--seed', '1')]);
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0]);
    const [bytes, same, different] = [first, again, other].map((path) => readFileSync(path));
    expect([bytes!.equals(same!), bytes!.equals(different!)]).toEqual([true, false]);
    const { tensors } = decodeSafetensors(bytes!, first);
    expect(Object.entries(tensors).map(([name, { shape }]) => [name, shape])).toEqual([
      ['mean', [12, 2]],
      ['samples', [12, 3, 2]],
      ['log_q', [12, 3]],
    ]);
    // log q at every draw, by the model itself, through the inverse of the flow
    const { parts } = await openRun(run, { evalImages: 12 });
    const scored = tf.tidy(() =>
      Array.from({ length: 12 }, (_, i) => {
        const x = tf.tile(tf.tensor2d(parts.test.row(i), [1, 30]), [3, 1]);
        const z = tf.tensor2d(tensors.samples!.values.subarray(6 * i, 6 * i + 6), [3, 2]);
        const posterior = asMlpVae(parts.model).infer(x as never) as unknown as { logProb(z: unknown): typeof x };
        return [...posterior.logProb(z).dataSync()];
      }),
    );
    expect(differences('log q', tensors.log_q!.values, scored.flat(), 2e-4)).toEqual([]);
  }, 120_000);
});

describe('encode that is stopped', () => {
  it('leaves nothing beside the file, and the file as it was', async () => {
    const folder = freshPath();
    mkdirSync(folder);
    const out = join(folder, 'latents');
    writeFileSync(out, 'mine');
    const { code, stdout, stderr } = await interrupted(out, 'encode', run, '--out', out, '--mean-samples', '10000');
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr).toContain(`stopped before all images were encoded; ${out} was not written\n`);
    expect([readdirSync(folder), readFileSync(out, 'utf8')]).toEqual([['latents'], 'mine']);
  }, 120_000);
});

describe('a checkpoint', () => {
  it('last has the parameters that training ended with; best needs a validation', async () => {
    const valuesOf = async (which?: 'last') =>
      Object.values((await openRun(run, {}, which)).parts.model.variables).map((v) => [...v.dataSync()]);
    expect(await valuesOf('last')).toEqual(await valuesOf());
    await expect(openRun(run, {}, 'best')).rejects.toThrow(
      /`checkpoint` best: expected a run that has measured a validation bound, got .*; train with `validateEvery`/,
    );
  });

  it('best is that of the best validation, not the last', async () => {
    const out = freshPath();
    const config = completeConfig({ ...tinySettings, data: tinyData(), validateEvery: 1, evalImages: 0, lr: 0.05 });
    await trainRun(config, { out, checkpointEvery: 1, keepCheckpoints: 10 });
    const lines = readFileSync(join(out, 'metrics.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const bounds = lines
      .filter(({ validation }) => validation)
      .map(({ step, validation }) => ({ step, elbo: validation.elbo }));
    const best = bounds.reduce((a, b) => (b.elbo > a.elbo ? b : a)).step;
    const name = `step-${String(best).padStart(9, '0')}.safetensors`;
    const { tensors } = decodeSafetensors(readFileSync(join(out, 'checkpoints', name)), name);
    const { variables } = (await openRun(out, {}, 'best')).parts.model;
    for (const [path, variable] of Object.entries(variables))
      expect([...variable.dataSync()]).toEqual([...tensors[path]!.values]);

    // the latest is damaged: the one before it is taken, and that is said
    truncateSync(join(out, 'checkpoints', 'step-000000006.safetensors'), 500);
    const [told, encoded] = await Promise.all([
      flowvae('evaluate', out, '--checkpoint', 'last', '--quiet', '--eval-images', '4', '--report'),
      flowvae('encode', out, '--checkpoint', 'last', '--json', '--images', '1', '--out', freshPath()),
    ]);
    const notice = /^the checkpoint of step 6 cannot be used: .*step-000000006\.safetensors: expected a file of/m;
    expect([told.stderr, encoded.stderr]).toEqual([expect.stringMatching(notice), expect.stringMatching(notice)]);
    expect(told.stdout).toMatch(/^parameters {2}last checkpoint, of step 5\n/);
    expect(JSON.parse(encoded.stdout).checkpoint).toEqual({ choice: 'last', step: 5 });
    const { diagnostics } = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
    expect(diagnostics.evaluation.checkpoint).toEqual({ choice: 'last', step: 5 });
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('Parameters of the last checkpoint, of step 5.');
    const none = await flowvae('evaluate', out, '--report', '--eval-images', '0');
    expect([none.code, none.stdout]).toEqual([2, '']);
  }, 120_000);
});

it('encode refuses a folder as its file before any work', async () => {
  const { code, stderr } = await flowvae('encode', 'no run', '--out', cwd);
  expect([code, stderr]).toEqual([2, `flowvae: --out ${cwd}: expected a file, got a folder; name a file\n`]);
}, 120_000);

it.each([
  [['evaluate', run, '--checkpoint', 'first'], /--checkpoint: expected best or last, got 'first'/],
  [
    ['encode', run, '--out', freshPath(), '--split', 'everything'],
    /--split: expected one of train, validation, test, all, got 'everything'/,
  ],
  [
    ['encode', run, '--out', join(freshPath(), 'no', 'folder')],
    /folder: expected a file in a folder that is there, got no folder .*; make the folder/,
  ],
])(
  '%s is refused with exit code 2, and writes nothing',
  async (args, text) => {
    const { code, stdout, stderr } = await flowvae(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(text);
    const at = args.indexOf('--out');
    if (at >= 0) expect(existsSync(args[at + 1]!)).toBe(false);
  },
  120_000,
);
