// Figures of a run as files: the pictures that training leaves, and each figure of the report by itself.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { completeConfig, decodeSafetensors, openRun, report, trainRun } from 'flowvae';
import { beforeAll, describe, expect, it } from 'vitest';
import { figureFiles, slug } from '../../packages/flowvae/src/report/figures/named-figure.ts';
import { pictureEvery } from '../../packages/flowvae/src/run/training/step-pictures.ts';
import { readPdf } from '../figures/pdf.ts';
import { pngSignature } from '../figures/png.ts';
import { readEvents } from '../runs/event-reader.ts';
import { path, train, writeDataFiles } from './data-files.ts';
import { flowvaeHere, jsonHere } from './in-process.ts';
import { freshPath, tinyData, tinyFlags, tinySettings } from './tiny-run.ts';

const run = freshPath();
const config = completeConfig({ ...tinySettings, data: tinyData() });
beforeAll(() => trainRun(config, { out: run }), 60_000);

const textOf = (file: Uint8Array) => new TextDecoder().decode(file);
const inFolder = (folder: string) => readdirSync(join(folder, 'figures')).toSorted();

/** Of a run on pictures without labels, whose flow is planar. */
const reportNames = [
  'terms',
  'learning-curve',
  'nll-per-image',
  'kl-per-image',
  'effective-samples-per-image',
  'log-det-by-layer',
  '1-plus-wTu-by-layer',
  'variance-of-means',
  'posterior-slices',
  'inference-gap',
  'reconstructions',
  'traversals',
  'samples',
];

describe('pictures of training', () => {
  /** The pictures in TensorBoard's file. */
  const shown = (folder: string) => {
    const file = readdirSync(folder).find((name) => name.startsWith('events.'))!;
    return readEvents(readFileSync(join(folder, file))).flatMap(({ values }) =>
      values.filter(({ kind }) => kind === 'image').map(({ tag, fields }) => ({ tag, fields })),
    );
  };

  it('are SVG files where they are asked for, and PNG in TensorBoard still', async () => {
    const out = freshPath();
    const flags = [...tinyFlags(config.data), '--out', out, '--figures', 'svg', '--untitled'];
    const { figures } = await jsonHere('train', ...flags);
    expect(figures.map((each: string) => basename(each))).toEqual([
      'samples.svg',
      'reconstructions.svg',
      'learning-curve.svg',
    ]);
    expect(inFolder(out)).toEqual(['learning-curve.svg', 'reconstructions.svg', 'samples.svg']);
    for (const file of figures) expect(textOf(readFileSync(file))).toMatch(/^<\?xml[^>]*>\s*<svg /);
    expect(inFolder(run)).toEqual(['learning-curve.png', 'reconstructions.png', 'samples.png']);
    expect(shown(out)).toHaveLength(3);
    expect(shown(out)).toEqual(shown(run));
    const settings = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
    expect(settings).not.toHaveProperty('figures'); // the same run, whatever its pictures look like
  }, 60_000);
});

describe('a run of many steps', () => {
  it('shows pictures and parameters of several steps, each once, though it was stopped between them', async () => {
    const out = freshPath();
    const long = { ...config, steps: 2200 };
    await trainRun(long, { out, until: 1500, checkpointEvery: 500 });
    const file = join(out, 'checkpoints', 'step-000001000.safetensors');
    const { tensors } = decodeSafetensors(readFileSync(file), file);
    await trainRun(long, { out, resume: true });
    const events = readEvents(readFileSync(join(out, 'events.out.tfevents.flowvae')));
    const stepsOf = (wanted: (value: { readonly kind: string; readonly tag: string }) => boolean) =>
      events.filter(({ values }) => values.some(wanted)).map(({ step }) => step);
    for (const name of ['samples', 'reconstructions']) {
      expect(stepsOf(({ kind, tag }) => kind === 'image' && tag === name)).toEqual([1000, 2000, 2200]);
    }
    // the picture of a step comes before its checkpoint, and has its parameters
    const SUM = 4;
    const told = events.filter(({ step }) => step === 1000).flatMap(({ values }) => values);
    const sums = told.flatMap(({ kind, tag, fields }) =>
      kind === 'histogram' ? [[tag, fields.find(({ number }) => number === SUM)?.value ?? 0] as const] : [],
    );
    expect(sums.length).toBeGreaterThan(5);
    for (const [tag, sum] of sums) {
      expect(sum).toBeCloseTo(
        tensors[tag]!.values.reduce((a, b) => a + b, 0),
        6,
      );
    }
    // a checkpoint tells the distributions of parameters, too
    expect(stepsOf(({ kind }) => kind === 'histogram')).toEqual([500, 1000, 1500, 2000, 2200]);
    expect([500, 6000, 10_000, 100_000].map(pictureEvery)).toEqual([1000, 1200, 2000, 20_000]);
  }, 60_000);
});

