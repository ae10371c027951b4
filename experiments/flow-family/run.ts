// `tsx experiments/flow-family/run.ts`: trains every flow; one JSON file each, and the table of the README from all of them.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { completeConfig, evaluate, experiment, fit, fold, tf, training } from 'flowvae';
import { scales, shared } from './config.ts';
import { type FamilyResult, tableOf } from './table.ts';

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: 'full' },
    threads: { type: 'string', default: '2' },
    only: { type: 'string' },
    out: { type: 'string', default: fileURLToPath(new URL('results', import.meta.url)) },
  },
});
const scale = scales[values.scale as keyof typeof scales];
if (!scale) throw new Error(`--scale: expected ${Object.keys(scales).join(' or ')}, got ${values.scale}`);
await tf.setBackend('cpu');
mkdirSync(values.out, { recursive: true });
const chosen = values.only === undefined ? scale.formulas : values.only.split(',');
for (const [i, formula] of chosen.entries()) {
  const file = join(values.out, `${formula.replaceAll('*', 'x')}.json`);
  if (existsSync(file)) continue; // finished runs are not run again
  process.stderr.write(`${i + 1}/${chosen.length} ${formula}\n`);
  writeFileSync(file, `${JSON.stringify(await trained(formula), null, 2)}\n`);
}
const results = readdirSync(values.out)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(join(values.out, file), 'utf8')) as FamilyResult);
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

async function trained(flow: string): Promise<FamilyResult> {
  const { steps, evalImages } = scale!;
  const threads = Number(values.threads);
  const config = completeConfig({ ...shared, flow, steps, evalImages, threads });
  const parts = experiment(config);
  const { problem, optimizer } = training(parts);
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
    node: process.version,
  };
}
