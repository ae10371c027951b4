// `node --import tsx experiments/table2/flow-use-table.ts <run folder> …`: the effect of each run's planar flow, as a
// table.
import { basename } from 'node:path';
import { ExpectationError, type HistoryEntry, openRun, startEagerBackend } from 'flowvae';
import { startCommand } from '../command-line.ts';
import { markdownTable } from '../markdown-table.ts';
import { type Use, useOf } from './flow-use.ts';

startCommand();

const IMAGES = 1000;
const AT_ONCE = 25;
const DRAWS = 20;

/** Steps at which the table gives the training log-det. */
const STEPS = [300, 3000, 30_000];

const HEADER = [
  'run',
  `log-det at ${STEPS.map((step) => step.toLocaleString('en-GB')).join(' / ')} steps`,
  'largest gradient norm',
  'log-det',
  'on flat ends',
  'ELBO',
  'flow as a shift',
  'base alone',
];

async function row(path: string): Promise<string[]> {
  const { folder, parts } = await openRun(path, { evalImages: IMAGES });
  const { flow, amortize, architecture } = parts.config;
  if (!/^planar\*\d+$/.test(flow) || amortize !== 'flow' || architecture === 'mlp') {
    throw new ExpectationError({
      where: path,
      expected: 'a run of a published network with an amortised planar flow',
      received: `flow ${flow}, amortize ${amortize}, architecture ${architecture}`,
    });
  }
  const entries = folder.readMetrics().filter((entry): entry is HistoryEntry => 'gradientNorm' in entry);
  const logDets = STEPS.map((at) => entries.find(({ step }) => step === at)?.terms.logDet?.toFixed(1) ?? '–');
  const largest = entries.reduce((most, { gradientNorm }) => Math.max(most, gradientNorm), 0);
  const uses = Array.from({ length: IMAGES / AT_ONCE }, (_, i) =>
    useOf(parts, { first: i * AT_ONCE, count: AT_ONCE, draws: DRAWS }),
  );
  const mean = (field: keyof Use) => uses.reduce((sum, use) => sum + use[field], 0) / uses.length;
  return [
    basename(path),
    logDets.join(' / '),
    largest.toLocaleString('en-GB', { maximumFractionDigits: 0 }),
    mean('logDet').toFixed(1),
    `${(100 * mean('flat')).toFixed(0)} %`,
    ...(['elbo', 'moved', 'base'] as const).map((field) => mean(field).toFixed(1)),
  ];
}

const paths = process.argv.slice(2);
if (paths.length === 0) throw new ExpectationError({ where: 'flow-use', expected: 'run folders', received: 'none' });
await startEagerBackend('wasm');
const rows: string[][] = [];
for (const path of paths) rows.push(await row(path)); // one model in memory at a time
process.stdout.write(`${markdownTable(HEADER, rows)}\n`);