describe('evaluate --report --figures', () => {
  it('writes every figure of the page as a file, and the page as without', async () => {
    const plain = await jsonHere('evaluate', run, '--report');
    expect(plain).not.toHaveProperty('figures');
    const page = readFileSync(plain.report, 'utf8');
    const { figures } = await jsonHere('evaluate', run, '--report', '--figures', 'pdf');
    expect(figures).toEqual(reportNames.map((name) => join(run, 'figures', `${name}.pdf`)));
    expect(figures).toHaveLength(page.match(/<figure /g)!.length);
    for (const file of figures) expect(readPdf(readFileSync(file)).pages).toBe(1);
    const { stdout } = await flowvaeHere(['evaluate', run, '--report', '--figures', 'svg', '--quiet']);
    const file = join(run, 'figures', 'terms.svg');
    expect(stdout).toContain(`figure      ${file}\n`);
    expect(page).toContain(readFileSync(file).toString('base64')); // the page's own chart
    expect(readFileSync(plain.report, 'utf8')).toBe(page);
  }, 60_000);

  it('of other data leaves the figures of the run', async () => {
    const numbers = freshPath();
    writeDataFiles();
    await train(path('numbers.npy'), numbers);
    const before = inFolder(numbers);
    const other = ['--report', '--figures', 'svg', '--data', path('others.npy')];
    const { figures } = await jsonHere('evaluate', numbers, ...other);
    expect(figures).toContain(join(numbers, 'figures', 'terms-others.npy.svg'));
    expect(inFolder(numbers).filter((name) => !name.includes('others.npy'))).toEqual(before);
  }, 60_000);
});

describe('the options for figures are refused', () => {
  it.each<[string, string[], string]>([
    [
      'without a report',
      ['evaluate', run, '--figures', 'svg'],
      '--figures: expected --report beside it, got no --report',
    ],
    [
      'without a format, in evaluate',
      ['evaluate', run, '--report', '--untitled'],
      '--untitled: expected --figures <png|svg|pdf> beside it, got no --figures',
    ],
    [
      'without a format, in train',
      ['train', '--untitled'],
      '--untitled: expected --figures <png|svg|pdf> beside it, got no --figures',
    ],
    ['of another format', ['train', '--figures', 'sgv'], "--figures: expected one of png, svg, pdf, got 'sgv'; "],
    ['beside --replay', ['train', '--replay', run, '--figures', 'svg'], '--figures: expected only --data, '],
  ])('%s', async (_, args, message) => {
    const { code, stderr } = await flowvaeHere(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`flowvae: ${message}`)]);
  });
});

describe('report in a program', () => {
  it('returns the figures where they are asked for', async () => {
    const { parts } = await openRun(run);
    const titled = (await report({ parts }, { figures: { format: 'png' } }))!;
    const untitled = (await report({ parts }, { figures: { titles: false } }))!;
    expect(untitled.html).toBe(titled.html);
    for (const name of ['samples', 'reconstructions', 'traversals', 'posterior-slices']) {
      expect(titled.html).toContain(Buffer.from(titled.figures[`${name}.png`]!).toString('base64'));
    }
    const names = reportNames.filter((name) => name !== 'learning-curve').map((name) => `${name}.png`); // no history
    expect(Object.keys(untitled.figures)).toEqual(names);
    for (const name of names) {
      const [one, other] = [titled.figures[name]!, untitled.figures[name]!];
      expect([...other.subarray(0, 8)]).toEqual(pngSignature);
      expect([name, Buffer.compare(one, other) !== 0]).toEqual([name, true]);
    }
  }, 60_000);
});

it('equal names of figures get numbers, so that no file is lost', () => {
  const draw = () => new Uint8Array();
  const files = figureFiles(
    [
      { name: 'a', draw },
      { name: 'b', draw },
      { name: 'a', draw },
    ],
    { format: 'svg' },
  );
  expect(Object.keys(files)).toEqual(['a.svg', 'b.svg', 'a-2.svg']);
  expect(['1 + r₁r₂', 'wᵀû/β: ', '/'].map(slug)).toEqual(['1-plus-r1r2', 'wTu', '']);
});
