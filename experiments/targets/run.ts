// `tsx experiments/targets/run.ts`: every target of the package by every guide; one JSON file each, and the README's
// table from all of them. A fit whose file exists is not run again.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fitTarget, key, makeFolder, targets, tf } from 'flowvae';
import { readChoices, readCount, readValues, startCommand } from '../command-line.ts';
import { updateMarkedTables } from '../readme-tables.ts';
import { fitTable, type TargetResult } from './table.ts';
import { checkedColumns, worstErrors } from './worst-errors.ts';

startCommand();
const inHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const values = readValues({
  steps: { type: 'string', default: '4000' },
  threads: { type: 'string', default: '2' },
  only: { type: 'string' },
  out: { type: 'string', default: inHere('results') },
});
/** Guides, by the reverse divergence unless another objective stands behind them. */
const guides = {
  'mean-field': {},
  'full-rank': {},
  'planar*16': {},
  'realnvp*4': {},
  'iaf*4': {},
  'spline*2': {},
  'realnvp*4, inclusive-kl(256)': { objective: 'inclusive-kl(256)', annealSteps: 0 },
} as const;
type GuideName = keyof typeof guides;
const steps = readCount('steps', values.steps);
const threads = readCount('threads', values.threads);
const names = readChoices('only', values.only, Object.keys(targets) as (keyof typeof targets)[]);
const settings = { steps, annealSteps: Math.round(steps / 10), batch: 256, lr: 5e-3, samples: 20_000 } as const;

await tf.setBackend('cpu');
makeFolder(values.out);
for (const name of names) {
  for (const flow of Object.keys(guides) as GuideName[]) {
    const file = join(values.out, `${name}-${flow.replace('*', 'x').replace(/, .*/, '-inclusive')}.json`);
    if (existsSync(file)) continue;
    const result = await fitted(name, flow);
    process.stderr.write(`${name} ${flow}: ELBO ${result.elbo.toFixed(3)}, k̂ ${result.paretoK?.toFixed(2)}\n`);
    writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  }
}

async function fitted(name: keyof typeof targets, guide: GuideName): Promise<TargetResult> {
  const from = performance.now();
  const target = targets[name];
  const options = { ...settings, ...guides[guide], flow: guide.replace(/, .*/, ''), threads, key: key(0) };
  const { estimate } = await fitTarget(target, options);
  const { draws: _, moments, guideMoments: __, ...numbers } = estimate;
  const seconds = (performance.now() - from) / 1000;
  const errors = target.moments ? worstErrors(moments, target.moments, checkedColumns[name]) : {};
  return { target: name, flow: guide, ...numbers, ...errors, trueLogZ: target.logZ, settings, threads, seconds };
}

const results = readdirSync(values.out)
  .filter((file) => file.endsWith('.json') && file !== 'peers.json')
  .map((file) => JSON.parse(readFileSync(join(values.out, file), 'utf8')) as TargetResult);
const table = fitTable(results, { targets: Object.keys(targets), guides: Object.keys(guides) });
process.stdout.write(table);
updateMarkedTables({
  tag: 'fits',
  paths: [inHere('README.md')],
  table: () => table,
  write: values.out === inHere('results'),
});
