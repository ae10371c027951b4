// `flowvae lab`: a run beside the page, a page as files, and a model of the page as a run.

import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { htmlReport } from '@flowvae/figures';
import {
  completeConfig,
  decodeSafetensors,
  encodeSafetensors,
  experiment,
  openRun,
  trainRun,
  type Variable,
} from 'flowvae';
import { beforeAll, describe, expect, it } from 'vitest';
import { labLink } from '../../../packages/flowvae/src/lab/lab-link.ts';
import { saveLabRun } from '../../../packages/flowvae/src/lab/save-lab-run.ts';
import { fileOf } from '../../../packages/lab/src/page/train/saved-model.ts';
import { firstSettings, suggestedFlows } from '../../../packages/lab/src/page/train/settings-form.ts';
import { modelOf } from '../../../packages/lab/src/worker/training-model.ts';
import { flowvaeHere, jsonHere } from '../in-process.ts';
import { freshPath, tinyData, tinySettings } from '../tiny-run.ts';

const bytesIn = (variable: Variable) => Buffer.from(Float32Array.from(variable.dataSync<'float32'>()).buffer);

let run: string;
beforeAll(async () => {
  run = freshPath();
  await trainRun(completeConfig({ ...tinySettings, data: tinyData() }), { out: run });
});

describe('flowvae lab <run> --out', () => {
  it('writes the page with the run’s model, parameters and test images', async () => {
    const out = freshPath();
    expect(await jsonHere('lab', run, '--out', out)).toEqual({ page: out });
    const page = readFileSync(join(out, 'index.html'), 'utf8');
    expect(page).toContain('<meta name="flowvae-run"');
    const described = JSON.parse(readFileSync(join(out, 'run/run.json'), 'utf8'));
    expect(described).toMatchObject({
      model: { pixels: 30, shape: [6, 5, 1], latent: 2, hidden: [8], flow: 'planar*2', networks: 'mlp' },
      steps: 6,
      data: { count: 4 },
    });
    expect(Object.keys(described.results)).toEqual(['test ELBO, nats', 'test −log p(x), nats', 'inference gap, nats']);
    const { parts } = await openRun(run);
    const { tensors } = decodeSafetensors(readFileSync(join(out, 'run/parameters.safetensors')), 'parameters');
    for (const [name, variable] of Object.entries(parts.model.variables))
      expect([...tensors[name]!.values], name).toEqual([...variable.dataSync()]);
    const images = readFileSync(join(out, 'run/images.bin'));
    expect([...images.subarray(30, 60)]).toEqual([...parts.test.row(1).map((x) => Math.round(255 * x))]);
    parts.set.close();
  });

  it('writes one HTML file that asks for no other', async () => {
    const out = `${freshPath()}.html`;
    await jsonHere('lab', run, '--out', out);
    const page = readFileSync(out, 'utf8');
    expect(page).not.toMatch(/<(link|script)[^>]+(href|src)="(?!data:)/);
    expect(page).toContain('"run/run.json":');
    expect(page.match(/<script>/g)).toHaveLength(page.match(/<\/script>/g)!.length);
  });

  it('lets the report of the run lead to a page in its folder, and to no other', async () => {
    const report = join(run, 'report.html');
    const written = htmlReport({ title: 'A run', related: { text: 'the command' }, sections: [] });
    writeFileSync(report, written);
    for (const elsewhere of [`${freshPath()}.html`, join(run, 'lab#2.html')]) {
      await jsonHere('lab', run, '--out', elsewhere);
      expect(readFileSync(report, 'utf8')).toBe(written);
    }
    await jsonHere('lab', run, '--out', join(run, 'lab.html'));
    const link = '<a href="lab.html">The lab: this run in a browser page</a>';
    expect(readFileSync(report, 'utf8')).toBe(written.replace('the command', link));
    const { parts } = await openRun(run);
    expect(labLink(parts, run)?.href).toBe('lab.html'); // a report that is written anew
    utimesSync(join(run, 'lab.html'), 1, 1); // older than the parameters
    expect(labLink(parts, run)).toEqual({ text: expect.stringContaining('flowvae lab, with the folder') });
    parts.set.close();
    for (const name of ['lab.html', 'lab#2.html']) rmSync(join(run, name));
    const linked = freshPath();
    symlinkSync(run, linked);
    await jsonHere('lab', linked, '--out', join(run, 'lab'));
    expect(readFileSync(report, 'utf8')).toContain(
      '<a href="lab/index.html">The lab: this run in a browser page, which',
    );
    rmSync(join(run, 'lab'), { recursive: true });
    rmSync(report);
  });

  it('refuses a folder with files, and options of a served page', async () => {
    const full = freshPath();
    mkdirSync(full);
    writeFileSync(join(full, 'mine.txt'), 'mine');
    const refused = await flowvaeHere(['lab', '--out', full]);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(
      'expected a new folder, an empty one, or a file that ends in .html, got a folder that holds files',
    );
    expect(readdirSync(full)).toEqual(['mine.txt']);
    expect((await flowvaeHere(['lab', '--out', freshPath(), '--port', '8080'])).stderr).toContain(
      'flowvae: --port: expected none beside --out, which serves nothing, got 8080',
    );
    expect((await flowvaeHere(['lab', '--out', freshPath(), '--no-open'])).stderr).toContain(
      '--no-open: expected none',
    );
    expect((await flowvaeHere(['lab', freshPath(), '--out', freshPath()])).code).toBe(2);
  });
});

describe('the address', () => {
  it('is refused in one line where its port is in use, and nothing is served', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const refused = await flowvaeHere(['lab', '--no-open', '--port', String(port)]);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(`--port ${port}: expected a port that can be opened, got one in use`);
    other.close();
  });
});

