// `tsx experiments/flow-family/run.ts`: trains every flow; one JSON file each, and the tables of the README from all of
// them.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { completeConfig, evaluateModel, experiment, fit, fold, makeFolder, tf, training } from 'flowvae';
import { readChoices, readCount, readEntry, readValues, startCommand } from '../command-line.ts';
import { updateMarkedTables } from '../readme-tables.ts';
import { type Case, scales, shared } from './config.ts';
import { type FamilyResult, familyTable, seedsTable } from './table.ts';

startCommand();
const inHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const values = readValues({
  scale: { type: 'string', default: 'full' },
  threads: { type: 'string', default: '2' },
  only: { type: 'string' },
  retime: { type: 'boolean', default: false },
  out: { type: 'string' },
});
const scale = readEntry('scale', values.scale, scales);
const flows = readChoices('only', values.only, [...new Set(scale.cases.map(({ flow }) => flow))]);
const threads = readCount('threads', values.threads);
const folder = values.out ?? inHere(values.scale === 'seeds' ? 'results/seeds' : 'results');
/** Steps of which the median is taken. */
const TIMED_STEPS = 120;

await tf.setBackend('cpu');
makeFolder(folder);
const chosen = scale.cases.filter(({ flow }) => flows.includes(flow));
for (const [i, each] of chosen.entries()) {
  const file = join(folder, fileOf(each));
  if (existsSync(file)) continue; // finished runs are not run again
  process.stderr.write(`${i + 1}/${chosen.length} ${fileOf(each)}\n`);
  writeFileSync(file, `${JSON.stringify(await trained(each), null, 2)}\n`);
}
const resultFiles = readdirSync(folder).filter((file) => file.endsWith('.json'));
if (values.retime) for (const file of resultFiles) await retime(file);
process.stdout.write(tableOf(values.scale === 'seeds' ? 'seeds' : 'flows', folder));
const readmes = [inHere('README.md'), inHere('../README.md')];
if (values.out === undefined && values.scale !== 'smoke')
  updateMarkedTables({ tag: 'family', paths: readmes, table: committedTable, write: true });

/** The READMEs' tables are written by this, never typed. */
function committedTable(name: string): string {
  return tableOf(name, inHere(name === 'seeds' ? 'results/seeds' : 'results'));
}

function tableOf(name: string, from: string): string {
  if (!existsSync(from)) return 'Not run yet.\n';
  const files = readdirSync(from).filter((file) => file.endsWith('.json'));
  const results = files.map((file) => read(join(from, file)));
  return name === 'seeds'
    ? seedsTable(results)
    : familyTable(
        results,
        scales.full.cases.map(({ flow }) => flow),
      );
}

function read(path: string): FamilyResult {
  return JSON.parse(readFileSync(path, 'utf8')) as FamilyResult;
}

function fileOf({ flow, heads, seed }: Case): string {
  const parts = [flow.replaceAll('*', 'x'), ...(heads === 'plain' ? ['plain'] : []), ...(seed > 0 ? [seed] : [])];
  return `${parts.join('-')}.json`;
}

/** Measures a result's step again, on an idle machine; its bound stays. */
async function retime(file: string): Promise<void> {
  const path = join(folder, file);
  const result = read(path);
  const { problem, optimizer, model } = await problemOf(result, TIMED_STEPS, threads);
  const { msPerStep } = await fit({ ...problem, variables: model.variables, optimizer, steps: TIMED_STEPS, threads });
  writeFileSync(path, `${JSON.stringify({ ...result, msPerStep, timedThreads: threads }, null, 2)}\n`);
  process.stderr.write(`${file} ${msPerStep.toFixed(1)} ms\n`);
}

async function problemOf({ flow, heads, seed }: Case, steps: number, threads: number) {
  const { evalImages } = scale!;
  const config = completeConfig({ ...shared, flow, heads, seed, steps, evalImages, threads });
  const parts = await experiment(config);
  return { ...parts, ...training(parts) };
}

async function trained(run: Case): Promise<FamilyResult> {
  const { steps } = scale!;
  const parts = await problemOf(run, steps, threads);
  const { config, problem, optimizer } = parts;
  const { variables, at, noise } = parts.model;
  const fitted = await fit({ ...problem, variables, optimizer, steps, threads });
  const data = parts.test;
  const { samples, images, ...estimate } = await evaluateModel({
    variables,
    modelAt: at,
    noise,
    data,
    samples: config.evalSamples,
    key: fold(parts.key, 'evaluation'),
    threads,
  });
  const sizes = Object.values(variables).map(({ size }) => size);
  return {
    ...run,
    steps,
    binarization: config.binarize,
    images,
    samples,
    negativeElbo: -estimate.elbo,
    negativeElboStandardError: estimate.elboStandardError,
    nll: estimate.nll,
    nllStandardError: estimate.nllStandardError,
    parameters: sizes.reduce((sum, size) => sum + size, 0),
    msPerStep: fitted.msPerStep,
    threads,
    timedThreads: threads,
    node: process.version,
  };
}
