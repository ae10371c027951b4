// `tsx experiments/flow-family/run.ts`: trains every flow; one JSON file each, and the table of the README from all of them.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { completeConfig, evaluate, experiment, fit, fold, tf, tolerateClosedPipes, training } from 'flowvae';
import { scales, shared } from './config.ts';
import { type FamilyResult, tableOf } from './table.ts';

tolerateClosedPipes();

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: 'full' },
    threads: { type: 'string', default: '2' },
    only: { type: 'string' },
    retime: { type: 'boolean', default: false },
    out: { type: 'string', default: fileURLToPath(new URL('results', import.meta.url)) },
  },
});
const scale = scales[values.scale as keyof typeof scales];
if (!scale) throw new Error(`--scale: expected ${Object.keys(scales).join(' or ')}, got ${values.scale}`);
/** Steps of which the median is taken. */
const TIMED_STEPS = 120;

await tf.setBackend('cpu');
mkdirSync(values.out, { recursive: true });
const chosen = values.only === undefined ? scale.formulas : values.only.split(',');
for (const [i, formula] of chosen.entries()) {
  const file = join(values.out, `${formula.replaceAll('*', 'x')}.json`);
  if (existsSync(file)) continue; // finished runs are not run again
  process.stderr.write(`${i + 1}/${chosen.length} ${formula}\n`);
  writeFileSync(file, `${JSON.stringify(await trained(formula), null, 2)}\n`);
}
const files = readdirSync(values.out).filter((file) => file.endsWith('.json'));
const read = (file: string) => JSON.parse(readFileSync(join(values.out, file), 'utf8')) as FamilyResult;
if (values.retime) for (const file of files) await retime(file);
const results = files.map(read);
const table = tableOf(results, scales.full.formulas);
process.stdout.write(table);
if (values.scale === 'full') writeTable(table);

/** The README's table is written by this, never typed. */
function writeTable(markdown: string): void {
  const path = fileURLToPath(new URL('README.md', import.meta.url));
  const text = readFileSync(path, 'utf8');
  const between = /(<!-- table -->\n).*(<!-- \/table -->)/s;
  writeFileSync(
    path,
    text.replace(between, (_, open: string, close: string) => `${open}\n${markdown}\n${close}`),
  );
}

/** Times a result's step again, on a machine that does nothing else; its bound stays. */
async function retime(file: string): Promise<void> {
  const result = read(file);
  const threads = Number(values.threads);
  const { problem, optimizer, model } = problemOf(result.flow, TIMED_STEPS, threads);
  const { msPerStep } = await fit({ ...problem, variables: model.variables, optimizer, steps: TIMED_STEPS, threads });
  writeFileSync(
    join(values.out, file),
    `${JSON.stringify({ ...result, msPerStep, timedThreads: threads }, null, 2)}\n`,
  );
  process.stderr.write(`${result.flow} ${msPerStep.toFixed(1)} ms\n`);
}

function problemOf(flow: string, steps: number, threads: number) {
  const config = completeConfig({ ...shared, flow, steps, evalImages: scale!.evalImages, threads });
  const parts = experiment(config);
  return { ...parts, ...training(parts) };
}

async function trained(flow: string): Promise<FamilyResult> {
  const { steps } = scale!;
  const threads = Number(values.threads);
  const parts = problemOf(flow, steps, threads);
  const { config, problem, optimizer } = parts;
  const { variables, at, noise } = parts.model;
  const fitted = await fit({ ...problem, variables, optimizer, steps, threads });
  const data = parts.test;
  const { samples, images, ...estimate } = await evaluate({
    variables,
    modelAt: at,
    noise,
    data,
    samples: config.evalSamples,
    key: fold(parts.key, 'evaluation'),
    threads,
  });
  const sizes = Object.entries(variables).map(([name, { size }]) => [name, size] as const);
  const count = (chosen: readonly (readonly [string, number])[]) => chosen.reduce((sum, [, size]) => sum + size, 0);
  return {
    flow,
    steps,
    seed: config.seed,
    binarization: config.binarize,
    images,
    samples,
    negativeElbo: -estimate.elbo,
    negativeElboStandardError: estimate.elboStandardError,
    nll: estimate.nll,
    nllStandardError: estimate.nllStandardError,
    parameters: count(sizes),
    msPerStep: fitted.msPerStep,
    threads,
    timedThreads: threads,
    node: process.version,
  };
}