describe('the room Train', () => {
  it.each(suggestedFlows)('suggests a formula that the command reads: %s', (flow) => {
    expect(() => completeConfig({ flow, latent: 2 })).not.toThrow();
  });

  it.each(['planar*4', 'iaf*2', 'realnvp*2', 'none'])(
    'makes the model of the command, arrays and first weights: %s',
    async (flow) => {
      const settings = { ...firstSettings, flow, hidden: [6], seed: 5 };
      const here = await experiment(
        completeConfig({ flow, hidden: [6], latent: 2, seed: 5, data: 'mnist', evalImages: 1 }),
      );
      const there = modelOf(settings, 784, new Float32Array(784).fill(0.5));
      expect(Object.keys(there.variables)).toEqual(Object.keys(here.model.variables));
      const others = Object.entries(there.variables).filter(
        ([name, variable]) => Buffer.compare(bytesIn(variable), bytesIn(here.model.variables[name]!)) !== 0,
      );
      // the last bias starts at the mean of the data
      expect(others.map(([, { shape }]) => shape)).toEqual([[784]]);
      here.set.close();
    },
  );
});

describe('a model of the page', () => {
  const entries = [{ step: 20, loss: 200, terms: { elbo: -200 }, gradientNorm: 3, msPerStep: 5 }];

  it('becomes a run that the command opens and evaluates, with the same parameters', async () => {
    const settings = { ...firstSettings, hidden: [6], latent: 3, seed: 5, steps: 400 };
    const config = completeConfig({
      flow: settings.flow,
      hidden: [6],
      latent: 3,
      data: 'mnist',
      steps: 1,
      evalImages: 1,
    });
    const like = freshPath();
    await trainRun(config, { out: like, until: 1 });
    const { parts } = await openRun(like);
    const values = Object.entries(parts.model.variables).map(
      ([name, v]) => [name, { shape: v.shape, values: v.dataSync() as Float32Array }] as const,
    );
    const training = { pictures: 'digits', images: 10_000, engine: 'ONNX Runtime' } as const;
    const snapshot = { step: 20, values: Object.fromEntries(values) };
    const saved = await saveLabRun(fileOf({ settings, entries, snapshot, training }, 'a browser'), freshPath());
    const opened = await openRun(saved.run);
    expect(opened.parts.config).toMatchObject({ flow: 'planar*4', latent: 3, hidden: [6], seed: 5, steps: 20 });
    for (const [name, variable] of Object.entries(opened.parts.model.variables))
      expect([...variable.dataSync()], name).toEqual([...parts.model.variables[name]!.dataSync()]);
    expect(JSON.parse(readFileSync(join(saved.run, 'metrics.jsonl'), 'utf8'))).toEqual(entries[0]);
    expect(JSON.parse(readFileSync(join(saved.run, 'config.json'), 'utf8')).lab).toEqual({
      ...training,
      browser: 'a browser',
    });
    const report = await jsonHere('evaluate', saved.run, '--eval-images', '2', '--eval-samples', '5');
    expect(report.testNll).toBeGreaterThan(100);
    const before = readFileSync(join(saved.run, 'metrics.jsonl'));
    for (const more of [[], ['--allow-different-machine']]) {
      const resumed = await flowvaeHere(['train', '--resume', saved.run, ...more]);
      expect(resumed).toMatchObject({ code: 2, stdout: '' });
      expect(resumed.stderr).toContain(
        'expected a run with checkpoints, got a model that the page of `flowvae lab` trained',
      );
    }
    expect(readFileSync(join(saved.run, 'metrics.jsonl'))).toEqual(before);
  });

  it('is refused where its settings or parameters are others, and nothing is written', async () => {
    const [settings, out] = [firstSettings, freshPath()];
    const wrong = (change: object) =>
      encodeSafetensors({
        tensors: {},
        metadata: {
          ...{ settings: JSON.stringify(settings), entries: '[]', steps: '5', training: '{"pictures":"digits"}' },
          ...change,
        },
      });
    await expect(saveLabRun(wrong({}), out)).rejects.toThrow('the page');
    await expect(saveLabRun(wrong({ settings: '{"flow":"plan*4"}' }), out)).rejects.toThrow('flow formula');
    await expect(saveLabRun(wrong({ steps: '0' }), out)).rejects.toThrow('expected a safetensors file with settings');
    await expect(saveLabRun(wrong({ training: '{"pictures":"own"}' }), out)).rejects.toThrow(
      'got one of other pictures',
    );
    await expect(saveLabRun(new TextEncoder().encode('no model'), out)).rejects.toThrow('the page');
    expect(existsSync(out)).toBe(false);
  });
});
